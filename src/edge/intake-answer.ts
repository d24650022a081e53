/** The answers of the intake, as values; the route turns them into HTTP. */
import type { InstallRefusal } from '../core/access/installs/install-refusal.ts'
import type { InstallStatus } from '../core/access/portal-status.ts'

/** The reason why a request got an error, as the HTTP contract names it. */
export type IntakeErrorCode =
  | 'untrusted'
  | 'too_many_requests'
  | 'too_many_hints'
  | 'portal_full'
  | 'not_stored'
  | 'misconfigured'

/** The answer to a request. */
export type IntakeAnswer =
  | {
      readonly kind: 'stored'
      readonly sequence: number
      readonly duplicate: boolean
      readonly quarantined: boolean
    }
  | { readonly kind: 'spilled' }
  | {
      readonly kind: 'accepted'
      readonly domain: string | null
      readonly finished: boolean
      /** The portal's status; null when the caller may not see it, and when there is none. */
      readonly status: InstallStatus | null
    }
  | { readonly kind: 'pending'; readonly domain: string | null }
  | {
      readonly kind: 'refused'
      readonly code: IntakeErrorCode
      /** Present only for a refused installation. The page decides how much of it a person may read. */
      readonly reason?: InstallRefusal
    }

type RefusedAnswer = Extract<IntakeAnswer, { kind: 'refused' }>

/** A lifecycle request that was taken, with nothing to show. */
export const ACCEPTED: IntakeAnswer = {
  kind: 'accepted',
  domain: null,
  finished: true,
  status: null,
}

/** Neither the object nor the spill could take the request. */
export const NOT_STORED: RefusedAnswer = { kind: 'refused', code: 'not_stored' }

/** The portal's object is full. The spill would only be filled in its place. */
export const PORTAL_FULL: RefusedAnswer = { kind: 'refused', code: 'portal_full' }

/** The robots of the portal have sent more hints than are taken. */
export const TOO_MANY_HINTS: RefusedAnswer = { kind: 'refused', code: 'too_many_hints' }

/** Refuses a caller. While nothing is configured, the fault is the operator's, and the answer says so. */
export function refuse(
  code: 'untrusted' | 'too_many_requests',
  { canVerify }: { readonly canVerify: boolean },
): RefusedAnswer {
  const isOperatorsFault = code === 'untrusted' && !canVerify
  return { kind: 'refused', code: isOperatorsFault ? 'misconfigured' : code }
}
