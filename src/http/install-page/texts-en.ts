/** The application's page in English. */
import type { PageTexts } from './texts.ts'

/** English, the language of the page for every `LANG` that it does not know. */
export const ENGLISH: PageTexts = {
  subjects: {
    connected: {
      title: 'The relay is connected',
      text: 'Changes in this Bitrix24 are passed on from now on. You can close this page.',
    },
    unfinished_here: {
      title: 'The installation could not be finished',
      text: 'The relay is connected, but this page could not reach Bitrix24 at api.bitrix24.com to finish the installation. Check the network and any content blocker, then try again.',
    },
    incomplete: {
      title: 'The relay is only partly connected',
      text: 'Changes are passed on, but Bitrix24 does not report the events listed below.',
    },
    visitor: {
      title: 'The relay is connected',
      text: 'There is nothing for you to do here. Ask an administrator of this Bitrix24 if you want to know more.',
    },
    active: {
      title: 'The relay is connected',
      text: 'Changes in this Bitrix24 are passed on. There is nothing to do.',
    },
    pending: {
      title: 'The relay is waiting for its operator',
      text: 'The installation has been recorded. It becomes active as soon as the operator has configured the application in the relay.',
    },
    unfinished: {
      title: 'The installation is not finished',
      text: 'Bitrix24 sends no changes until it is. Open this page again as an administrator. If that does not help, install the application again.',
    },
    tokens_lost: {
      title: 'The relay has lost its access',
      text: 'Changes are still passed on, but without what was changed. Open this page again as an administrator to renew the access. If that does not help, install the application again.',
    },
    no_rights: {
      title: 'The relay lacks permissions',
      text: 'Check the permissions of the application in Bitrix24, then open this page as an administrator.',
    },
    suspended: {
      title: 'Bitrix24 has suspended the application',
      text: 'The subscription of this Bitrix24 or of the application has probably ended. Renew it, then open this page again.',
    },
    portal_full: {
      title: 'The storage of the relay is full',
      text: 'New changes are not recorded and are lost. Tell the operator of the relay, who has to make room for this Bitrix24.',
    },
    uninstalled: {
      title: 'The application is not installed',
      text: 'No changes are passed on. Install the application again to connect this Bitrix24.',
    },
    deleted: {
      title: 'This Bitrix24 has been deleted',
      text: 'According to Bitrix24, this account no longer exists. If that is wrong, ask the operator of the relay.',
    },
    unanswered: {
      title: 'Bitrix24 has not answered yet',
      text: 'The relay could not check this visit. It will ask again every minute for one hour. You can also try again yourself.',
    },
    busy: {
      title: 'The relay is busy',
      text: 'The installation has been recorded and will be completed within a few minutes.',
    },
    untrusted: {
      title: 'The installation was not accepted',
      text: 'Open this page as an administrator of this Bitrix24. If that does not help, ask the operator of the relay.',
    },
    not_administrator: {
      title: 'Please ask an administrator',
      text: 'Only an administrator of this Bitrix24 can connect the relay. Nothing was changed.',
    },
    another_application: {
      title: 'Another application is already connected',
      text: 'Uninstall the other application of the relay in this Bitrix24, then try again.',
    },
    session_expired: {
      title: 'This page has expired',
      text: 'Open the application again from the menu of Bitrix24.',
    },
    too_many_requests: {
      title: 'Too many attempts',
      text: 'There were too many attempts for this Bitrix24. Wait a minute, then try again.',
    },
    not_stored: {
      title: 'The installation could not be stored',
      text: 'The relay has a problem at the moment. Wait a few minutes, then try again.',
    },
    misconfigured: {
      title: 'The relay is not configured yet',
      text: 'Ask its operator to look at /healthz, then try again.',
    },
    malformed: {
      title: 'This page was not opened by Bitrix24',
      text: 'The request does not look like one from Bitrix24. Open the application from the menu of Bitrix24.',
    },
    too_large: {
      title: 'The request is too large',
      text: 'Open the application again from the menu of Bitrix24.',
    },
    wrong_method: {
      title: 'This page belongs in Bitrix24',
      text: 'It shows something only inside Bitrix24. Open the application from the menu there.',
    },
  },
  labels: {
    lastEvent: 'Last event',
    noEvent: 'None yet',
    waiting: 'Waiting for delivery',
    parked: 'Set aside',
    missing: 'Events without subscription',
    missingRemedy:
      'If you are not an administrator of this Bitrix24, ask one to open this page. If you are, check the permissions of the application.',
    tryAgain: 'Try again',
    code: 'Error code',
  },
}
