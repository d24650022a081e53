/** The words for bulletins in English. */
import type { BulletinWords } from '../bulletin-words.ts'

/** The English words for the events of the relay itself. */
export const enBulletins: BulletinWords = {
  told: {
    'relay.lane.disabled': {
      title: '{destination}: delivery has stopped',
      remedy:
        'The receiver takes nothing, and events wait. Correct the destination or its receiver, then resume the lane',
    },
    'relay.lane.behind': {
      title: '{destination}: the oldest event has waited for more than half an hour',
      remedy:
        'The lane goes on by itself when the receiver answers. Its last error says what is wrong',
    },
    'relay.event.parked': {
      title: {
        one: '{destination}: {count} event could not be delivered',
        other: '{destination}: {count} events could not be delivered',
      },
      remedy: 'Look at the reasons of what is parked, and replay it when the cause is gone',
    },
    'relay.portal.tokens_lost': {
      title: 'The relay has lost its access to the account',
      remedy:
        'Events go out without details. An administrator restores the access by opening the application in Bitrix24',
    },
    'relay.portal.suspended': {
      title: 'The plan of the account has ended',
      remedy: 'Bitrix24 answers the relay again when the plan is paid for',
    },
    'relay.portal.unfinished': {
      title: 'The installation of the application is not finished',
      remedy:
        'Bitrix24 sends no events yet. An administrator finishes it by opening the application in Bitrix24',
    },
    'relay.portal.quiet': {
      title: 'No event has come for longer than usual',
      remedy: 'The page of the account on the dashboard shows which events it is not bound to',
    },
    'relay.portal.storage': {
      title: 'The log of the account is nearly full',
      remedy:
        'Its oldest events will make room. Allow a larger log or a shorter retention, and look for a lane that stands',
    },
    'relay.portal.installed': {
      title: 'The application was installed',
      remedy: 'Its events are delivered from now on',
    },
    'relay.portal.updated': {
      title: 'The application was updated',
      remedy: 'The relay compares the bindings of the account, and mends what is missing',
    },
    'relay.portal.paid': {
      title: 'The application is paid for',
      remedy: 'There is nothing to do',
    },
    'relay.portal.payment_ended': {
      title: 'The payment for the application has ended',
      remedy: 'Events go on as long as Bitrix24 sends them',
    },
    'relay.portal.method_confirm': {
      title: 'An administrator has decided about the method {method}',
      remedy: 'What was allowed is used with the next call',
    },
    'relay.portal.uninstalled': {
      title: 'The application was uninstalled',
      remedy: 'Its tokens are deleted. Events come again after a new installation',
    },
    'relay.callers.refused': {
      title: {
        one: '{count} call in the name of the account was refused',
        other: '{count} calls in the name of the account were refused',
      },
      remedy:
        'Compare its application token with the configuration. The list of refused callers shows where they came from',
    },
    'relay.changes.found': {
      title: {
        one: '{count} change was found that no event had told',
        other: '{count} changes were found that no event had told',
      },
      remedy: 'A comparison has found it. Look whether the account is bound to its events',
    },
  },
  recovered: {
    'relay.lane.disabled': '{destination}: delivery goes on',
    'relay.lane.behind': '{destination}: the lane has caught up',
    'relay.portal.tokens_lost': 'The relay has access to the account again',
    'relay.portal.suspended': 'The plan of the account is active again',
    'relay.portal.unfinished': 'The installation of the application is finished',
    'relay.portal.quiet': 'Events come again',
    'relay.portal.storage': 'The log of the account has room again',
  },
  reason: 'Reason',
}
