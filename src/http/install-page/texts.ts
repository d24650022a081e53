/**
 * Everything that the application's page can say. A language is an object of this type, so the compiler
 * refuses one in which a text is missing.
 */
import type { PortalStatus } from '../../core/access/portal-status.ts'

/** The subject of a page: a state of the portal, or something that happened to the request. */
export type PageSubject =
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

/**
 * The words about one subject: a heading, and what it means for the reader, with the remedy if there is one.
 */
export interface PageWords {
  readonly title: string
  readonly text: string
}

/** The names of the values that a page shows beside its words. */
export type PageLabel =
  | 'lastEvent'
  | 'noEvent'
  | 'waiting'
  | 'parked'
  | 'missing'
  | 'missingRemedy'
  | 'tryAgain'
  | 'code'

/** Every text of the page in one language; plain text, without markup and without placeholders. */
export interface PageTexts {
  readonly subjects: Readonly<Record<PageSubject, PageWords>>
  readonly labels: Readonly<Record<PageLabel, string>>
}
