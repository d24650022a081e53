/**
 * The calls between the parts of the former release, 0.1.0, written out: nothing here follows a change of today's
 * types. Up to five minutes after a deployment an object may still be of that release, and so may an isolate of
 * the edge for some seconds. A release replaces these types by its own calls, and the commit in
 * test/built/mixed-relay.ts with them.
 */

/** What the object of a portal took and answered. */
export interface FormerPortal {
  append: (request: {
    readonly receipt: string
    readonly digest: string
    readonly receivedAt: number
    readonly tokenHash: string
    readonly event: string
    readonly quarantined: boolean
    readonly drained: boolean
  }) =>
    | {
        readonly kind: 'stored'
        readonly sequence: number
        readonly duplicate: boolean
        readonly quarantined: boolean
      }
    | { readonly kind: 'untrusted' }
  recognises: (tokenHash: string) => boolean
  install: (request: FormerInstall) =>
    | {
        readonly kind: 'installed'
        readonly domain: string
        readonly finished: boolean
        readonly isOwner: boolean
        readonly status: FormerStatus | null
      }
    | { readonly kind: 'pending'; readonly domain: string | null }
    | { readonly kind: 'refused'; readonly reason: FormerRefusal }
  uninstall: (call: {
    readonly tokenHash: string
    readonly ts: number | null
    readonly clean: boolean
  }) => { readonly kind: 'accepted' | 'untrusted' }
  touch: () => { readonly dropped: number }
  view: () => object | null
  events: (before: number, limit: number) => object | null
  event: (sequence: number) => object | null
  parked: () => readonly object[] | null
  controlLane: (
    destination: string,
    wish:
      | { readonly kind: 'pause' }
      | { readonly kind: 'resume' }
      | { readonly kind: 'park'; readonly sequence: number },
  ) => FormerResult<'active' | 'paused' | 'disabled' | 'removed'>
  replay: (
    destination: string,
    wish:
      | { readonly kind: 'range'; readonly from: number; readonly to: number }
      | { readonly kind: 'parked' },
    options: { dryRun: boolean },
  ) => FormerResult<number>
  setValue: (name: string, value: string | null) => 'done' | 'unknown' | 'no_key'
  reconcile: () => 'started' | 'unknown' | 'no_access'
}

/** What the directory took and answered. */
export interface FormerDirectory {
  pin: (tokenId: string, memberId: string) => string
  notePending: (memberId: string, notice: FormerNotice | null) => void
  listPending: (now: number) => FormerNotice[]
}

/** What a pacer took and answered. */
export interface FormerPacer {
  take: (
    waiter: string,
    windows: readonly { readonly count: number; readonly ms: number }[],
  ) => number | null
  hold: (until: number) => void
}

interface FormerInstall {
  readonly kind: 'install'
  readonly cause: 'install' | 'update' | 'user_ready' | 'page'
  readonly memberId: string
  readonly applicationToken: string | null
  readonly ts: number | null
  readonly credentials: FormerCredentials
  readonly systemUser: FormerCredentials | null
  readonly language: string | null
  readonly handlerUrl?: string
}

interface FormerCredentials {
  readonly accessToken: string
  readonly refreshToken: string | null
  readonly expiresAt: number | null
  readonly serverEndpoint: string | null
  readonly clientEndpoint: string | null
  readonly domain: string | null
  readonly userId: number | null
  readonly status: string | null
  readonly scope: string | null
}

interface FormerStatus {
  readonly state:
    | 'active'
    | 'pending'
    | 'unfinished'
    | 'tokens_lost'
    | 'no_rights'
    | 'suspended'
    | 'uninstalled'
    | 'deleted'
  readonly missing: readonly string[]
  readonly lastEventAt: number | null
  readonly waiting: number
  readonly parked: number
}

type FormerRefusal =
  | 'late'
  | 'not_administrator'
  | 'another_application'
  | 'foreign_oauth_server'
  | 'token_refused'
  | 'token_expired'
  | 'not_installed'
  | 'suspended'
  | 'portal_deleted'
  | 'no_rights'
  | 'inconsistent'
  | 'member_mismatch'
  | 'user_mismatch'
  | 'domain_mismatch'
  | 'unsafe_endpoint'
  | 'system_user_missing'
  | 'system_user_refused'
  | 'system_user_mismatch'
  | 'no_key'
  | 'too_many_waiting'

interface FormerNotice {
  readonly memberId: string
  readonly domain: string
  readonly clientId: string
  readonly expiresAt: number
}

type FormerResult<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly error: 'unknown_lane' | 'removed_lane' | 'not_head' | 'too_many_jobs'
    }
