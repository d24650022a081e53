/**
 * The desk decides which bulletins are told. It remembers what was told, so that each cause is told once: a trouble
 * when it begins and when it ends, a count when it has grown, a step in the life of the installation when it was taken.
 * Pure.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts'
import type { Bulletin, BulletinType } from './bulletin.ts'
import { RECOVERED } from './bulletin.ts'
import {
  causeKey,
  causeOfKey,
  causesOf,
  endOfCause,
  nextCauseAt,
  type Cause,
  type ObservedPortal,
} from './observed.ts'

/**
 * The time for which a cause is not told again after it was told, in milliseconds: neither when it comes back nor
 * when its count grows.
 */
export const COOLDOWN_MS = HOUR_MS

/**
 * The same time for refused callers, in milliseconds. It is longer, since a stranger decides when a call is refused.
 */
export const REFUSALS_COOLDOWN_MS = DAY_MS

/** So many refused calls within a day are told. */
export const MANY_REFUSALS = 5

/**
 * Refused calls that are too few to be told are stored so rarely at most, in milliseconds: a stranger decides when they
 * come.
 */
export const REFUSALS_STORED_MS = MINUTE_MS

/** How long changes that a comparison finds are gathered before their number is told, in milliseconds. */
export const GATHER_CHANGES_MS = MINUTE_MS

/** Everything that the desk remembers, as it is stored. Times are unix milliseconds. */
export interface Desk {
  /** The number of the last bulletin. */
  readonly last: number
  /** Everything that the events up to this sequence say of the application was told. */
  readonly seen: number
  /** The changes that comparisons have found up to this sequence were told. */
  readonly compared: number
  /** The troubles that were told and last. */
  readonly open: readonly string[]
  /** When each cause was told last: those of the last day, and those that last. */
  readonly toldAt: Readonly<Record<string, number>>
  /** The number of events that each lane had parked when that was told last. */
  readonly parked: Readonly<Record<string, number>>
  /** The installation and the update that were told last; null for none. */
  readonly install: { readonly key: string | null; readonly updatedTs: number | null }
  /** The refused calls that were too few to be told, as far as they are stored; null for none. */
  readonly refused: { readonly count: number; readonly since: number; readonly at: number } | null
}

/** The things that happened since the desk was asked last, as far as they are counted in memory. */
export interface CountedCauses {
  /** The last sequence that was looked at. */
  readonly seen: number
  /** The events about the application's licence and its methods, oldest first. */
  readonly life: readonly Pick<Bulletin, 'type' | 'at' | 'data'>[]
  /** The changes that comparisons have found; null for none. */
  readonly found: { readonly count: number; readonly since: number } | null
  /** How many callers were refused since that was told or stored, within a day. */
  readonly refusals: number
}

/** The decision of the desk. */
export interface DeskPlan {
  readonly desk: Desk
  readonly bulletins: readonly Bulletin[]
  /** Whether the changes that memory counts were told, and the refusals told or stored: they are counted anew. */
  readonly told: { readonly found: boolean; readonly refusals: boolean }
  /** When there may be something to tell by time alone, in unix milliseconds; null for never. */
  readonly dueAt: number | null
}

/** Everything from which the desk decides. */
export interface DeskTerms {
  readonly observed: ObservedPortal
  readonly happened: CountedCauses
  /** Whether anybody has asked for a bulletin of this type about this destination. */
  readonly isWanted: (bulletin: Pick<Bulletin, 'type' | 'about'>) => boolean
}

/** The desk of a portal of which nothing was known before: everything from its installation on is told. */
export const NEW_DESK: Desk = {
  last: 0,
  seen: 0,
  compared: 0,
  open: [],
  toldAt: {},
  parked: {},
  install: { key: null, updatedTs: null },
  refused: null,
}

/** The desk of a portal whose life so far is told to nobody: it may have been installed for years. */
export function createDesk(
  observed: Pick<ObservedPortal, 'install' | 'lanes'>,
  seen: number,
): Desk {
  const parked = Object.fromEntries(observed.lanes.map((lane) => [lane.destination, lane.parked]))
  const install = lifeOf(observed.install)
  return { ...NEW_DESK, seen, compared: seen, parked, install }
}

/**
 * Decides what is told now. The same desk comes back when there is nothing to remember. A trouble that nobody asks for
 * (`isWanted`) is not remembered either: whoever asks for it later is told of it while it lasts.
 */
export function planBulletins(desk: Desk, { observed, happened, isWanted }: DeskTerms): DeskPlan {
  const open = new Set(desk.open)
  const causes = causesOf(observed, (key) => open.has(key))
  const counted = countedOf(desk, observed, happened)
  const begun = causes.filter((cause) => !open.has(causeKey(cause)) && isWanted(cause))
  const waits = [...begun, ...counted.map(({ cause }) => cause)].filter(
    (cause) => restsUntil(desk, cause, observed.now) > observed.now,
  )
  const fresh = begun.filter((cause) => !waits.includes(cause))
  const grown = counted.filter(({ cause }) => !waits.includes(cause))
  const now = grown.filter(({ dueAt }) => dueAt <= observed.now).map(({ cause }) => cause)
  const ended = endedOf(desk, { causes, observed })
  const life = lifeBulletins(desk, observed, happened)
  const bulletins = [
    ...life,
    ...[...fresh, ...now].map((cause) => ({ ...cause, at: observed.now })),
    ...ended
      .filter((cause) => endOfCause(cause, observed) === 'recovered')
      .map((cause) => recovery(cause, observed)),
  ]
  const due = [
    ...waits.map((cause) => restsUntil(desk, cause, observed.now)),
    ...grown.filter(({ cause }) => !now.includes(cause)).map(({ dueAt }) => dueAt),
    nextCauseAt(observed) ?? Number.POSITIVE_INFINITY,
  ]
  const isTold = (type: BulletinType): boolean => now.some((cause) => cause.type === type)
  const found = isTold('relay.changes.found')
  const refused = isTold('relay.callers.refused')
    ? null
    : isWanted(REFUSED_CALLERS)
      ? refusedAfter(desk, observed, happened)
      : desk.refused
  const dueAt = Math.min(...due)
  return {
    desk: remember(desk, {
      observed,
      happened,
      told: [...fresh, ...now],
      fresh,
      ended,
      life,
      found,
      refused,
    }),
    bulletins,
    told: { found, refusals: isTold('relay.callers.refused') || refused !== desk.refused },
    dueAt: Number.isFinite(dueAt) ? dueAt : null,
  }
}

/** The desk after a decision. */
interface Decided {
  readonly observed: ObservedPortal
  readonly happened: CountedCauses
  readonly told: readonly Cause[]
  readonly fresh: readonly Cause[]
  readonly ended: readonly Cause[]
  readonly life: readonly Bulletin[]
  readonly found: boolean
  readonly refused: Desk['refused']
}

function remember(desk: Desk, decided: Decided): Desk {
  const { observed, happened, told, fresh, ended, life, refused } = decided
  const isSame = sameLife(desk, observed) && refused === desk.refused
  // What was looked at in vain costs no write: it is looked at again after a restart.
  if (told.length + ended.length + life.length === 0 && isSame) return desk
  const gone = new Set(ended.map(causeKey))
  const times = Object.entries(desk.toldAt).filter(
    ([key, at]) => observed.now - at < DAY_MS || desk.open.includes(key),
  )
  return {
    last: desk.last,
    seen: happened.seen,
    compared: happened.found === null || decided.found ? happened.seen : desk.compared,
    open: [...desk.open.filter((key) => !gone.has(key)), ...fresh.map(causeKey)],
    toldAt: {
      ...Object.fromEntries(times),
      ...Object.fromEntries(told.map((cause) => [causeKey(cause), observed.now])),
    },
    parked: {
      ...desk.parked,
      ...Object.fromEntries(parkedAfter(told, observed)),
    },
    install: lifeOf(observed.install),
    refused,
  }
}

/** The refused calls that are stored, without those of another day, or of a clock that ran ahead. */
function storedRefusals({ refused }: Desk, now: number): Desk['refused'] {
  return refused !== null && Math.abs(now - refused.since) < DAY_MS ? refused : null
}

/**
 * The refused calls to store. A portal with few events is asleep between two of them, and its object would begin to
 * count anew each time. While the cause rests nothing is stored, so a flood costs no row.
 */
function refusedAfter(
  desk: Desk,
  { now }: ObservedPortal,
  { refusals }: CountedCauses,
): Desk['refused'] {
  const stored = storedRefusals(desk, now)
  const isStoredLately = stored !== null && Math.abs(now - stored.at) < REFUSALS_STORED_MS
  const rests = restsUntil(desk, REFUSED_CALLERS, now) > now
  if (refusals === 0 || isStoredLately || rests) return desk.refused
  return { count: (stored?.count ?? 0) + refusals, since: stored?.since ?? now, at: now }
}

const REFUSED_CALLERS = { type: 'relay.callers.refused', about: null } as const

/** Whether a refused call may have to be told or stored, so that the object has to make a step for it. */
export function isRefusalDue(desk: Desk, refusals: number, now: number): boolean {
  if (restsUntil(desk, REFUSED_CALLERS, now) > now) return false
  const stored = storedRefusals(desk, now)
  if (stored === null || Math.abs(now - stored.at) >= REFUSALS_STORED_MS) return true
  return stored.count + refusals >= MANY_REFUSALS
}

function parkedAfter(
  told: readonly Cause[],
  { lanes }: ObservedPortal,
): readonly [string, number][] {
  const names = new Set(
    told.flatMap(({ type, about }) => (type === 'relay.event.parked' ? [about] : [])),
  )
  return lanes
    .filter(({ destination }) => names.has(destination))
    .map(({ destination, parked }) => [destination, parked])
}

/** A count that has grown, and the time at which it is told at the earliest. */
interface Counted {
  readonly cause: Cause
  readonly dueAt: number
}

function countedOf(
  desk: Desk,
  { now, lanes }: ObservedPortal,
  { found, refusals }: CountedCauses,
): readonly Counted[] {
  const refusedCalls = (storedRefusals(desk, now)?.count ?? 0) + refusals
  const parked = lanes.flatMap(
    ({ destination: about, parked: count, status, parkReason }): Counted[] => {
      const before = desk.parked[about] ?? 0
      // The count of a lane that began anew starts at 0 again.
      const more = count - (before > count ? 0 : before)
      if (more <= 0 || status === 'removed') return []
      const data = { count: more, reason: parkReason }
      return [{ cause: { type: 'relay.event.parked', about, data }, dueAt: now }]
    },
  )
  const changes: readonly Counted[] =
    found === null
      ? []
      : [
          {
            cause: { type: 'relay.changes.found', about: null, data: { count: found.count } },
            dueAt: found.since + GATHER_CHANGES_MS,
          },
        ]
  const refused: readonly Counted[] =
    refusals === 0 || refusedCalls < MANY_REFUSALS
      ? []
      : [{ cause: { ...REFUSED_CALLERS, data: { count: refusedCalls } }, dueAt: now }]
  return [...parked, ...changes, ...refused]
}

/** Until when a cause is not told, since it was told a moment ago. A time of the future was noted by a wrong clock. */
function restsUntil({ toldAt }: Desk, cause: Pick<Cause, 'type' | 'about'>, now: number): number {
  const at = toldAt[causeKey(cause)]
  if (at === undefined || at > now) return 0
  return at + (cause.type === 'relay.callers.refused' ? REFUSALS_COOLDOWN_MS : COOLDOWN_MS)
}

/** The troubles that were told and last no longer. */
function endedOf(
  { open }: Desk,
  { causes, observed }: { readonly causes: readonly Cause[]; readonly observed: ObservedPortal },
): readonly Cause[] {
  const lasting = new Set(causes.map(causeKey))
  return open
    .filter((key) => !lasting.has(key))
    .map((key) => ({ ...causeOfKey(key), data: {} }))
    .filter((cause) => endOfCause(cause, observed) !== 'lasts')
}

function recovery({ type, about }: Cause, { now }: ObservedPortal): Bulletin {
  return { type: RECOVERED, about, at: now, data: { from: type } }
}

function lifeBulletins(
  desk: Desk,
  { now, install, status }: ObservedPortal,
  { life }: CountedCauses,
): readonly Bulletin[] {
  const told = desk.install
  const { key, clientId, domain, applicationStatus, updatedTs } = install
  const data = { clientId, applicationStatus, state: status }
  const of = (type: BulletinType, more: Bulletin['data']): Bulletin => ({
    type,
    about: null,
    at: now,
    data: more,
  })
  const uninstalled =
    told.key !== null && key === null ? [of('relay.portal.uninstalled', { domain })] : []
  const installed = key !== null && key !== told.key ? [of('relay.portal.installed', data)] : []
  const isUpdated = key !== null && key === told.key && updatedTs !== told.updatedTs
  const updated = isUpdated ? [of('relay.portal.updated', data)] : []
  return [
    ...life.map((step) => ({ ...step, about: null })),
    ...installed,
    ...updated,
    ...uninstalled,
  ]
}

function lifeOf({ key, updatedTs }: ObservedPortal['install']): Desk['install'] {
  return { key, updatedTs }
}

function sameLife({ install }: Desk, observed: ObservedPortal): boolean {
  const { key, updatedTs } = observed.install
  return install.key === key && install.updatedTs === updatedTs
}
