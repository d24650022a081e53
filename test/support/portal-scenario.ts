/**
 * One portal's object driven directly over RPC, with its own clock, network and destinations. The clock
 * begins a day ahead of the machine's, so that no alarm fires by itself: a test runs it by hand.
 */
import { env } from 'cloudflare:workers'
import {
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { vi } from 'vitest'
import type { LaneState } from '../../src/core/lanes/lane-state.ts'
import { readDestinations } from '../../src/destinations/settings/read-destinations.ts'
import type { Destination } from '../../src/destinations/settings/destination.ts'
import type { AppendAnswer, AppendRequest } from '../../src/portal/log/appender.ts'
import type { PortalClient } from '../../src/edge/portal-client.ts'
import type { AdaptableSettings } from './overrides.ts'
import { hashToken } from '../../src/storage/token-hash.ts'
import { anEvent } from './a-delivery.ts'
import { ManualClock } from './manual-clock.ts'
import { Network, type NetworkHandler, type SentRequest } from './network.ts'
import { SIGNING_SECRET } from './runtime-bindings.ts'
import { overrides } from './overrides.ts'

/** A day in milliseconds. */
export const DAY_MS = 86_400_000

/** One entry of DESTINATIONS. */
export type Entry = Readonly<Record<string, unknown>> & { readonly name: string }

/** A signed webhook at `https://<name>.example.com/`. */
export function machine(name: string, changes: Readonly<Record<string, unknown>> = {}): Entry {
  const url = `https://${name}.example.com/`
  return { name, type: 'webhook', url, secret: SIGNING_SECRET, ...changes }
}

/** A Slack channel. */
export function person(name: string, changes: Readonly<Record<string, unknown>> = {}): Entry {
  const url = `https://hooks.slack.com/services/T0/B0/${name}`
  return { name, type: 'slack', url, ...changes }
}

/** Reads entries as a deployment does. */
export function configured(entries: readonly Entry[]): readonly Destination[] {
  const read = readDestinations(entries, () => undefined, { allowLocal: false })
  if (!read.ok) throw new Error(read.error)
  return read.value
}

/** What one send looked like to its receiver. */
export interface Received {
  readonly id: string | null
  readonly type: string
  readonly sequence: number
  readonly previousSequence: number | null
  readonly replayed: boolean
}

/** What a portal's object wrote since it is observed. */
export interface Observed {
  /** Every statement that wrote rows, with their number. */
  readonly writes: { readonly query: string; readonly rows: number }[]
  /** Every alarm that was set. */
  readonly alarms: number[]
  /** Those of them that were set inside a transaction. */
  readonly alarmsInTransactions: number[]
  /** The number of statements that wrote to the log, per transaction that did. */
  readonly commits: number[]
}

/** One portal under test. */
export class PortalScenario {
  readonly memberId = crypto.randomUUID().replaceAll('-', '')
  readonly clock = new ManualClock(Date.now() + DAY_MS)
  readonly network = new Network()
  /** Log lines of the object: their names. */
  readonly logged: string[] = []
  /** Settings of objects that are constructed from now on. */
  settings: Partial<AdaptableSettings> = {}

  constructor(destinations: readonly Entry[] | null = [machine('erp')]) {
    this.network
      .handle(({ url }) => (new URL(url).host.endsWith('.example.com') ? new Response('') : null))
      .handle(({ url }) => (url.startsWith('https://hooks.slack.com/') ? new Response('ok') : null))
    vi.spyOn(globalThis, 'fetch').mockImplementation(this.network.fetch)
    this.configure(destinations)
    overrides.now = this.clock.now
    overrides.adapt = (settings) => ({
      ...settings,
      now: this.clock.now,
      sleep: this.clock.sleep,
      random: () => 0,
      webhooks: [{ token: 'scenario-token', portal: this.memberId, rest: null }],
      log: (_level, event) => void this.logged.push(event),
      ...this.settings,
    })
  }

  /** Ends the test; throws if something was sent that no receiver had been simulated for. */
  async close(): Promise<void> {
    overrides.adapt = (settings) => settings
    overrides.now = () => Date.now()
    vi.restoreAllMocks()
    await reset()
    const { unclaimed } = this.network
    if (unclaimed.length > 0) throw new Error(`Nobody claims ${unclaimed.join(', ')}`)
  }

  /** The destinations of objects that are constructed from now on. */
  configure(entries: readonly Entry[] | null): void {
    const destinations = entries === null ? null : configured(entries)
    this.settings = { ...this.settings, destinations }
  }

  /** A deployment: the object ends, and the next call constructs it anew. */
  async deploy(entries: readonly Entry[] | null): Promise<void> {
    this.configure(entries)
    await this.restart()
    await this.portal().view()
    await this.alarmIfDue()
  }

  /** Ends the object in memory; it waits for its timers first, as the platform does. */
  async restart(): Promise<void> {
    await this.portal().view()
    while (this.clock.sleepers > 0) await this.advance(1000)
    await evictDurableObject(this.stub())
  }

  /** Makes the portal known, and leaves nothing to do but what the test asks for. */
  async start(): Promise<void> {
    await this.portal().recognises(await this.tokenHash())
    await this.quiet()
  }

  /** The hash of the token that speaks for the portal. */
  tokenHash(): Promise<string> {
    return hashToken(this.memberId, 'scenario-token')
  }

  /** A new stub of the portal's object. */
  stub() {
    return env.PORTALS.getByName(this.memberId)
  }

  /** The object's methods; a new stub each time. */
  portal(): PortalClient {
    // Sound: the binding's class is the portal, whose methods these are, each as a promise.
    const stub: unknown = this.stub()
    return stub as PortalClient
  }

  /** An event that is like no other, unless the test says so. */
  async request(changes: Partial<AppendRequest> = {}): Promise<AppendRequest> {
    return {
      receipt: crypto.randomUUID(),
      receivedAt: this.clock.now(),
      digest: crypto.randomUUID(),
      tokenHash: await this.tokenHash(),
      event: JSON.stringify(anEvent({ ts: Math.floor(this.clock.now() / 1000) })),
      quarantined: false,
      drained: false,
      ...changes,
    }
  }

  /** One call of `append`. Awaited here, since an RPC promise that rejects must have one listener only. */
  async store(request: AppendRequest): Promise<AppendAnswer> {
    return await this.portal().append(request)
  }

  /** Stores an event; throws unless it is stored. */
  async append(changes: Partial<AppendRequest> = {}): Promise<number> {
    const answer = await this.store(await this.request(changes))
    if (answer.kind !== 'stored') throw new Error('Cannot append as the token is not trusted')
    return answer.sequence
  }

  /** Stores some events at once. */
  async appendMany(count: number): Promise<number[]> {
    return Promise.all(Array.from({ length: count }, () => this.append()))
  }

  /** Answers the requests to a webhook in a test's own way; null leaves them to the default. */
  receive(name: string, answer: NetworkHandler): void {
    this.network.handle((request) =>
      new URL(request.url).host === `${name}.example.com` ? answer(request) : null,
    )
  }

  /** Answers the first send of a sequence to `erp` with the status that the table names. */
  failOnce(statuses: Readonly<Record<number, number>>): void {
    const failed = new Set<number>()
    this.receive('erp', ({ headers }) => {
      const sequence = Number(headers.get('webhook-id')?.split('-').at(-1))
      const status = failed.has(sequence) ? undefined : statuses[sequence]
      failed.add(sequence)
      return status === undefined ? null : new Response('no', { status })
    })
  }

  /** Answers the requests to a Slack channel in a test's own way. */
  receiveSlack(name: string, answer: NetworkHandler): void {
    this.network.handle((request) => (request.url.endsWith(`/B0/${name}`) ? answer(request) : null))
  }

  /** What a webhook was sent, in order. */
  received(name: string): Received[] {
    return this.network.to(`${name}.example.com`).map(readReceived)
  }

  /** The sequences that a webhook was sent, in order. */
  sequences(name: string): number[] {
    return this.received(name).map(({ sequence }) => sequence)
  }

  /** How many messages a Slack channel was sent. */
  messages(name: string): number {
    return this.network.sent.filter(({ url }) => url.endsWith(`/B0/${name}`)).length
  }

  /** Runs the alarm by hand; false when none stands. */
  alarm(): Promise<boolean> {
    return runDurableObjectAlarm(this.stub())
  }

  /** Lets time pass to the standing alarm, and runs it; false when none stands. */
  async alarmInTime(): Promise<boolean> {
    const at = await this.alarmAt()
    if (at === null) return false
    await this.advance(Math.max(0, at - this.clock.now()))
    return this.alarm()
  }

  /** Runs the alarm if its time has come, as the platform does. */
  async alarmIfDue(): Promise<void> {
    const at = await this.alarmAt()
    if (at !== null && at <= this.clock.now()) await this.alarm()
  }

  /** Runs alarms until none stands; throws when there is no end of them. */
  async quiet(): Promise<void> {
    for (let count = 0; count < 50; count += 1) {
      if (!(await this.alarmInTime())) return
      await this.settled()
    }
    throw new Error('The alarm has no end')
  }

  /** Lets time pass. What wakes runs inside the object, whose storage it needs. */
  async advance(ms: number): Promise<void> {
    await this.inside(() => this.clock.advance(ms))
  }

  /** When the standing alarm is due; null when none stands. */
  alarmAt(): Promise<number | null> {
    return this.inside(({ storage }) => storage.getAlarm())
  }

  /** Works inside the object. */
  inside<T>(work: (state: DurableObjectState) => T | Promise<T>): Promise<T> {
    return runInDurableObject(this.stub(), (_, state) => work(state))
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

  /** One lane as stored; throws when there is none. */
  async storedLane(destination: string): Promise<LaneState> {
    const text = await this.text('SELECT lanes FROM lanes')
    // Sound: the column holds what the object wrote.
    const { lanes } = JSON.parse(text) as { lanes: readonly LaneState[] }
    const lane = lanes.find((known) => known.destination === destination)
    if (lane === undefined) throw new Error(`Cannot find the lane ${destination}`)
    return lane
  }

  /** One lane as the operator sees it; throws when there is none. */
  async lane(destination: string) {
    const view = await this.portal().view()
    const lane = view?.lanes.find((known) => known.destination === destination)
    if (lane === undefined) throw new Error(`Cannot find the lane ${destination}`)
    return lane
  }

  /** The fate of an event at a destination. */
  async fate(destination: string, sequence: number) {
    const event = await this.portal().event(sequence)
    return event?.fates[destination] ?? null
  }

  /** Waits until every active lane has passed the head. */
  async settled(): Promise<void> {
    await until(async () => {
      const view = await this.portal().view()
      const lanes =
        view?.lanes.filter(({ type, state }) => type !== null && state === 'active') ?? []
      return lanes.every(({ backlog }) => backlog === 0)
    })
  }

  /** Counts what the object writes from now on, until it ends. */
  async observe(): Promise<Observed> {
    const observed: Observed = { writes: [], alarms: [], alarmsInTransactions: [], commits: [] }
    await this.inside(({ storage }) => {
      let isInTransaction = false
      const exec = storage.sql.exec.bind(storage.sql)
      vi.spyOn(storage.sql, 'exec').mockImplementation((query, ...bindings) => {
        const cursor = exec(query, ...bindings)
        const rows = cursor.toArray()
        if (cursor.rowsWritten > 0) observed.writes.push({ query, rows: cursor.rowsWritten })
        // Sound: the stores of the object use nothing else of a cursor.
        return { toArray: () => rows } as ReturnType<typeof exec>
      })
      const transaction = storage.transactionSync.bind(storage)
      storage.transactionSync = (work) => {
        const before = inserts(observed)
        isInTransaction = true
        const result = transaction(work)
        isInTransaction = false
        const events = inserts(observed) - before
        if (events > 0) observed.commits.push(events)
        return result
      }
      const setAlarm = storage.setAlarm.bind(storage)
      vi.spyOn(storage, 'setAlarm').mockImplementation((at) => {
        observed.alarms.push(Number(at))
        if (isInTransaction) observed.alarmsInTransactions.push(Number(at))
        return setAlarm(at)
      })
    })
    return observed
  }

  /** The next transaction does its work and is then rolled back. */
  async failNextTransaction(): Promise<void> {
    await this.inside(({ storage }) => {
      const transaction = storage.transactionSync.bind(storage)
      storage.transactionSync = (work) => {
        storage.transactionSync = transaction
        return transaction(() => {
          work()
          throw new Error('disk is full')
        })
      }
    })
  }
}

function inserts({ writes }: Observed): number {
  return writes.filter(({ query }) => query.startsWith('INSERT INTO log')).length
}

function readReceived({ headers, body }: SentRequest): Received {
  // Sound: the relay's own body.
  const { type, data } = JSON.parse(body) as { type: string; data: Received }
  return {
    id: headers.get('webhook-id'),
    type,
    sequence: data.sequence,
    previousSequence: data.previousSequence,
    replayed: data.replayed ?? false,
  }
}

/** Waits until something holds; fails after two seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error('Waited in vain')
    },
    { interval: 2, timeout: 2000 },
  )
}

/** A promise that a test releases, to hold an answer back. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}
