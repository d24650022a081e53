/**
 * Builds the parts that tell bulletins. They are a second row of lanes over a log of their own: the same book, the same
 * walks and the same courier as those of events, with other rows.
 */
import type { PortalStatus } from '../../core/access/portal-status.ts'
import type { LaneState } from '../../core/lanes/state/lane-state.ts'
import type { WalkReceiver } from '../../core/lanes/walk-ports.ts'
import type { LogEntry } from '../../core/log/event.ts'
import { LaneBook } from '../lanes/book/book.ts'
import { LaneLines } from '../lanes/book/lane-lines.ts'
import { LaneControl } from '../lanes/control.ts'
import type { LaneRules } from '../lanes/rules.ts'
import { Pump } from '../lanes/pump.ts'
import { Courier } from '../lanes/sending/courier.ts'
import type { LanePace } from '../lanes/sending/pace.ts'
import type { Parcels } from '../lanes/sending/parcels.ts'
import type { Receivers } from '../lanes/sending/receivers.ts'
import { LaneWalker } from '../lanes/walker.ts'
import type { LogSpace } from '../log/log-space.ts'
import type { LogStore } from '../log/log-store.ts'
import type { YoungestStore } from '../log/youngest-store.ts'
import type { Scheduler } from '../scheduler.ts'
import type { PortalConfig } from '../settings.ts'
import type { DamagedRows } from '../state/damaged-rows.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { World } from '../world.ts'
import type { Database } from '../../storage/database.ts'
import { BulletinLanes } from './bulletin-lanes.ts'
import { BulletinLog } from './bulletin-log.ts'
import { BulletinParcels } from './bulletin-parcels.ts'
import { BulletinStore } from './bulletin-store.ts'
import { Bulletins } from './bulletins.ts'
import { Observer } from './observer.ts'

/** A bulletin goes to the lane that it was made for, and no event tells another bulletin's change. */
const TAKES_ALL = {
  match: () => ({ matches: true }) as const,
  tellerOf: () => null,
  asToldTo: (_lane: LaneState, entry: LogEntry) => entry,
}

/** Everything of the portal that bulletins tell of. */
interface Observed {
  readonly state: PortalState
  readonly status: () => PortalStatus
  readonly log: LogStore
  readonly youngest: YoungestStore
  readonly book: LaneBook
  readonly rules: LaneRules
  readonly space: LogSpace
}

/** Everything with which bulletins are stored and sent. */
interface Means {
  readonly memberId: string
  readonly db: Database
  readonly receivers: Receivers
  readonly pace: LanePace
  readonly parcels: Parcels
  readonly damaged: DamagedRows
  readonly config: PortalConfig
  readonly world: World
  readonly scheduler: Scheduler
}

/** The parts that tell bulletins, and the controls of their lanes. */
export function createBulletins(observed: Observed, means: Means) {
  const { state } = observed
  const { memberId, db, receivers, config, world } = means
  const store = new BulletinStore(db)
  const bulletinLog = new BulletinLog(store)
  const told = createBook(means, { store, bulletinLog })
  const pump = createPump(means, { state, book: told, bulletinLog })
  const lanes = new BulletinLanes({ memberId, config, state, receivers, book: told })
  const observer = createObserver(observed, world)
  const bulletinControl = new LaneControl({
    log: bulletinLog,
    fates: bulletinLog,
    book: told,
    // Only a parked bulletin can be replayed.
    rules: { ...TAKES_ALL, filteredBy: () => null },
    receivers,
    enricher: bulletinLog,
    world,
  })
  const bulletins = new Bulletins({
    db,
    state,
    store,
    bulletinLog,
    book: told,
    lanes,
    pump,
    observer,
    world,
  })
  return { bulletins, bulletinLog, bulletinBook: told, bulletinControl }
}

function createObserver(
  { state, status, log, youngest, book, rules, space }: Observed,
  world: World,
): Observer {
  const lanes = {
    all: () => book.all(),
    lastParkReason: (destination: string) => book.lastParkReason(destination),
    frontOf: (lane: LaneState) => rules.frontOf(lane),
  }
  return new Observer({ state, status, log, youngest, lanes, space, world })
}

function createBook(
  {
    memberId,
    db,
    damaged,
    world,
    scheduler,
  }: Pick<Means, 'memberId' | 'db' | 'damaged' | 'world' | 'scheduler'>,
  { store, bulletinLog }: { readonly store: BulletinStore; readonly bulletinLog: BulletinLog },
): LaneBook {
  return new LaneBook({
    db,
    log: bulletinLog,
    fates: bulletinLog,
    damaged: { setAside: () => damaged.tell('bulletins') },
    scheduler,
    lines: new LaneLines({ memberId, delivers: 'bulletins', world }),
    rows: store.lanes,
  })
}

/** The walks, over the portal's own connections and pace. Once a walk rests, its sends are stored. */
function createPump(
  means: Pick<Means, 'memberId' | 'parcels' | 'receivers' | 'pace' | 'world' | 'scheduler'>,
  {
    state,
    book,
    bulletinLog,
  }: {
    readonly state: PortalState
    readonly book: LaneBook
    readonly bulletinLog: BulletinLog
  },
): Pump {
  const { memberId, receivers, pace, world, scheduler } = means
  const parcels = new BulletinParcels({ memberId, state, parcels: means.parcels })
  const courier = new Courier({
    book,
    rules: TAKES_ALL,
    receivers,
    pace,
    parcels,
    // No names are asked for, since a bulletin names nothing of the portal by its id alone.
    nameBook: { resolve: async () => new Map() },
    world,
  })
  const walker = new LaneWalker({
    log: bulletinLog,
    fates: bulletinLog,
    book,
    courier: {
      walkReceiverOf: (name) => tellerOf(courier.walkReceiverOf(name), { name, bulletinLog }),
    },
    enricher: bulletinLog,
    world,
  })
  const laneRested = (): void => {
    book.checkpoint.flush()
    scheduler.laneRested()
  }
  return new Pump({
    book,
    receivers,
    walker,
    enricher: bulletinLog,
    world,
    scheduler: { ...scheduler, laneRested },
  })
}

/**
 * The receiver of a lane that tells bulletins. It gets each bulletin that names it, in a message of its own. Its
 * filter and its digest concern events alone.
 */
function tellerOf(
  receiver: WalkReceiver | null,
  { name, bulletinLog }: { readonly name: string; readonly bulletinLog: BulletinLog },
): WalkReceiver | null {
  if (receiver === null) return null
  return {
    ...receiver,
    digestRule: null,
    match: (_filter, { sequence }) =>
      bulletinLog.isFor(name, sequence) ? { matches: true } : { matches: false, reason: 'event' },
  }
}
