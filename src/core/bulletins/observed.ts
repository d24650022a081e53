/**
 * The state of a portal's object as its desk looks at it. The causes of bulletins follow from this state alone. All
 * of it is known to memory, and nothing of it has a row of its own. Bulletins, and the lanes that tell them, are no
 * part of it, so that no bulletin causes another. Pure.
 */
import type { PortalStatus } from '../access/portal-status.ts'
import type { LaneState } from '../lanes/state/lane-state.ts'
import type { Json } from '../log/event.ts'
import { HOUR_MS, MINUTE_MS } from '../durations.ts'
import type { BulletinType } from './bulletin.ts'

/** A lane is behind when its oldest waiting event is older than this, in milliseconds. */
export const LANE_BEHIND_MS = 30 * MINUTE_MS

/**
 * A log that takes the first part of its limit is near it. A log that takes less than the second part has room again.
 */
export const NEAR_LIMIT = { from: 0.9, until: 0.8 } as const

/** The install as far as its life is told. */
export interface ObservedInstall {
  /**
   * A text that names the application and its installation, and so changes with each installation; null without one.
   */
  readonly key: string | null
  readonly clientId: string | null
  readonly domain: string | null
  readonly applicationStatus: string | null
  /** The time of the last ONAPPUPDATE, in unix seconds; null when there was none. */
  readonly updatedTs: number | null
}

/** A lane, as far as the desk looks at it. */
export interface ObservedLane extends Pick<
  LaneState,
  'destination' | 'status' | 'disabledReason' | 'attempts'
> {
  /** The number of events that the lane has parked since it began. */
  readonly parked: number
  /** The reason of the last event that it has parked; null where it is not known. */
  readonly parkReason: string | null
  /** Unix milliseconds; null when nothing waits, or when it was not looked for. */
  readonly oldestWaitingAt: number | null
  /** When it counts as behind, in unix milliseconds; null when nothing waits. */
  readonly behindAt: number | null
  /** The reason of its last failure; null when its receiver has taken everything since. */
  readonly lastReason: string | null
}

/** Everything from which the causes follow. Times are unix milliseconds. */
export interface ObservedPortal {
  readonly now: number
  readonly status: PortalStatus
  readonly install: ObservedInstall
  readonly lanes: readonly ObservedLane[]
  /** The time at which the silence of the portal becomes unusual; null while that is not known. */
  readonly quietAt: number | null
  /** The time of the last event; null when there is none. */
  readonly lastEventAt: number | null
  readonly storage: { readonly bytes: number; readonly limit: number; readonly isFull: boolean }
}

/** A trouble that lasts, by its type and the destination that it is about. */
export interface Cause {
  readonly type: BulletinType
  readonly about: string | null
  readonly data: { readonly [key: string]: Json }
}

/** A trouble that was told and lasts. */
export interface OpenCause extends Pick<Cause, 'type' | 'about'> {
  /** When it was told, in unix milliseconds; null where that is not known. */
  readonly since: number | null
}

/** The name under which a cause is remembered. */
export function causeKey({ type, about }: Pick<Cause, 'type' | 'about'>): string {
  return about === null ? type : `${type} ${about}`
}

/** The cause of a name. */
export function causeOfKey(key: string): Pick<Cause, 'type' | 'about'> {
  const [type = '', about = null] = key.split(' ')
  // Sound: nothing but names of causes is remembered.
  return { type: type as BulletinType, about }
}

/** Whether a cause, by its key, is known already. */
type IsOpen = (key: string) => boolean

/** The causes that last now. `isOpen` tells whether one is known already: some end later than they begin. */
export function causesOf(observed: ObservedPortal, isOpen: IsOpen): readonly Cause[] {
  return [
    ...observed.lanes.flatMap((lane) => causesOfLane(lane, observed, isOpen)),
    ...causesOfStatus(observed),
    ...causesOfQuiet(observed),
    ...causesOfStorage(observed, isOpen('relay.portal.storage')),
  ]
}

/** The next time at which a cause begins although nothing happens, in unix milliseconds; null when none does. */
export function nextCauseAt({ now, lanes, quietAt }: ObservedPortal): number | null {
  const behind = lanes.flatMap(({ status, behindAt }) =>
    status === 'active' && behindAt !== null ? [behindAt] : [],
  )
  const times = [...behind, ...(quietAt === null ? [] : [quietAt])].filter((at) => at > now)
  return times.length === 0 ? null : Math.min(...times)
}

function causesOfLane(
  lane: ObservedLane,
  { now }: ObservedPortal,
  isOpen: IsOpen,
): readonly Cause[] {
  const { destination: about, status, disabledReason, oldestWaitingAt, behindAt, attempts } = lane
  if (status === 'disabled') {
    return [{ type: 'relay.lane.disabled', about, data: { reason: disabledReason } }]
  }
  if (status !== 'active' || oldestWaitingAt === null || behindAt === null) return []
  const type = 'relay.lane.behind'
  const begins = isOpen(causeKey({ type, about })) ? oldestWaitingAt + LANE_BEHIND_MS : behindAt
  if (now < begins) return []
  const waitingMinutes = Math.max(0, Math.floor((now - oldestWaitingAt) / MINUTE_MS))
  const reason = attempts > 0 ? lane.lastReason : null
  return [{ type, about, data: { waitingMinutes, reason } }]
}

function causesOfStatus({ status }: ObservedPortal): readonly Cause[] {
  switch (status) {
    case 'tokens_lost':
    case 'suspended':
    case 'unfinished':
      return [{ type: `relay.portal.${status}`, about: null, data: {} }]
    case 'active':
    case 'pending':
    case 'no_rights':
    case 'portal_full':
    case 'uninstalled':
    case 'deleted':
      return []
  }
}

function causesOfQuiet({ now, status, quietAt, lastEventAt }: ObservedPortal): readonly Cause[] {
  if (status !== 'active' || quietAt === null || now < quietAt) return []
  const silentHours = Math.floor((now - (lastEventAt ?? now)) / HOUR_MS)
  return [{ type: 'relay.portal.quiet', about: null, data: { silentHours } }]
}

function causesOfStorage({ storage }: ObservedPortal, isOpen: boolean): readonly Cause[] {
  const { bytes, limit, isFull } = storage
  const part = isOpen ? NEAR_LIMIT.until : NEAR_LIMIT.from
  const isNear = limit > 0 && bytes >= part * limit
  if (!isNear && !isFull) return []
  const maxBytes = limit > 0 ? limit : null
  return [{ type: 'relay.portal.storage', about: null, data: { bytes, maxBytes, full: isFull } }]
}

/**
 * What has become of a cause that is not seen any more:
 * - `recovered`: all is well again, as far as this cause goes;
 * - `lasts`: something else hides it. A lane that was paused has not recovered, and one that was resumed has not before
 *   its receiver has taken something. A portal whose lost tokens are hidden by its full storage has not either;
 * - `void`: there is nothing left that could be well: the destination was removed, or the application was uninstalled.
 */
export type CauseEnd = 'recovered' | 'lasts' | 'void'

/** What has become of a cause that `causesOf` does not name any more. */
export function endOfCause(
  { type, about }: Pick<Cause, 'type' | 'about'>,
  { status, lanes }: Pick<ObservedPortal, 'status' | 'lanes'>,
): CauseEnd {
  if (about !== null)
    return endInLane(
      type,
      lanes.find((lane) => lane.destination === about),
    )
  if (type === 'relay.portal.storage') return 'recovered'
  switch (status) {
    case 'active':
      return 'recovered'
    case 'unfinished':
    case 'tokens_lost':
    case 'no_rights':
    case 'suspended':
    case 'portal_full':
      return 'lasts'
    case 'pending':
    case 'uninstalled':
    case 'deleted':
      return 'void'
  }
}

function endInLane(type: BulletinType, lane: ObservedLane | undefined): CauseEnd {
  if (lane === undefined || lane.status === 'removed') return 'void'
  if (lane.status !== 'active') return 'lasts'
  const hasProved = lane.lastReason === null || lane.oldestWaitingAt === null
  return type === 'relay.lane.disabled' && !hasProved ? 'lasts' : 'recovered'
}
