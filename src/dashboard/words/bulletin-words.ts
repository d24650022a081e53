/**
 * Bulletins in words, for the dashboard: what has happened, and what there is to do. The messages to receivers have
 * words of their own in six languages (`src/destinations/language/bulletins`).
 */
import type { BulletinType } from '../../core/bulletins/bulletin.ts'
import type { Tone } from './tone.ts'

/** A bulletin in words. */
export interface BulletinWords {
  readonly tone: Tone
  readonly text: string
  /** Null where there is nothing to do. */
  readonly remedy: string | null
}

/** Each type: its tone, its words, and what there is to do. Those of a lane stand behind their destination. */
const WORDS: Readonly<Record<BulletinType, readonly [Tone, string, string?]>> = {
  'relay.lane.disabled': [
    'bad',
    'is disabled, and its events wait',
    'Correct the destination or its receiver, then resume the lane',
  ],
  'relay.lane.behind': [
    'warn',
    'is behind: its oldest event waits for more than half an hour',
    'The lane goes on by itself when its receiver answers; its last error says what is wrong',
  ],
  'relay.event.parked': [
    'warn',
    'has parked events: the receiver did not take them',
    'Look at the reasons, and replay them when the cause is gone',
  ],
  'relay.portal.installed': ['good', 'The application was installed'],
  'relay.portal.updated': ['good', 'The application was updated'],
  'relay.portal.paid': ['good', 'The application is paid for'],
  'relay.portal.payment_ended': ['warn', 'The payment for the application has ended'],
  'relay.portal.method_confirm': ['good', 'An administrator has decided about a method'],
  'relay.portal.uninstalled': ['warn', 'The application was uninstalled'],
  'relay.portal.tokens_lost': [
    'bad',
    'The relay has lost its access',
    "Let an administrator open the application's page in the portal",
  ],
  'relay.portal.suspended': [
    'bad',
    'The plan of the portal has ended',
    'Bitrix24 answers the relay again when the plan is paid for',
  ],
  'relay.portal.unfinished': [
    'bad',
    'The installation is not finished',
    "Let an administrator open the application's page in the portal",
  ],
  'relay.portal.quiet': [
    'warn',
    'No event has come for longer than usual',
    'Look whether the portal is bound to its events',
  ],
  'relay.portal.storage': [
    'warn',
    'The log is nearly full',
    'Allow a larger MAX_LOG_BYTES or a smaller RETENTION_DAYS, and look for a lane that stands',
  ],
  'relay.callers.refused': [
    'warn',
    'Calls in the name of the portal were refused again and again',
    'Compare its application token with the configuration',
  ],
  'relay.changes.found': [
    'warn',
    'A comparison has found changes that no event had told',
    'Look whether the portal is bound to its events',
  ],
  'relay.recovered': ['good', 'A trouble has ended'],
}

/** The words for a bulletin, behind the destination that it is about. A type of a later version is told as it is. */
export function explainBulletin(type: string, about: string | null): BulletinWords {
  if (!isType(type)) return { tone: 'warn', text: named(type, about), remedy: null }
  const [tone, text, remedy = null] = WORDS[type]
  return { tone, text: named(text, about), remedy }
}

function named(text: string, about: string | null): string {
  return about === null ? text : `${about} ${text}`
}

function isType(type: string): type is BulletinType {
  return Object.hasOwn(WORDS, type)
}
