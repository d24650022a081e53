/**
 * What the application's page can say. Every language has to have every text: the compiler refuses a
 * catalogue with one missing.
 */
import type { PortalStatus } from '../../core/access/portal-status.ts'

/** What a page is about. The states of a portal are those of its status page. */
export type Notice =
  | PortalStatus
  | 'connected'
  | 'unfinished_here'
  | 'incomplete'
  | 'visitor'
  | 'unanswered'
  | 'busy'
  | 'untrusted'
  | 'not_administrator'
  | 'another_application'
  | 'session_expired'
  | 'too_many_requests'
  | 'not_stored'
  | 'misconfigured'
  | 'malformed'
  | 'too_large'
  | 'wrong_method'

/** A heading, and what it means for whoever reads it, with the remedy where there is one. */
export interface Words {
  readonly title: string
  readonly text: string
}

/** The names of what a page shows beside its words. */
export type Label =
  | 'lastEvent'
  | 'noEvent'
  | 'waiting'
  | 'parked'
  | 'missing'
  | 'missingRemedy'
  | 'tryAgain'
  | 'code'

/** Every text of the page in one language. Plain text without markup or placeholders. */
export interface PageTexts {
  readonly notices: Readonly<Record<Notice, Words>>
  readonly labels: Readonly<Record<Label, string>>
}
