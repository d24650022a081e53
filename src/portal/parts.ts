/**
 * The parts of one portal's object, each built from those above it. No part knows a part that is built after
 * it. When a part has written something that concerns later parts, it tells the scheduler, and the object
 * goes on (`advance()` in portal.ts).
 */
import { openDatabase } from '../storage/database.ts'
import { AlarmKeeper } from './alarm.ts'
import { Comparison } from './fields/comparison.ts'
import { Enricher } from './fields/enricher.ts'
import { FieldStore } from './fields/field-store.ts'
import { ReconciliationBook } from './fields/reconciliation-book.ts'
import { Reconciler } from './fields/reconciler.ts'
import { InstallDecision } from './installs/decision.ts'
import { Installer } from './installs/installer.ts'
import { KvMirror } from './installs/kv-mirror.ts'
import { PendingInstalls } from './installs/pending.ts'
import { PortalListing } from './installs/portal-listing.ts'
import { PortalValues } from './installs/values.ts'
import { Subscriber } from './installs/subscriber.ts'
import { Trust } from './installs/trust.ts'
import { UninstallNotices } from './installs/uninstall-notices.ts'
import { LaneBook } from './lanes/book.ts'
import { LaneControl } from './lanes/control.ts'
import { Courier } from './lanes/courier.ts'
import { FateStore } from './lanes/fate-store.ts'
import { LaneMatcher } from './lanes/matcher.ts'
import { LanePace } from './lanes/pace.ts'
import { Parcels } from './lanes/parcels.ts'
import { Pump } from './lanes/pump.ts'
import { Receivers } from './lanes/receivers.ts'
import { LaneRules } from './lanes/rules.ts'
import { LaneWalker } from './lanes/walker.ts'
import { Appender } from './log/appender.ts'
import { LogStore } from './log/log-store.ts'
import { LogWriter } from './log/log-writer.ts'
import type { Scheduler } from './scheduler.ts'
import type { PortalSettings } from './settings.ts'
import { PortalState } from './state/portal-state.ts'
import { PortalCaller } from './tokens/caller.ts'
import { IncomingWebhook } from './tokens/incoming-webhook.ts'
import { PacedCalls } from './tokens/paced-calls.ts'
import { Pairs } from './tokens/pairs.ts'
import { createPortalAccess } from './tokens/portal-access.ts'
import { PortalAddress } from './tokens/portal-address.ts'
import { PresenceCheck } from './tokens/presence-check.ts'
import { Refresh } from './tokens/refresh.ts'
import { AccessTroubles } from './tokens/troubles.ts'
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

/** Builds every part of one portal, from the storage up to the way out. Nothing is read or written yet. */
export function createParts({ storage, memberId, settings, scheduler }: PartsDeps) {
  const given = { storage, memberId, scheduler, ...settings }
  const stored = createStored(given)
  const tokens = createTokens({ ...given, ...stored })
  const installs = createInstalls({ ...given, ...stored, ...tokens })
  const log = createLog({ ...given, ...stored, ...tokens, ...installs })
  const fields = createFields({ ...given, ...stored, ...tokens, ...installs, ...log })
  const lanes = createLanes({ ...given, ...stored, ...tokens, ...installs, ...log, ...fields })
  return { ...given, ...stored, ...tokens, ...installs, ...log, ...fields, ...lanes }
}

type Given = Omit<PartsDeps, 'settings'> & PortalSettings

/** The stored state of the portal: its log, its lanes, its install and its fields. */
function createStored({ storage, world, scheduler }: Given) {
  const db = openDatabase(storage)
  const alarm = new AlarmKeeper(storage, world.now)
  const log = new LogStore(db)
  const fates = new FateStore(db)
  const state = new PortalState({ db, log, world, scheduler })
  const book = new LaneBook({ db, log, fates, scheduler })
  const fields = new FieldStore(db)
  return { db, alarm, log, fates, state, book, fields }
}

type Stored = Given & ReturnType<typeof createStored>

/** The access with which the portal is called. */
function createTokens(given: Stored) {
  const pairs = new Pairs(given)
  const troubles = new AccessTroubles({ ...given, pairs })
  const refresh = new Refresh({ ...given, pairs, troubles })
  const address = new PortalAddress({ ...given, pairs, refresh })
  const webhook = new IncomingWebhook(given)
  const caller = new PortalCaller({ ...given, pairs, troubles, refresh, address, webhook })
  const presenceCheck = new PresenceCheck({ ...given, pairs, refresh, address })
  const paced = new PacedCalls(given.world)
  return { pairs, troubles, refresh, caller, presenceCheck, paced }
}

type Tokens = Stored & ReturnType<typeof createTokens>

/** The trust in callers, and the installation of the portal. */
function createInstalls(given: Tokens) {
  const { memberId, config, state, caller, paced } = given
  const values = new PortalValues({ memberId, rows: state.rows, sealer: config.sealer })
  const trust = new Trust(given)
  const mirror = new KvMirror(given)
  const listing = new PortalListing(given)
  const pending = new PendingInstalls(given)
  const decision = new InstallDecision({ ...given, pending })
  const installer = new Installer({ ...given, pending, decision })
  const administration = paced.inBackground(caller.callerFor('administration'))
  const subscriber = new Subscriber({ ...given, call: administration })
  const uninstallNotices = new UninstallNotices(given)
  return { values, trust, mirror, listing, pending, installer, subscriber, uninstallNotices }
}

type Installs = Tokens & ReturnType<typeof createInstalls>

/** The lanes that the configuration asks for, and the writer of the log. */
function createLog(given: Installs) {
  const receivers = new Receivers(given)
  const rules = new LaneRules({ ...given, receivers })
  const matcher = new LaneMatcher({ ...given, rules })
  const writer = new LogWriter({ ...given, matcher })
  return { receivers, rules, matcher, writer }
}

type Log = Installs & ReturnType<typeof createLog>

/** The enrichment of events, the comparisons with the portal, and the way of events into the log. */
function createFields(given: Log) {
  const { caller, paced } = given
  const reconciliation = new ReconciliationBook(given)
  const reading = caller.callerFor('background')
  const forEvents = createPortalAccess(paced.forEvents(reading), given)
  const enricher = new Enricher({ ...given, reconciliation, portal: forEvents })
  const portal = createPortalAccess(paced.inBackground(reading), given)
  const comparison = new Comparison({ ...given, reconciliation, portal, enricher })
  const reconciler = new Reconciler({ ...given, comparison, reconciliation, portal })
  const appender = new Appender({ ...given, enricher })
  return { reconciliation, enricher, portal, reconciler, appender }
}

type Fields = Log & ReturnType<typeof createFields>

/** The walks of the lanes, and the alarm that wakes every part. */
function createLanes(given: Fields) {
  const { pending, uninstallNotices, mirror, enricher, reconciler, subscriber } = given
  const pace = new LanePace(given)
  const parcels = new Parcels(given)
  const courier = new Courier({ ...given, pace, parcels })
  const walker = new LaneWalker({ ...given, courier })
  const pump = new Pump({ ...given, walker })
  const control = new LaneControl(given)
  const timed = [pump, pending, uninstallNotices, mirror, enricher, reconciler, subscriber]
  const waker = new Waker({ ...given, timed, pump })
  return { pump, control, waker }
}
