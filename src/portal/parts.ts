/**
 * Builds the parts of one portal's object, each from those above it. No part knows one that is built after it: what it has to say
 * to them it says to the scheduler, and the object goes on (`advance()` in portal.ts).
 */
import { Connections } from '../core/lanes/connections.ts'
import { openDatabase } from '../storage/database.ts'
import { AlarmKeeper } from './alarm.ts'
import { Comparison } from './fields/comparison.ts'
import { Enricher } from './fields/enricher.ts'
import { FieldStore } from './fields/field-store.ts'
import { ReconciliationBook } from './fields/reconciliation-book.ts'
import { Reconciler } from './fields/reconciler.ts'
import { Installer } from './installs/installer.ts'
import { KvMirror } from './installs/kv-mirror.ts'
import { PendingNotes } from './installs/pending-notes.ts'
import { PortalValues } from './installs/values.ts'
import { Subscriber } from './installs/subscriber.ts'
import { Trust } from './installs/trust.ts'
import { LaneBook } from './lanes/book.ts'
import { LaneControl } from './lanes/control.ts'
import { Deliverer } from './lanes/rules.ts'
import { LaneMatcher } from './lanes/matcher.ts'
import { Pump } from './lanes/pump.ts'
import { LaneWalker } from './lanes/walker.ts'
import { Appender } from './log/appender.ts'
import { LogStore } from './log/log-store.ts'
import { LogWriter } from './log/log-writer.ts'
import type { Scheduler } from './scheduler.ts'
import type { PortalSettings } from './settings.ts'
import { PortalState } from './state.ts'
import { TokenKeeper } from './tokens/caller.ts'
import { PacedCalls } from './tokens/paced-calls.ts'
import { createPortalAccess } from './tokens/portal-access.ts'
import { Waker } from './waker.ts'

/** What the parts are made of. */
export interface PartsDeps {
  readonly storage: DurableObjectStorage
  readonly memberId: string
  readonly settings: PortalSettings
  readonly scheduler: Scheduler
}

/** The parts of one portal's object. */
export type PortalParts = ReturnType<typeof createParts>

/** Builds every part of one portal, from what is stored up to the way out. Nothing is read or written yet. */
export function createParts({ storage, memberId, settings, scheduler }: PartsDeps) {
  const given = { storage, memberId, scheduler, ...settings }
  const stored = createStored(given)
  const installs = createInstalls({ ...given, ...stored })
  const log = createLog({ ...given, ...stored, ...installs })
  const fields = createFields({ ...given, ...stored, ...installs, ...log })
  const lanes = createLanes({ ...given, ...stored, ...installs, ...log, ...fields })
  return { ...given, ...stored, ...installs, ...log, ...fields, ...lanes }
}

type Given = Omit<PartsDeps, 'settings'> & PortalSettings

/** What is stored. */
function createStored({ storage, world, scheduler }: Given) {
  const db = openDatabase(storage)
  const alarm = new AlarmKeeper(storage, world.now)
  const log = new LogStore(db)
  const state = new PortalState({ db, log, scheduler })
  const book = new LaneBook({ db, log, scheduler })
  const fields = new FieldStore(db)
  return { db, alarm, log, state, book, fields }
}

type Stored = Given & ReturnType<typeof createStored>

/** Who may speak for the portal, and with what it is asked. */
function createInstalls(given: Stored) {
  const { memberId, config, world, state } = given
  const values = new PortalValues({ memberId, rows: state.rows, sealer: config.sealer })
  const trust = new Trust(given)
  const mirror = new KvMirror(given)
  const notes = new PendingNotes(given)
  const installer = new Installer(given)
  const tokens = new TokenKeeper(given)
  const paced = new PacedCalls(world)
  const administration = paced.inBackground(tokens.callerFor('administration'))
  const subscriber = new Subscriber({ ...given, call: administration })
  return { values, trust, mirror, notes, installer, tokens, paced, subscriber }
}

type Installs = Stored & ReturnType<typeof createInstalls>

/** Which lanes the configuration asks for, and the one way into the log. */
function createLog(given: Installs) {
  const { book, state } = given
  const deliverer = new Deliverer({ ...given, lanes: book })
  const matcher = new LaneMatcher({ book, deliverer, state })
  const writer = new LogWriter({ ...given, matcher })
  return { deliverer, matcher, writer }
}

type Log = Installs & ReturnType<typeof createLog>

/** What the events changed, which changes no event told, and the events' way into the log. */
function createFields(given: Log) {
  const { tokens, paced } = given
  const reconciliation = new ReconciliationBook(given)
  const reading = tokens.callerFor('background')
  const forEvents = createPortalAccess(paced.forEvents(reading), given)
  const enricher = new Enricher({ ...given, reconciliation, portal: forEvents })
  const portal = createPortalAccess(paced.inBackground(reading), given)
  const comparison = new Comparison({ ...given, reconciliation, portal, enricher })
  const reconciler = new Reconciler({ ...given, comparison, reconciliation, portal })
  const appender = new Appender({ ...given, enricher })
  return { reconciliation, enricher, portal, reconciler, appender }
}

type Fields = Log & ReturnType<typeof createFields>

/** The way out, and the alarm that wakes everything. */
function createLanes(given: Fields) {
  const { log, book, deliverer, world, installer, mirror, enricher, reconciler } = given
  const walker = new LaneWalker({ ...given, lanes: book, connections: new Connections() })
  const pump = new Pump({ ...given, walker })
  const control = new LaneControl({ log, lanes: book, deliverer, now: world.now })
  const timed = [pump, installer, mirror, enricher, reconciler]
  const waker = new Waker({ ...given, timed, pump })
  return { pump, control, waker }
}
