/**
 * One portal's log, enricher and reconciler over Node's own SQLite, with a clock that a test moves and a
 * portal that a test edits. Everything is the real thing but the portal, the network and the object's shell.
 */
import { DatabaseSync } from 'node:sqlite'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { userFieldCode } from '../../../src/core/events/event-names.ts'
import type {
  FieldAction,
  Json,
  LogEntry,
  RelayEvent,
  ThinReason,
} from '../../../src/core/log/event.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { err, ok, type Result } from '../../../src/core/result.ts'
import { Appender } from '../../../src/portal/log/appender.ts'
import { MAX_GROUP } from '../../../src/portal/log/commit-groups.ts'
import type { Database, SqlRow, SqlValue } from '../../../src/storage/database.ts'
import { Comparison } from '../../../src/portal/fields/comparison.ts'
import { Enricher } from '../../../src/portal/fields/enricher.ts'
import { FieldStore } from '../../../src/portal/fields/shelves/field-store.ts'
import { ReconciliationBook } from '../../../src/portal/fields/reconciliation-book.ts'
import { entriesAfter } from '../../../src/core/log/entries.ts'
import { LogStore } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/rows/segment-store.ts'
import { YoungestStore } from '../../../src/portal/log/youngest-store.ts'
import { LogWriter } from '../../../src/portal/log/log-writer.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import { PacedCalls } from '../../../src/portal/tokens/paced-calls.ts'
import type { Scheduler } from '../../../src/portal/scheduler.ts'
import { createPortalAccess } from '../../../src/portal/tokens/portal-access.ts'
import { Reconciler } from '../../../src/portal/fields/reconciler.ts'
import { damagedRows } from '../storage/damaged-rows.ts'
import { ManualClock } from '../manual-clock.ts'
import { NOW, msOf, type Span } from '../time.ts'

/** What the portal answers next, beside the truth. */
export interface NextAnswer {
  readonly latencyMs: number
  readonly failure: RestError | null
}

/** The parts under test. */
interface Parts {
  readonly appender: Appender
  readonly enricher: Enricher
  readonly reconciler: Reconciler
  readonly reconciliation: ReconciliationBook
}

/** No destination is configured, and no alarm stands. */
const NO_LANES = {
  matcher: { match: () => {}, adopt: () => {}, abandon: () => {}, tally: () => {} },
  alarm: {
    begin: () => {},
    rolledBack: () => {},
    ensure: () => Promise.resolve(),
    stands: () => Promise.resolve(),
  },
} as const

/** The portal's usual answer to a request, however many commands it holds. */
function afterAMoment(_commands: number): NextAnswer {
  return { latencyMs: 150, failure: null }
}

function refuseNothing(_request: { readonly ids: readonly number[] }): RestError | null {
  return null
}

const NO_REFUSAL: ThinReason | null = null

/** The ids of the fields for which a request asks. */
function idsOf(method: string, params: JsonObject): readonly number[] {
  const commands = method === 'batch' ? Object.values(readObject(params['cmd'])).map(String) : []
  const ids = commands.map((command) => new URLSearchParams(command.split('?')[1]).get('id'))
  return [params['id'], ...ids].flatMap((id) =>
    id === undefined || id === null ? [] : [Number(id)],
  )
}

/** The stores of one life of the object. */
function openStores(db: Database, now: () => number) {
  const fields = new FieldStore(db, damagedRows(db))
  const segments = new SegmentStore(db, () => {}, fields)
  const log = new LogStore(db, segments, fields)
  const youngest = new YoungestStore({ db, segments, log, world: { now } })
  return { fields, segments, log, youngest }
}

/** The room `fields` of one portal, and everything around it. */
export class FieldScenario {
  readonly #clock = new ManualClock(NOW)
  /** The portal in Bitrix24. */
  readonly portal = {
    /** The definitions that it holds, by field id. */
    fields: new Map<number, FieldAttributes>(),
    /** Decides about each request; by default every one is answered after 150 ms. */
    answers: afterAMoment,
    /** Refuses a request by its fields; a list names none. By default nothing is refused. */
    refuses: refuseNothing,
    /** Why it cannot be asked at all; null when it can. */
    refusal: NO_REFUSAL,
    /** Stores an event as the portal sent it. */
    sends: async (event: RelayEvent, digest: string): Promise<void> => {
      this.#receipts += 1
      const stored = this.#parts.appender.append({
        receipt: `r${this.#receipts}`,
        digest,
        receivedAt: this.#clock.now(),
        tokenHash: 'hash',
        event: JSON.stringify(event),
        quarantined: false,
        drained: false,
      })
      await stored
    },
  }
  /** The object of the portal. */
  readonly relay = {
    /** The object ends and begins anew: memory is gone, storage stays. */
    restarts: ({ toldUpTo = 0 }: { readonly toldUpTo?: number } = {}): void => {
      this.#stores = openStores(this.#db, this.#clock.now)
      this.#parts = this.#build()
      this.#parts.appender.load(this.youngest.recentArrivals())
      this.#parts.reconciliation.load((time) => this.youngest.lastFieldEventSince(time))
      const rows = { awaiting: this.youngest.awaiting(), carrying: this.youngest.carrying() }
      this.enricher.load(rows, ({ sequence }) => sequence <= toldUpTo)
    },
  }
  /** The storage of the object. */
  readonly storage = {
    /** Decides about each statement whether storage refuses it; by default none is refused. */
    refuses: (_statement: string, _values: readonly SqlValue[]): boolean => false,
  }
  /** The installation. */
  readonly install = { generation: 1 }
  /** How far lanes could see, each time they were told to go on. */
  readonly seenUpTo: number[] = []
  /** Time as a test tells it. */
  readonly time = {
    /** Unix milliseconds. */
    now: (): number => this.#clock.now(),
    /** How many timers and answers are waited for. */
    sleepers: (): number => this.#clock.sleepers,
    /** Moves the clock from one sleeper to the next, and lets each that wakes do its work. */
    passes: async (span: Span): Promise<void> => {
      const end = this.#clock.now() + msOf(span)
      do {
        this.#clock.advance(Math.min(end, this.#clock.nextWakeAt() ?? end) - this.#clock.now())
        await turn()
      } while (this.#clock.now() < end)
    },
    /** Lets time pass, and begins each comparison when it is due, as the alarm does. */
    passesWithComparisons: async (span: Span): Promise<void> => {
      const end = this.#clock.now() + msOf(span)
      while (this.#clock.now() < end) {
        const dueAt = Math.max(this.reconciler.dueAt() ?? end, this.#clock.now() + 100)
        await this.time.passes(Math.min(end, dueAt, this.#clock.now() + 10_000) - this.#clock.now())
        const isDue = (this.reconciler.dueAt() ?? Infinity) <= this.#clock.now()
        if (isDue) await this.reconcile({ asked: false })
      }
    },
    /** Lets time pass until no event waits. */
    passesUntilQuiet: async (): Promise<void> => {
      for (let count = 0; this.enricher.dueAt() !== null; count += 1) {
        if (count > 200) throw new Error('An event waits for ever')
        await this.time.passes(200)
      }
      await this.time.passes(500)
    },
  }
  /** Every request so far: method and, for batches, the number of commands. */
  readonly requests: { readonly method: string; readonly commands: number }[] = []
  readonly failures: unknown[] = []
  /** The most requests that were under way at a time. */
  mostOpen = 0
  #open = 0
  #head = 0
  #receipts = 0
  #life = 0
  #stores: ReturnType<typeof openStores>
  readonly #db: Database
  #parts: Parts

  constructor() {
    this.#db = openNodeDatabase((...statement) => this.storage.refuses(...statement))
    migrate(this.#db)
    this.#stores = openStores(this.#db, this.#clock.now)
    this.#parts = this.#build()
  }

  get fields(): FieldStore {
    return this.#stores.fields
  }

  get segments(): SegmentStore {
    return this.#stores.segments
  }

  get log(): LogStore {
    return this.#stores.log
  }

  get youngest(): YoungestStore {
    return this.#stores.youngest
  }

  get enricher(): Enricher {
    return this.#parts.enricher
  }

  get reconciler(): Reconciler {
    return this.#parts.reconciler
  }

  get reconciliation(): ReconciliationBook {
    return this.#parts.reconciliation
  }

  /** The last sequence that lanes may see. */
  readableHead(): number {
    return this.enricher.readableHead()
  }

  /** Compares now, and waits for the end. */
  async reconcile({ asked }: { asked: boolean }): Promise<void> {
    if (asked) this.reconciler.ask()
    let isOver = false
    const run = this.reconciler.runDue().finally(() => {
      isOver = true
    })
    while (!isOver)
      await this.time.passes((this.#clock.nextWakeAt() ?? this.#clock.now()) - this.#clock.now())
    await run
  }

  /** The whole log, oldest first. */
  entries(): LogEntry[] {
    return [...entriesAfter(this.log, 0, { page: 500 })]
  }

  #build(): Parts {
    const { log, fields } = this
    const db = this.#db
    const life = (this.#life += 1)
    // An object that has ended is never heard of again.
    const inLife = async <T>(work: Promise<T>): Promise<T> => {
      const result = await work
      return life === this.#life ? result : new Promise<T>(() => {})
    }
    const world = {
      now: this.#clock.now,
      sleep: (ms: number, ends?: AbortSignal): Promise<void> => inLife(this.#clock.sleep(ms, ends)),
      newReceipt: () => `own-${(this.#receipts += 1)}`,
      logLine: () => {},
    }
    const scheduler: Scheduler = {
      advance: () => void this.seenUpTo.push(enricher.readableHead()),
      laneRested: () => {},
      background: (work) => void work,
      after: () => () => {},
      report: (_event, error) => void this.failures.push(error),
    }
    const state = { head: () => this.#head, setHead: (head: number) => void (this.#head = head) }
    const writer = new LogWriter({ db, log, state, world, scheduler, ...NO_LANES })
    const paced = new PacedCalls(world)
    const call: CallPortal = (...request) => inLife(this.#call(...request))
    const deps = {
      paced,
      portalCaller: { hasAccess: () => true, refusal: () => this.portal.refusal },
      state: { install: () => ({ ...NO_INSTALL, ...this.install }) },
    }
    const reconciliation = new ReconciliationBook({ db, fields, world })
    const enricher = new Enricher({
      fields,
      reconciliation,
      writer,
      state,
      access: createPortalAccess(paced.forEvents(call), deps),
      world,
      scheduler,
    })
    const access = createPortalAccess(paced.inBackground(call), deps)
    const shared = { reconciliation, access, world, scheduler }
    const comparison = new Comparison({ ...shared, fields, writer, enricher })
    const config = {
      reconcileMinutes: 1440,
      wantedEvents: [userFieldCode('requisite', 'updated')],
      maxGroup: MAX_GROUP,
    }
    const reconciler = new Reconciler({ ...shared, memberId: 'member', comparison, config })
    const trust = { trusts: () => true }
    const appender = new Appender({ log, writer, trust, enricher, config, world, scheduler })
    return { appender, enricher, reconciler, reconciliation }
  }

  /** The portal: what it says is true at the moment of the request, and arrives later. */
  readonly #call: CallPortal = async (method, params = {}) => {
    const commands = method === 'batch' ? Object.entries(readObject(params['cmd'])) : []
    this.requests.push({ method, commands: commands.length })
    const { latencyMs, failure } = this.portal.answers(commands.length)
    const refused = failure ?? this.portal.refuses({ ids: idsOf(method, params) })
    const answer = refused === null ? this.#answer(method, params) : err(refused)
    this.#open += 1
    this.mostOpen = Math.max(this.mostOpen, this.#open)
    await this.#clock.sleep(latencyMs)
    this.#open -= 1
    return answer
  }

  #answer(method: string, params: JsonObject): Result<JsonObject, RestError> {
    const time = { start: this.#clock.now() / 1000, finish: this.#clock.now() / 1000 }
    if (method !== 'batch') {
      const answer = this.#single(method, params)
      return answer.ok ? ok({ ...answer.value, time }) : answer
    }
    const result: Record<string, Json> = {}
    const errors: Record<string, Json> = {}
    for (const [key, command] of Object.entries(readObject(params['cmd']))) {
      const [name = '', query = ''] = String(command).split('?')
      const answer = this.#single(name, Object.fromEntries(new URLSearchParams(query)))
      if (answer.ok) result[key] = answer.value['result'] ?? null
      else errors[key] = { error: answer.error.code, error_description: '' }
    }
    return ok({ result: { result, result_error: errors, result_total: [], result_next: [] }, time })
  }

  #single(method: string, params: JsonObject): Result<JsonObject, RestError> {
    if (method === 'user.get') {
      const id = String(params['ID'] ?? params['id'] ?? 1)
      return ok({ result: [{ ID: id, NAME: 'User', LAST_NAME: id }], total: 1 })
    }
    if (method === 'crm.requisite.userfield.list') {
      const result = [...this.portal.fields.values()]
      return ok({ result, total: result.length })
    }
    const found = this.portal.fields.get(Number(params['id']))
    if (found !== undefined) return ok({ result: found })
    return err({ kind: 'not_found', code: 'ERROR_NOT_FOUND', status: 400 })
  }
}

/** The event that Bitrix24 sends for a change of a requisite field. */
export function fieldEvent(
  { id, name }: { readonly id: number; readonly name: string },
  action: FieldAction,
  ts: number,
): RelayEvent {
  const field = {
    family: 'requisite' as const,
    action,
    id,
    entityId: 'CRM_REQUISITE',
    fieldName: name,
  }
  return {
    name: userFieldCode('requisite', action),
    ts,
    handlerId: '661',
    userId: 1,
    data: { FIELDS: { ID: String(id), ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: name } },
    field,
    quarantined: null,
  }
}

function readObject(value: Json | undefined): { readonly [key: string]: Json } {
  // Sound: arrays and scalars are sent by nobody here.
  return (value ?? {}) as { readonly [key: string]: Json }
}

function openNodeDatabase(
  refuses: (statement: string, values: readonly SqlValue[]) => boolean,
): Database {
  const db = new DatabaseSync(':memory:')
  const known = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  let depth = 0
  return {
    all(query, ...bindings) {
      if (refuses(query, bindings)) throw new Error('Storage refuses')
      let statement = known.get(query)
      if (statement === undefined) known.set(query, (statement = db.prepare(query)))
      // Sound: the tables hold texts and integers only.
      return statement.all(...bindings) as SqlRow[]
    },
    transaction(work) {
      if (depth > 0) return work()
      db.exec('BEGIN')
      depth += 1
      try {
        const result = work()
        db.exec('COMMIT')
        return result
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      } finally {
        depth -= 1
      }
    },
    sync: () => Promise.resolve(),
    bytes: () => 0,
  }
}

/** Lets everything run that waits for nothing but its turn. */
async function turn(): Promise<void> {
  for (let count = 0; count < 3; count += 1) await new Promise((resolve) => setImmediate(resolve))
}
