/** The lane and the event 5 at which the tests of settling begin, and what becomes of them. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type { ParkReason } from '../../../src/core/lanes/state/fate.ts'
import type { SettleTerms } from '../../../src/core/lanes/settle/settle.ts'
import { NOW } from '../time.ts'

/** A time before the attempt. */
export const EARLIER = NOW - MINUTE_MS
export const TOMORROW = NOW + DAY_MS
export const TERMS: SettleTerms = {
  now: NOW,
  random: 0,
  deadline: NOW + HOUR_MS,
  minIntervalMs: 1000,
}
export const PACED = NOW + 1000
export const LATE = { deadline: NOW }

export const BUSY = { reason: 'http_503', detail: 'Busy', status: 503, at: NOW } as const
export const BAD = { reason: 'http_422', detail: 'No such field', status: 422, at: NOW } as const
export const GONE = { reason: 'gone', detail: null, status: 410, at: NOW } as const
export const GONE_FOR_NOW = {
  status: 'disabled',
  disabledReason: 'gone',
  probeAt: EARLIER,
} as const

/** Event 5 is the front, its lane has delivered event 4. */
export const BEFORE = { cursor: 4, lastMeant: 4, recent: [], lastError: GONE } as const

/** A lane behind event 5. */
export function passed(state: 'delivered' | 'parked', attempts: number) {
  const fate = { sequence: 5, state, at: NOW, attempts }
  return { cursor: 5, lastMeant: 5, attempts: 0, recent: [fate] }
}

export function parked(
  attempts: number,
  { reason, status }: { reason: ParkReason; status: number | null },
) {
  return { sequence: 5, state: 'parked', reason, status, at: NOW, attempts }
}

export function delivered(attempts: number) {
  return { sequence: 5, state: 'delivered', reason: null, status: 200, at: NOW, attempts }
}
