/**
 * The access troubles: the reasons why a portal cannot be asked now. The set is closed. Each trouble has the
 * state that the operator sees, the reason that thin events carry, and a remedy. The file
 * bitrix24/servers/access-trouble.ts decides which failure of Bitrix24 leads to which trouble. Pure.
 */
import { HOUR_MS, MINUTE_MS } from '../durations.ts'
import type { ThinReason } from '../log/event.ts'
import type { PortalStatus } from './portal-status.ts'

/** Every access trouble. The names are stored, and the admin API shows them. */
export const ACCESS_TROUBLES = [
  'tokens_lost',
  'tokens_unreadable',
  'uninstalled',
  'deleted',
  'closed',
  'suspended',
  'no_rights',
  'method_confirmation',
  'secret_refused',
  'not_configured',
  'webhook_refused',
  'webhook_no_rights',
] as const

/** The reason why the portal cannot be asked. */
export type AccessTrouble = (typeof ACCESS_TROUBLES)[number]

/** A trouble as an install remembers it. */
export interface AccessState {
  readonly trouble: AccessTrouble
  /** Bitrix24's own code, or the relay's; may be empty. */
  readonly code: string
  /** The time at which the trouble was met, in unix milliseconds. */
  readonly at: number
}

/** The time for which the relay does not ask again after most troubles that may end by themselves, in milliseconds. */
export const TROUBLE_WAIT_MS = HOUR_MS

/** Clocks of two machines may differ by so much, in milliseconds, without one of them being wrong. */
const TOLERANCE_MS = MINUTE_MS

interface Meaning {
  readonly status: PortalStatus
  readonly reason: ThinReason
  /** The time for which the relay does not ask again, in milliseconds; without end when only a new pair can help. */
  readonly waitMs: number
  readonly remedy: string
}

const MEANINGS: Readonly<Record<AccessTrouble, Meaning>> = {
  tokens_lost: {
    status: 'tokens_lost',
    reason: 'tokens_lost',
    waitMs: Number.POSITIVE_INFINITY,
    remedy: "Let an administrator of the portal open the application's page, or install it again",
  },
  tokens_unreadable: {
    status: 'tokens_lost',
    reason: 'tokens_lost',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      'The stored tokens cannot be opened: put the key with which they were sealed back into TOKEN_KEYS, under its id; the relay then goes on by itself',
  },
  uninstalled: {
    status: 'uninstalled',
    reason: 'tokens_lost',
    waitMs: Number.POSITIVE_INFINITY,
    remedy: 'The portal says that the application is not installed: install it again',
  },
  deleted: {
    status: 'deleted',
    reason: 'tokens_lost',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      'Bitrix24 says that the portal was deleted or stopped: nothing more will come from it unless it is opened again; the relay tries again with a later event, at most once an hour',
  },
  // A closed portal answers again as soon as it is opened, and nobody tells the relay. So each call may try.
  closed: {
    status: 'suspended',
    reason: 'portal_unreachable',
    waitMs: 0,
    remedy:
      'The portal is closed for a time: an administrator opens it by switching off "Temporary closure of the public part of the site"; the relay goes on by itself',
  },
  suspended: {
    status: 'suspended',
    reason: 'access_denied',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      "The portal's plan has ended or does not allow REST: renew it; the relay tries again with a later event, at most once an hour",
  },
  no_rights: {
    status: 'no_rights',
    reason: 'access_denied',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      'The user whose token is kept may not do this: let an administrator open the application, and check its rights; the relay tries again with a later event, at most once an hour',
  },
  method_confirmation: {
    status: 'no_rights',
    reason: 'access_denied',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      "An administrator of the portal has to confirm the application's request; the relay tries again with a later event, at most once an hour",
  },
  secret_refused: {
    status: 'tokens_lost',
    reason: 'access_denied',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      "Bitrix24 refuses the application's client secret: correct BITRIX24_CLIENT_SECRET or BITRIX24_APPLICATIONS",
  },
  webhook_refused: {
    status: 'tokens_lost',
    reason: 'tokens_lost',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      'The portal refuses the incoming webhook: make a new one with the scope crm, and put its address into the secret that OUTGOING_WEBHOOK_TOKENS names',
  },
  webhook_no_rights: {
    status: 'no_rights',
    reason: 'access_denied',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      'The user of the incoming webhook lacks rights: give them, or let an administrator make a new webhook, and put its address into the secret that OUTGOING_WEBHOOK_TOKENS names',
  },
  not_configured: {
    status: 'tokens_lost',
    reason: 'access_denied',
    waitMs: TROUBLE_WAIT_MS,
    remedy:
      'The application of this portal, or its OAuth server, is not configured: add it to BITRIX24_APPLICATIONS or BITRIX24_OAUTH_URLS',
  },
}

/** The part of an install on which the access rests. */
interface AccessBase {
  readonly application: { readonly clientId: string; readonly oauthUrl: string } | null
  readonly access: AccessState | null
}

/** The part of the configuration on which the access rests. */
interface AccessConfiguration {
  readonly applications: ReadonlyMap<string, string>
  readonly oauthUrls: readonly string[]
}

/**
 * Whether an install's OAuth server may be asked: it is on the allow-list of the configuration. Every question
 * to the server that an install has recorded goes through here.
 */
export function isAllowedServer(
  oauthUrl: string,
  { oauthUrls }: Pick<AccessConfiguration, 'oauthUrls'>,
): boolean {
  return oauthUrls.includes(oauthUrl)
}

/**
 * The trouble of an install under the present configuration. An application that is not configured, or whose
 * OAuth server is not, cannot renew its pairs: this counts before every remembered trouble, and it is over as
 * soon as both are configured.
 */
export function accessOf(
  { application, access }: AccessBase,
  { applications, oauthUrls }: AccessConfiguration,
): AccessState | null {
  if (application === null) return access
  const isUsable =
    applications.has(application.clientId) && isAllowedServer(application.oauthUrl, { oauthUrls })
  if (!isUsable) return { trouble: 'not_configured', code: '', at: Number.POSITIVE_INFINITY }
  return access?.trouble === 'not_configured' ? null : access
}

/**
 * Makes a stored trouble one that this version understands. A former version counted a pair that it could not open as
 * lost for good, although only the bytes of its key were wrong.
 */
export function migrateTrouble(stored: AccessState): AccessState {
  const isUnreadable = stored.trouble === 'tokens_lost' && stored.code === UNREADABLE_CODE
  return isUnreadable ? { ...stored, trouble: 'tokens_unreadable' } : stored
}

/** The relay's own code of a pair that cannot be opened with the configured keys. */
export const UNREADABLE_CODE = 'unreadable_pair'

/** Whether a trouble ends with any pair that an installation brings, however old it is. */
export function hasNoPair(access: AccessState | null): boolean {
  return access?.trouble === 'tokens_lost' || access?.trouble === 'tokens_unreadable'
}

/** The status of a portal with this trouble. */
export function statusOfTrouble(trouble: AccessTrouble): PortalStatus {
  return MEANINGS[trouble].status
}

/** The reason why events of a portal with this trouble are delivered thin. */
export function thinReasonOfTrouble(trouble: AccessTrouble): ThinReason {
  return MEANINGS[trouble].reason
}

/** The sentence that tells the operator what to do about this trouble. */
export function remedyOfTrouble(trouble: AccessTrouble): string {
  return MEANINGS[trouble].remedy
}

/** Whether only a new pair can end this trouble. */
export function isFinalTrouble(trouble: AccessTrouble): boolean {
  return MEANINGS[trouble].waitMs === Number.POSITIVE_INFINITY
}

/**
 * Whether the trouble still keeps the relay from asking; `now` in unix milliseconds. A trouble that a clock which was
 * ahead has noted may lie in the future. Then its wait has no known end, and the relay asks again.
 */
export function isBlocked({ trouble, at }: AccessState, now: number): boolean {
  const { waitMs } = MEANINGS[trouble]
  const isFuture = Number.isFinite(at) && at > now + TOLERANCE_MS
  return now < at + waitMs && !(isFuture && Number.isFinite(waitMs))
}
