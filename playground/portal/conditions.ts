/**
 * The state a portal is in apart from its data: licence, rights, pace and operating time. Everything is
 * generous until a test says otherwise; the clock is the simulator's.
 */
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { restError } from './rest-error.ts'
import type { RestError } from './rest-error.ts'

/** Bitrix24's leaky bucket on the usual plans (documentation, "Limits"). */
export const USUAL_PACE: Pace = { perSecond: 2, bucket: 50 }

/** Bitrix24 counts operating time over 10 minutes. */
const OPERATING_WINDOW_SECONDS = 600

/** How many HTTP requests a portal takes. */
export interface Pace {
  readonly perSecond: number
  readonly bucket: number
}

/** How much operating time a method may take in 10 minutes. */
export interface OperatingTime {
  /** In seconds. */
  limit: number
  /** What each call takes, in seconds. */
  perCall: number
}

/** What can be changed about a portal while it runs. */
export interface PortalConditions {
  /** Null for no limit. @default null */
  pace: Pace | null
  readonly operating: OperatingTime
  /** How long every answer of the REST server takes, in milliseconds of the real clock. @default 0 */
  answerDelayMs: number
  /** A lost licence: every call answers PAYMENT_REQUIRED, a refresh as well, and no event is sent. */
  licence: 'paid' | 'lost'
  /** Every call answers PORTAL_DELETED, every refresh `invalid_grant`, and no event is sent. */
  deleted: boolean
  /**
   * What reading field definitions brings. `denied`: Bitrix24's words for missing rights; `hidden`: lists
   * are empty and complete, as if no field were there.
   */
  fieldRights: 'full' | 'denied' | 'hidden'
  /** Lists of fields end after so many rows and tell no `next`; `total` still counts all. @default null */
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
    fieldRights: 'full',
    cutListsAt: null,
  }
}

/** Whether the portal sends events at all. */
export function sendsEvents({ licence, deleted }: PortalConditions): boolean {
  return licence === 'paid' && !deleted
}

/** What one method has used so far. */
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
      // Rounded as Bitrix24 does not, so that sums of hundredths stay readable.
      window.used = Math.round((window.used + perCall) * 1e6) / 1e6
      return ok({ operating: window.used, resetAt })
    },
  }
}
