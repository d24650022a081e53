/**
 * A relay that stands on rows that were stored before: real objects and real KV, driven from outside as
 * Bitrix24 and an operator would. Its time is the rows' own, far ahead, so that no alarm fires by itself.
 */
import { env } from 'cloudflare:workers'
import {
  createScheduledController,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { vi } from 'vitest'
import { sleep } from '../../../src/sleep.ts'
import { bitrix24Body } from '../builders/bitrix24-bodies.ts'
import { aBitrix24, bitrix24Handler } from '../network/bitrix24-network.ts'
import { Edge, FORM_TYPE, JSON_TYPE, watchLog } from '../worker/edge.ts'
import type { FormerVersion } from '../storage/former-version.ts'
import { Network, type SentRequest } from '../network/network.ts'
import { configured, type Entry } from '../builders/entries.ts'
import { ADMIN_TOKEN } from '../worker/runtime-bindings.ts'
import {
  readRows,
  storedOf,
  textOf,
  writeRows,
  type Stored,
  type StoredObject,
  type StoredRecord,
} from '../storage/stored-rows.ts'
import { msOf, type Span } from '../time.ts'
import {
  answered,
  deliveredOf,
  recordOf,
  withShortFates,
  type Said,
  type LaneSaid,
  type FateSaid,
  type Answered,
  type Delivered,
} from './upgrade-answers.ts'
import worker from '../worker/worker.ts'
import { overrides } from '../worker/overrides.ts'

/** A body's parameters to replace. */
export type BodyChanges = Readonly<Record<string, string | number>>

const POLL_MS = 2
const MAX_STEPS = 1000
const NEVER = new Promise<never>(() => {})

/** One portal of the former version at a time, with its clock and its network. */
export class UpgradeScenario {
  /** The portal in Bitrix24. */
  readonly portal = {
    /** Posts a recorded body as the portal would. */
    posts: async (name: string, token: string, changes: BodyChanges = {}): Promise<Answered> => {
      const { memberId, domain } = this.bitrix24
      const form = new URLSearchParams(bitrix24Body(name))
      const own: BodyChanges = {
        'auth[member_id]': memberId,
        'auth[domain]': domain,
        'auth[client_endpoint]': `https://${domain}/rest/`,
        'auth[application_token]': token,
        ts: Math.floor(this.#now / 1000),
        ...changes,
      }
      for (const [key, value] of Object.entries(own)) form.set(key, String(value))
      return answered(await this.#edge.call(form.toString(), { contentType: FORM_TYPE }))
    },
    /** Posts the update of a field: `UF_CRM_<id>` of a requisite, unless the changes say otherwise. */
    sends: (id: number, token: string, changes: BodyChanges = {}): Promise<Answered> => {
      const fields = { 'data[FIELDS][ID]': id, 'data[FIELDS][FIELD_NAME]': `UF_CRM_${id}` }
      return this.portal.posts('app-ONCRMREQUISITEUSERFIELDUPDATE', token, {
        ...fields,
        ...changes,
      })
    },
  }
  /** The relay as whoever deploys it meets it. */
  readonly relay = {
    /** The destinations of objects that begin from now on; further applications by their client id. */
    isConfigured: (
      destinations: readonly Entry[],
      secrets: Readonly<Record<string, string>> = {},
    ): void => {
      overrides.adapt = (settings) => ({
        ...settings,
        destinations: configured(destinations),
        applications: new Map([...settings.applications, ...Object.entries(secrets)]),
        random: () => 0,
        // The clock decides what is due, not the sleep.
        sleep: (ms, ends) => this.#pause(ms, ends),
        logLine: (_level, event) => void this.logged.push(event),
      })
    },
    /** Another isolate: what the edge has learned of callers is forgotten. */
    getsAnotherIsolate: (bindings: Readonly<Record<string, unknown>> = {}): void => {
      this.#edge = new Edge(bindings)
    },
  }
  /** The time of the rows, which stands still until a test lets it pass. */
  readonly time = {
    /** Unix milliseconds. */
    now: (): number => {
      return this.#now
    },
    /** Time passes; then the alarm fires if it is due, as the platform does. */
    passes: async (span: Span): Promise<void> => {
      this.time.passesWithoutAlarm(span)
      await this.#fireIfDue()
    },
    /** Time passes, but the platform is late: the alarm does not fire, even when it is due. */
    passesWithoutAlarm: (span: Span): void => {
      this.#now += msOf(span)
    },
  }
  readonly network = new Network()
  /** What the OAuth server and the portal say. */
  readonly bitrix24 = aBitrix24()
  /** Log lines of the objects: their names. */
  readonly logged: string[] = []
  /** Whether the portal's REST answers, fails, or lets the relay wait. */
  portalIs: 'well' | 'down' | 'silent' = 'well'
  readonly #put: StoredObject[] = []
  readonly #former: FormerVersion
  #now: number
  #isOver = false
  #edge = new Edge()

  constructor(former: FormerVersion) {
    this.#former = former
    this.#now = former.takenAt
    this.network
      .handle(({ url }) => (new URL(url).host.endsWith('.example.com') ? new Response('') : null))
      .handle(({ url }) => (url.startsWith('https://hooks.slack.com/') ? new Response('ok') : null))
      .handle(({ url }) =>
        url.startsWith('https://api.telegram.org/') ? Response.json({ ok: true }) : null,
      )
      .handle((request) => bitrix24Handler(this.bitrix24)(request))
      .handle((request) => this.#portalAnswer(request))
    watchLog()
    vi.spyOn(globalThis, 'fetch').mockImplementation((...request) =>
      this.#isOver ? NEVER : this.network.fetch(...request),
    )
    vi.spyOn(Date, 'now').mockImplementation(() => this.#now)
    this.relay.isConfigured([])
  }

  /**
   * Ends the test: storage of all bindings is emptied.
   *
   * @throws when a request went out that nobody claimed.
   */
  async close(): Promise<void> {
    this.#isOver = true
    await scheduler.wait(5 * POLL_MS)
    // The reset empties the storage of those objects alone that are in memory and at rest.
    for (const stored of this.#put) await runInDurableObject(stubOf(stored), emptyStorage)
    overrides.adapt = (settings) => settings
    vi.restoreAllMocks()
    await reset()
    const { unclaimed } = this.network
    if (unclaimed.length > 0) throw new Error(`Nobody claims ${unclaimed.join(', ')}`)
  }

  /**
   * Opens the portal of a file, with what stands in KV of it and with the objects that all portals share, under
   * the settings of that time. Everything that follows is about it. Answers its member id.
   */
  async enter(name: string): Promise<string> {
    const { destinations, domains, portals, shared, kv } = this.#former
    const portal = portals[name]
    const domain = domains[name]
    if (portal === undefined || domain === undefined) throw new Error(`Cannot find ${name}`)
    this.relay.isConfigured(destinations[name] ?? destinations['others'] ?? [])
    Object.assign(this.bitrix24, { memberId: portal.name, domain })
    for (const row of portal.rows['fields'] ?? []) this.#define(row)
    for (const stored of [portal, ...Object.values(shared)]) await this.put(stored)
    for (const [key, value] of Object.entries(kv)) {
      if (key.split(':')[1] === portal.name) await env.INSTALLS.put(key, textOf(value))
    }
    return portal.name
  }

  /** The portal defines its fields as they were read last. */
  #define({ id, state }: StoredRecord): void {
    const { attributes } = recordOf(state)
    if (attributes !== null) this.bitrix24.rest.fields.set(Number(id), recordOf(attributes))
  }

  /** The portal defines a field with another label from now on. */
  relabel(id: number, label: string): void {
    const known = this.bitrix24.rest.fields.get(id)
    this.bitrix24.rest.fields.set(id, { ...known, EDIT_FORM_LABEL: { en: label } })
  }

  async #portalAnswer({ url }: SentRequest): Promise<Response | null> {
    const { host, pathname } = new URL(url)
    if (host !== this.bitrix24.domain || !pathname.startsWith('/rest/')) return null
    while (this.portalIs === 'silent') await this.#pause(POLL_MS)
    return this.portalIs === 'down' ? new Response('', { status: 503 }) : null
  }

  /** A moment at most; whoever still waits when the test is over waits for ever. */
  #pause(ms: number, ends?: AbortSignal): Promise<void> {
    return this.#isOver ? NEVER : sleep(Math.min(ms, POLL_MS), ends)
  }

  /** Puts an object's rows in its place; the next call finds it as if it had always been there. */
  async put(stored: StoredObject): Promise<void> {
    const stub = stubOf(stored)
    this.#put.push(stored)
    await runInDurableObject(stub, async (_, { storage }) => {
      writeRows(storage.sql, stored)
      if (stored.alarm !== null) await storage.setAlarm(stored.alarm)
    })
    await evictDurableObject(stub)
  }

  /** An object as it is stored now. */
  read(stored: Pick<StoredObject, 'class' | 'name'>): Promise<StoredObject> {
    const { class: className, name } = stored
    return runInDurableObject(stubOf(stored), async (_, { storage }) => ({
      class: className,
      name,
      alarm: await storage.getAlarm(),
      ...readRows(storage.sql),
    }))
  }

  /** The rows of one table of the portal. */
  async rows(table: string): Promise<readonly StoredRecord[]> {
    const { rows } = await this.read({ class: 'Portal', name: this.bitrix24.memberId })
    return rows[table] ?? []
  }

  /** The first column of a query over the portal's rows, as text. */
  texts(query: string): Promise<readonly string[]> {
    const stub = stubOf({ class: 'Portal', name: this.bitrix24.memberId })
    return runInDurableObject(stub, (_, { storage }) => {
      return storage.sql
        .exec(query)
        .toArray()
        .map((row) => String(Object.values(row)[0]))
    })
  }

  /** Every key of KV with its value. */
  async kv(): Promise<Record<string, Stored>> {
    const { keys } = await env.INSTALLS.list()
    const kept: Record<string, Stored> = {}
    for (const { name } of keys) kept[name] = storedOf((await env.INSTALLS.get(name)) ?? '')
    return kept
  }

  /** Calls `METHOD /path` of the admin API, below the portal. */
  async admin(route: string, body: unknown = null): Promise<Answered> {
    const [method = 'GET', path = ''] = route.split(' ')
    const text = body === null ? null : JSON.stringify(body)
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    const place = `/admin/api/portals/${this.bitrix24.memberId}${path}`
    const call = { method, path: place, contentType: JSON_TYPE, headers }
    return answered(await this.#edge.call(text, call))
  }

  /** What `GET /healthz` answers to its operator. */
  async health(): Promise<Answered> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    return answered(
      await this.#edge.call(null, { method: 'GET', path: '/healthz?deep=1', headers }),
    )
  }

  /** The two events that waited in `application` are explained and told; no time has passed. */
  async explained(): Promise<void> {
    await this.view()
    await this.until(() => this.sequences('erp').includes(16))
  }

  /** The portal as the operator sees it. */
  async view(): Promise<Said> {
    return (await this.admin('GET')).body
  }

  /** One lane as the operator sees it. */
  async lane(name: string): Promise<LaneSaid> {
    const { lanes = [] } = await this.view()
    const lane = lanes.find(({ destination }) => destination === name)
    if (lane === undefined) throw new Error(`Cannot find the lane ${name}`)
    return lane
  }

  /** What became of an event at a destination. */
  async fate(sequence: number, name: string): Promise<FateSaid | undefined> {
    return (await this.admin(`GET /events/${sequence}`)).body.fates?.[name]
  }

  /** What the API tells of the portal: its state, its events from the oldest on, what is parked. */
  async told(): Promise<Readonly<Record<string, unknown>>> {
    const view = await this.view()
    const { events = [] } = (await this.admin('GET /events?limit=200')).body
    const { body: parked } = await this.admin('GET /parked')
    return { view, events: events.toReversed().map(withShortFates), ...parked }
  }

  /** Runs a cron trigger of wrangler.toml. */
  async cron(cron: string): Promise<void> {
    await worker.scheduled(createScheduledController({ cron }), { ...env })
  }

  /** Runs the portal's alarm if its time has come, as the platform does. */
  async #fireIfDue(): Promise<void> {
    const stub = env.PORTALS.getByName(this.bitrix24.memberId)
    const at = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())
    if (at !== null && at <= this.#now) await runDurableObjectAlarm(stub)
  }

  /**
   * Waits until something holds. Time passes in steps meanwhile, with the portal's alarms; it stands still
   * unless a step is given, so that what has a time limit cannot miss it.
   */
  async until(holds: () => boolean | Promise<boolean>, stepMs = 0): Promise<void> {
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (await holds()) return
      if (stepMs > 0) await this.time.passes(stepMs)
      await scheduler.wait(POLL_MS)
    }
    throw new Error('Waited in vain')
  }

  /** What a signed webhook was told, in order. */
  delivered(name: string): Delivered[] {
    return this.sentTo(`${name}.example.com`).map(deliveredOf)
  }

  /** The sequences that a signed webhook was told, in order. */
  sequences(name: string): number[] {
    return this.delivered(name).map(({ sequence }) => sequence)
  }

  /** The requests to a receiver: a host, or the end of an address. */
  sentTo(place: string): SentRequest[] {
    return this.network.sent.filter(
      ({ url }) => new URL(url).host === place || url.endsWith(`/${place}`),
    )
  }
}

async function emptyStorage(_: unknown, { storage }: DurableObjectState): Promise<void> {
  await storage.deleteAlarm()
  await storage.deleteAll()
}

type Namespaces = Readonly<Record<'PORTALS' | 'DIRECTORY' | 'PACERS', DurableObjectNamespace>>

function stubOf({ class: className, name }: Pick<StoredObject, 'class' | 'name'>) {
  const { PORTALS, DIRECTORY, PACERS }: Namespaces = env
  return { Portal: PORTALS, Directory: DIRECTORY, Pacer: PACERS }[className].getByName(name)
}
