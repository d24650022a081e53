/**
 * The conditions of a simulated portal beside its data: licence, rights, request limit and operating time.
 * A new portal has no trouble and no limits; a test or a person changes that. Time is the simulator's clock.
 */
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { restError } from './rest-error.ts'
import type { RestError } from './rest-error.ts'

/** The leaky bucket of Bitrix24's usual plans (docs/bitrix24.md#rest-limits). */
export const USUAL_PACE: Pace = { perSecond: 2, bucket: 50 }

/** The time in which Bitrix24 adds up operating time (docs/bitrix24.md#rest-limits). */
const OPERATING_WINDOW_SECONDS = 600

/** The number of HTTP requests that a portal takes. */
export interface Pace {
  readonly perSecond: number
  readonly bucket: number
}

/** The operating time that a method may use in 10 minutes. */
export interface OperatingTime {
  /** In seconds. */
  limit: number
  /** The time that each call uses, in seconds. */
  perCall: number
}

/** The conditions that can be changed while a portal runs. */
export interface PortalConditions {
  /** Null for no limit. @default null */
  pace: Pace | null
  readonly operating: OperatingTime
  /** The time that each answer of the REST server takes, in milliseconds of the real clock. @default 0 */
  answerDelayMs: number
  /** `lost`: every call and every refresh answers PAYMENT_REQUIRED, and no event is sent. */
  licence: 'paid' | 'lost'
  /** True: every call answers PORTAL_DELETED, every refresh `invalid_grant`, and no event is sent. */
  deleted: boolean
  /** True: every call answers PORTAL_DELETED with 500, and no event is sent, as while an administrator works. */
  closed: boolean
  /** True: every call answers INVALID_CREDENTIALS with 403, since the user of the token lacks rights. */
  deniesUsers: boolean
  /**
   * The result of reading field definitions. With `denied` every read is refused in Bitrix24's words for
   * missing rights. With `hidden` lists are empty and complete, as if there were no field.
   */
  fieldRights: 'full' | 'denied' | 'hidden'
  /**
   * The answer of `userfieldconfig.get` for a field that is gone: the words for missing rights, or null.
   * @default 'denied'
   */
  goneConfig: 'denied' | 'null'
  /**
   * The number of rows after which lists of fields end, without a `next`; `total` still counts all fields.
   * @default null
   */
  cutListsAt: number | null
}

/** The conditions of a portal without troubles. */
export function createConditions(): PortalConditions {
  return {
    pace: null,
    operating: { limit: 480, perCall: 0.01 },
    answerDelayMs: 0,
    licence: 'paid',
    deleted: false,
    closed: false,
    deniesUsers: false,
    fieldRights: 'full',
    goneConfig: 'denied',
    cutListsAt: null,
  }
}

/** Whether the portal sends events at all. */
export function sendsEvents({ licence, deleted, closed }: PortalConditions): boolean {
  return licence === 'paid' && !deleted && !closed
}

/** The operating time that one method has used so far. */
export interface OperatingUse {
  /** In seconds, within the window. */
  readonly operating: number
  /** Unix seconds. */
  readonly resetAt: number
}

/** Counts what callers use of one portal. */
export interface UsageMeter {
  /** One HTTP request against the leaky bucket. */
  takeRequest(): Result<null, RestError>
  /** One call of a method, alone or within a batch; refused when the method has used up its time. */
  takeMethod(method: string): Result<OperatingUse, RestError & { readonly use: OperatingUse }>
}

/** Creates the meter of one portal. `clock` gives unix milliseconds. */
export function createUsageMeter(conditions: PortalConditions, clock: () => number): UsageMeter {
  let level = 0
  let leakedAt = clock()
  const windows = new Map<string, { since: number; used: number }>()
  return {
    takeRequest() {
      const now = clock()
      const { pace } = conditions
      if (pace === null) return ok(null)
      level = Math.max(0, level - ((now - leakedAt) / 1000) * pace.perSecond)
      leakedAt = now
      if (level + 1 > pace.bucket) return err(restError('QUERY_LIMIT_EXCEEDED'))
      level += 1
      return ok(null)
    },
    takeMethod(method) {
      const now = Math.floor(clock() / 1000)
      const known = windows.get(method)
      const isOver = known === undefined || now >= known.since + OPERATING_WINDOW_SECONDS
      const window = isOver ? { since: now, used: 0 } : known
      windows.set(method, window)
      const resetAt = window.since + OPERATING_WINDOW_SECONDS
      const { limit, perCall } = conditions.operating
      if (window.used >= limit) {
        const use = { operating: window.used, resetAt }
        return err({ ...restError('OPERATION_TIME_LIMIT'), use })
      }
      // Bitrix24 does not round here. The simulator does, so that sums of hundredths stay readable.
      window.used = Math.round((window.used + perCall) * 1e6) / 1e6
      return ok({ operating: window.used, resetAt })
    },
  }
}
