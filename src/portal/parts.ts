/**
 * The parts of one portal's object, each built from those above it. No part knows a part that is built after
 * it. When a part has written something that concerns later parts, it tells the scheduler, and the object
 * goes on (`advance()` in portal.ts).
 */
import { openDatabase } from '../storage/database.ts'
import { AlarmKeeper } from './alarm.ts'
import { createBulletins } from './bulletins/create-bulletins.ts'
import { Comparison } from './fields/comparison.ts'
import { Enricher } from './fields/enricher.ts'
import { FieldStore } from './fields/shelves/field-store.ts'
import { NameBook } from './names/name-book.ts'
import { NameStore } from './names/name-store.ts'
import { ReconciliationBook } from './fields/reconciliation-book.ts'
import { Reconciler } from './fields/reconciler.ts'
import { InstallDecision } from './installs/decision.ts'
import { Installer } from './installs/installer.ts'
import { KvMirror } from './installs/kv-mirror.ts'
import { PendingInstalls } from './installs/pending.ts'
import { MissingEventsListing } from './installs/missing-events-listing.ts'
import { PortalValues } from './installs/values.ts'
import { RobotAddress } from './installs/robot-address.ts'
import { Subscriber } from './installs/subscriber.ts'
import { Trust } from './installs/trust.ts'
import { PortalDomains } from './installs/domains.ts'
import { UninstallNotices } from './installs/uninstall-notices.ts'
import { LaneBook } from './lanes/book/book.ts'
import { LaneLines } from './lanes/book/lane-lines.ts'
import { LaneControl } from './lanes/control.ts'
import { Courier } from './lanes/sending/courier.ts'
import { FateStore } from './lanes/book/fate-store.ts'
import { LaneMatcher } from './lanes/matcher.ts'
import { LanePace } from './lanes/sending/pace.ts'
import { Parcels } from './lanes/sending/parcels.ts'
import { Pump } from './lanes/pump.ts'
import { Receivers } from './lanes/sending/receivers.ts'
import { LanePlans } from './lanes/plans.ts'
import { LaneRules } from './lanes/rules.ts'
import { LaneWalker } from './lanes/walker.ts'
import { Appender } from './log/appender.ts'
import { LogSpace } from './log/log-space.ts'
import { LogStore } from './log/log-store.ts'
import { LogWriter } from './log/log-writer.ts'
import { SegmentStore } from './log/rows/segment-store.ts'
import { YoungestStore } from './log/youngest-store.ts'
import { Reporter } from './reports/reporter.ts'
import type { Scheduler } from './scheduler.ts'
import type { PortalSettings } from './settings.ts'
import { DamagedRows } from './state/damaged-rows.ts'
import { PortalState } from './state/portal-state.ts'
import { PortalCaller } from './tokens/portal-caller.ts'
import { IncomingWebhook } from './tokens/incoming-webhook.ts'
import { PacedCalls } from './tokens/paced-calls.ts'
import { Pairs } from './tokens/pairs.ts'
import { createPortalAccess } from './tokens/portal-access.ts'
import { PortalAddress } from './tokens/portal-address.ts'
import { PresenceCheck } from './tokens/presence-check.ts'
import { Refresh } from './tokens/refresh.ts'
import { AccessTroubles } from './tokens/troubles.ts'
import { Uninstaller } from './uninstaller.ts'
import type { PortalStatus } from '../core/access/portal-status.ts'
import { portalStatus } from './reports/portal-status.ts'
import { portalReport, portalSigns } from './reports/portal-report.ts'
import { Waker } from './waker.ts'

/** Everything from which the parts are built. */
export interface PartsDeps {
  readonly storage: DurableObjectStorage
  readonly memberId: string
  readonly settings: PortalSettings
  readonly scheduler: Scheduler
}

/** The parts of one portal's object. */
export type PortalParts = ReturnType<typeof createParts>

/**
 * The parts that a task takes, so that a task of which it is a step takes them too. They belong to the step, and do
 * not count among the parts of the other task.
 */
export type PartsOf<Task extends (parts: never, ...more: never[]) => unknown> = Parameters<Task>[0]

/**
 * Builds every part of one portal, from the storage up to the way out. Nothing is read or written yet. Each part is
 * built from a list that names its members one by one. When a list has a member that the part does not take, the
 * compiler refuses it. So nothing is spread into these lists: the compiler does not look at spread members.
 */
export function createParts({ storage, memberId, settings, scheduler }: PartsDeps) {
  const given = { storage, memberId, scheduler, ...settings }
  const stored = { ...given, ...createStored(given) }
  const upToTokens = { ...stored, ...createTokens(stored) }
  const upToInstalls = { ...upToTokens, ...createInstalls(upToTokens) }
  const upToLog = { ...upToInstalls, ...createLog(upToInstalls) }
  const upToFields = { ...upToLog, ...createFields(upToLog) }
  const upToLanes = { ...upToFields, ...createLanes(upToFields) }
  const status = (): PortalStatus => portalStatus(upToLanes)
  const upToBulletins = { ...upToLanes, ...createBulletins({ ...upToLanes, status }, upToLanes) }
  const [waker, reporter] = [createWaker(upToBulletins), createReporter(upToBulletins)]
  return { ...upToBulletins, waker, reporter }
}

type Given = Omit<PartsDeps, 'settings'> & PortalSettings

/** The stored state of the portal: its log, its lanes, its install and its fields. */
function createStored({ storage, memberId, config, world, scheduler }: Given) {
  const db = openDatabase(storage)
  const damaged = new DamagedRows({ db, memberId, world })
  const alarm = new AlarmKeeper(storage, world.now)
  const fields = new FieldStore(db, damaged)
  const segments = new SegmentStore(db, () => damaged.tell('segments'), fields)
  const log = new LogStore(db, segments, fields)
  const youngest = new YoungestStore({ db, segments, log, world })
  const fates = new FateStore(db, segments)
  const state = new PortalState({ db, log, damaged, world, scheduler })
  const lines = new LaneLines({ memberId, delivers: 'events', world })
  const book = new LaneBook({ db, log, fates, damaged, scheduler, lines })
  const space = new LogSpace({ memberId, db, fields, config, world })
  return { db, damaged, alarm, segments, log, youngest, fates, state, book, fields, space }
}

type Stored = Given & ReturnType<typeof createStored>

/** The access with which the portal is called. */
function createTokens({ memberId, config, world, state, book: tallies }: Stored) {
  const pairs = new Pairs({ memberId, state, config, world })
  const troubles = new AccessTroubles({ memberId, state, config, world, pairs })
  const refresh = new Refresh({ memberId, state, config, world, pairs, troubles, tallies })
  const address = new PortalAddress({ memberId, state, config, world, pairs, refresh })
  const incomingWebhook = new IncomingWebhook({ memberId, state, config, world })
  const portalCaller = new PortalCaller({
    config,
    world,
    pairs,
    troubles,
    refresh,
    address,
    incomingWebhook,
  })
  const presenceCheck = new PresenceCheck({ config, world, pairs, refresh, address })
  const paced = new PacedCalls(world)
  return { pairs, troubles, refresh, portalCaller, presenceCheck, paced }
}

type Tokens = Stored & ReturnType<typeof createTokens>

/** The trust in callers, and the installation of the portal. */
function createInstalls(given: Tokens) {
  const { memberId, config, world, directory, state, youngest } = given
  const { pairs, portalCaller, paced, presenceCheck } = given
  const values = new PortalValues({ memberId, rows: state.rows, sealer: config.sealer })
  const robotAddress = new RobotAddress({ memberId, rows: state.rows, state, world })
  const trust = new Trust({ memberId, state, config, world, directory, robotAddress })
  const domains = new PortalDomains({ memberId, state, config, world, directory })
  const { installStore } = given
  const mirror = new KvMirror({ memberId, state, world, installStore, robotAddress })
  const missingListing = new MissingEventsListing({ memberId, state, world, directory })
  const pending = new PendingInstalls({ memberId, state, config, world, directory })
  const decision = new InstallDecision({ memberId, state, config, world, pairs, pending })
  const installer = new Installer({ memberId, state, config, world, pending, decision })
  const call = paced.inBackground(portalCaller.callsFor('administration'))
  const subscriber = new Subscriber({ memberId, state, youngest, config, world, call })
  const uninstallNotices = new UninstallNotices({ state, world, presenceCheck })
  const trusted = { values, robotAddress, trust, domains, mirror, missingListing }
  return { ...trusted, pending, installer, subscriber, uninstallNotices }
}

type Installs = Tokens & ReturnType<typeof createInstalls>

/** The lanes that the configuration asks for, and the writer of the log. */
function createLog(given: Installs) {
  const { memberId, config, world, scheduler, db, alarm, log, state, book } = given
  const { values, domains } = given
  const receivers = new Receivers({ config, values })
  const plans = new LanePlans({ memberId, config, domains, book, receivers })
  const rules = new LaneRules({ log, book })
  const matcher = new LaneMatcher({ book, plans, rules, state, scheduler })
  const writer = new LogWriter({ db, log, state, matcher, alarm, world, scheduler })
  return { receivers, plans, rules, matcher, writer }
}

type Log = Installs & ReturnType<typeof createLog>

/** The enrichment of events, the comparisons with the portal, and the way of events into the log. */
function createFields(given: Log) {
  const { memberId, config, world, scheduler, db, log, state, fields, writer, trust } = given
  const { portalCaller, paced } = given
  const reconciliation = new ReconciliationBook({ db, fields, world })
  const reading = portalCaller.callsFor('background')
  const deps = { portalCaller, paced, state }
  const forEvents = createPortalAccess(paced.forEvents(reading), deps)
  const access = createPortalAccess(paced.inBackground(reading), deps)
  const nameBook = new NameBook({
    nameStore: new NameStore(db),
    access: forEvents,
    world,
    scheduler,
  })
  const enricher = new Enricher({
    fields,
    reconciliation,
    writer,
    state,
    access: forEvents,
    world,
    scheduler,
  })
  const comparison = new Comparison({
    fields,
    reconciliation,
    writer,
    enricher,
    access,
    world,
    scheduler,
  })
  const reconciler = new Reconciler({
    memberId,
    reconciliation,
    comparison,
    access,
    config,
    world,
    scheduler,
  })
  const appender = new Appender({ log, writer, trust, enricher, config, world, scheduler })
  return { reconciliation, enricher, access, nameBook, reconciler, appender }
}

type Fields = Log & ReturnType<typeof createFields>

/** The walks of the lanes, and the end of an installation. */
function createLanes(given: Fields) {
  const { memberId, config, world, scheduler, pacer, log, fates, state, book } = given
  const { domains, receivers, rules, segments, appender, enricher, nameBook, reconciler } = given
  const pace = new LanePace({ memberId, world, pacer })
  const parcels = new Parcels({ memberId, config, state, domains })
  const courier = new Courier({ book, rules, receivers, pace, parcels, nameBook, world })
  const walker = new LaneWalker({ log, fates, book, courier, enricher, world })
  const pump = new Pump({ book, receivers, walker, enricher, world, scheduler })
  const control = new LaneControl({ log, fates, book, rules, receivers, enricher, world })
  const { robotAddress } = given
  const uninstaller = new Uninstaller({
    state,
    segments,
    book,
    rules,
    receivers,
    appender,
    enricher,
    learners: [reconciler, nameBook],
    robotAddress,
  })
  return { pace, parcels, pump, control, uninstaller }
}

type Lanes = Fields & ReturnType<typeof createLanes>

/** The one alarm, which wakes every part that waits for time. */
function createWaker(given: Lanes & Pick<BulletinsMade, 'bulletins'>): Waker {
  const { alarm, book, world, scheduler, pump, enricher, reconciler, bulletins } = given
  const { pending, uninstallNotices, mirror, subscriber } = given
  const { checkpoint } = book
  const timed = [
    pump,
    pending,
    uninstallNotices,
    mirror,
    enricher,
    reconciler,
    subscriber,
    bulletins,
  ]
  return new Waker({ alarm, timed, pump, subscriber, checkpoint, world, scheduler })
}

type BulletinsMade = ReturnType<typeof createBulletins>

/** The reports to the directory, which tell of everything else. */
function createReporter(given: Lanes & BulletinsMade): Reporter {
  const { memberId, state, book, directory, world, scheduler, pump } = given
  const source = {
    signs: () => portalSigns(given),
    report: () => portalReport(given, world.now()),
    isAtRest: () => !pump.isRunning(),
  }
  return new Reporter({ memberId, state, book, directory, world, scheduler, source })
}
