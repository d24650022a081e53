/**
 * One portal's object driven directly over RPC, with its own clock, network and receivers. The clock begins a
 * day ahead of the machine's, so that no alarm fires by itself: it fires when a test lets time pass.
 */
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { parseBook } from '../../../src/portal/lanes/book/book-rows.ts'
import type { AppendAnswer, AppendRequest } from '../../../src/portal/log/append-request.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { anEvent } from '../builders/a-delivery.ts'
import { configured, machine, type Entry } from '../builders/entries.ts'
import {
  failNextTransaction,
  observeStorage,
  refuseTransactions,
  type Observed,
} from '../worker/observed.ts'
import { overrides, type AdaptableSettings } from '../worker/overrides.ts'
import { Scenario } from './scenario.ts'
import { ScenarioOperator } from './scenario-operator.ts'
import { ScenarioTime } from './scenario-time.ts'
import { msOf } from '../time.ts'
import { until } from '../until.ts'

const TOKEN = 'scenario-token'

/** The portal in Bitrix24, as its object meets it. */
class Portal {
  readonly #scenario: PortalScenario

  constructor(scenario: PortalScenario) {
    this.#scenario = scenario
  }

  /** The hash of the token that speaks for the portal. */
  tokenHash(): Promise<string> {
    return hashToken(this.#scenario.memberId, TOKEN)
  }

  /** Becomes known to the relay, which then has nothing to do but what the test asks for. */
  async becomesKnown(): Promise<void> {
    await this.#scenario.object.recognises(await this.tokenHash())
    await this.#scenario.time.passesUntilQuiet()
  }

  /** An event that is like no other, unless the test says so. */
  async anEvent(changes: Partial<AppendRequest> = {}): Promise<AppendRequest> {
    const now = this.#scenario.time.now()
    return {
      receipt: crypto.randomUUID(),
      receivedAt: now,
      digest: crypto.randomUUID(),
      tokenHash: await this.tokenHash(),
      event: JSON.stringify(anEvent({ ts: Math.floor(now / 1000) })),
      quarantined: false,
      drained: false,
      ...changes,
    }
  }

  /** Sends this very event. Awaited here, since an RPC promise that rejects must have one listener only. */
  async posts(event: AppendRequest): Promise<AppendAnswer> {
    return await this.#scenario.object.append(event)
  }

  /** Sends an event, and answers its sequence; throws unless it is stored. */
  async sends(changes: Partial<AppendRequest> = {}): Promise<number> {
    const answer = await this.posts(await this.anEvent(changes))
    if (answer.kind !== 'stored') throw new Error('Cannot send as the token is not trusted')
    return answer.sequence
  }

  /** Sends some events at once. */
  async sendsMany(count: number): Promise<number[]> {
    return Promise.all(Array.from({ length: count }, () => this.sends()))
  }
}

/** The relay as whoever deploys it meets it. */
class Relay {
  readonly #scenario: PortalScenario

  constructor(scenario: PortalScenario) {
    this.#scenario = scenario
  }

  /** The destinations of objects that are constructed from now on. */
  isConfigured(entries: readonly Entry[] | null): void {
    const destinations = entries === null ? null : configured(entries)
    this.#scenario.settings = { ...this.#scenario.settings, destinations }
  }

  /** A deployment: the object ends, begins anew with these destinations, and runs an alarm that is due. */
  async deploys(entries: readonly Entry[] | null): Promise<void> {
    this.isConfigured(entries)
    await this.restarts()
    await this.#scenario.object.view()
    await this.#scenario.time.passes(0)
  }

  /** Passes some events of the portal on: every active lane has passed them. */
  async passesOn(count = 1): Promise<void> {
    await this.#scenario.portal.sendsMany(count)
    await this.#scenario.settled()
  }

  /** Passes an event on, and has nothing to do then: no alarm stands. */
  async comesToRest(): Promise<void> {
    await this.passesOn()
    await this.#scenario.time.passesUntilQuiet()
  }

  /** Ends the object in memory; it waits for its timers first, as the platform does. */
  async restarts(): Promise<void> {
    const { time } = this.#scenario
    await this.#scenario.object.view()
    while (time.sleepers > 0) await time.passesWithoutAlarm('1 s')
    await this.#scenario.evict()
  }
}

type Directory = AdaptableSettings['directory']

function withoutReports(directory: Directory): Directory {
  return { ...directory, noteReport: () => Promise.reject(new Error('Reports are lost')) }
}

/** One portal's object, and everything around it. */
export class PortalScenario extends Scenario {
  readonly time = new ScenarioTime(this, Date.now() + msOf('1 day'))
  readonly portal = new Portal(this)
  readonly relay = new Relay(this)
  readonly operator = new ScenarioOperator(() => this.object)
  /** Log lines of the object: their names. */
  readonly logged: string[] = []
  /** Settings of objects that are constructed from now on. */
  settings: Partial<AdaptableSettings> = {}
  #takesReports = true

  constructor(destinations: readonly Entry[] | null = [machine('erp')]) {
    super(/\.example\.com$/)
    this.relay.isConfigured(destinations)
    overrides.now = this.time.now
    overrides.adapt = (settings) => ({
      ...settings,
      now: this.time.now,
      sleep: this.time.clock.sleep,
      random: () => 0,
      webhooks: [{ token: TOKEN, portal: this.memberId, rest: null }],
      logLine: (_level, event) => void this.logged.push(event),
      ...(this.#takesReports ? {} : { directory: withoutReports(settings.directory) }),
      ...this.settings,
    })
  }

  /** An event has failed twice, and storage has lost the alarm that stood for its retry in five seconds. */
  async losesAlarm(): Promise<void> {
    await this.portal.becomesKnown()
    this.receiver('erp').answers(500)
    await this.portal.sends()
    await until(() => this.time.sleepers === 1)
    await this.time.passes('1 s')
    await until(async () => (await this.time.alarmIn()) === msOf('5 s'))
    await this.inside(({ storage }) => storage.deleteAlarm())
  }

  /** The directory takes no report. The first one of a portal writes its lanes, whatever they do. */
  losesReports(): void {
    this.#takesReports = false
  }

  /** One text of the first row of a query. */
  async text(query: string): Promise<string> {
    const [value] = Object.values((await this.rows(query))[0] ?? {})
    if (typeof value !== 'string') throw new Error(`Cannot read a text with ${query}`)
    return value
  }

  /** Rows of a query. */
  rows(query: string, ...bindings: SqlStorageValue[]): Promise<Record<string, SqlStorageValue>[]> {
    return this.inside(({ storage }) => storage.sql.exec(query, ...bindings).toArray())
  }

  /** Fills the log up to a sequence with copies of its first event, as if they had been delivered nowhere. */
  async fillsLog(count: number): Promise<void> {
    await this.relay.restarts()
    await this.rows(
      `INSERT INTO log (sequence, received_at, receipt, digest, event)
       WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       SELECT i, received_at, 'receipt-' || i, 'digest-' || i, event FROM n, log WHERE sequence = 1`,
      count,
    )
    await this.relay.restarts()
  }

  /** The names of the object's own tables, sorted. */
  async tableNames(): Promise<unknown[]> {
    const rows = await this.rows(
      `SELECT name FROM sqlite_master
       WHERE type = 'table' AND substr(name, 1, 1) <> '_' ORDER BY name`,
    )
    return rows.map(({ name }) => name)
  }

  /** One lane as stored; throws when there is none. */
  async storedLane(destination: string): Promise<LaneState> {
    const text = await this.text('SELECT lanes FROM lanes')
    const lane = parseBook(JSON.parse(text))?.lanes.find(
      (known) => known.destination === destination,
    )
    if (lane === undefined) throw new Error(`Cannot find the lane ${destination}`)
    return lane
  }

  /** One lane as the operator sees it; throws when there is none. */
  async lane(destination: string) {
    const view = await this.object.view()
    const lane = view?.lanes.find((known) => known.destination === destination)
    if (lane === undefined) throw new Error(`Cannot find the lane ${destination}`)
    return lane
  }

  /** The fate of an event at a destination. */
  async fate(destination: string, sequence: number) {
    const event = await this.object.event(sequence)
    return event?.fates[destination] ?? null
  }

  /** Waits until every active lane has passed the head. */
  async settled(): Promise<void> {
    await until(async () => {
      const view = await this.object.view()
      const lanes =
        view?.lanes.filter(({ type, state }) => type !== null && state === 'active') ?? []
      return lanes.every(({ backlog }) => backlog === 0)
    })
  }

  /** Whether events are left, and every lane that has some stands. */
  async stands(): Promise<boolean> {
    const { lanes, head } = (await this.object.view()) ?? { lanes: [], head: 0 }
    // The events wait for lanes that do not exist yet.
    if (lanes.length === 0) return head > 0
    const left = lanes.filter(({ backlog, replaying }) => backlog > 0 || replaying > 0)
    const standing = left.filter(
      ({ type, state }) => type === null || !['active', 'retrying'].includes(state),
    )
    return left.length > 0 && standing.length === left.length
  }

  /** Counts what the object writes from now on, until it ends. */
  observe(): Promise<Observed> {
    return this.inside(({ storage }) => observeStorage(storage))
  }

  /** Storage refuses every write of the object from now on, until the answer is called. */
  async storageRefuses(): Promise<() => Promise<void>> {
    let accept = () => {}
    await this.inside(({ storage }) => {
      accept = refuseTransactions(storage)
    })
    return () => this.inside(() => accept())
  }

  /** The next transaction does its work and is then rolled back. */
  failNextTransaction(): Promise<void> {
    return this.inside(({ storage }) => failNextTransaction(storage))
  }
}
