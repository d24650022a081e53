/**
 * One portal with its own key, network and clock, driven from outside as Bitrix24 and an operator would.
 * Every scenario has its own member_id, since the memory of the edge outlives the storage of a test.
 */
import { env, exports } from 'cloudflare:workers'
import {
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { vi } from 'vitest'
import type { InstallState } from '../../src/core/access/install.ts'
import type { PendingRow } from '../../src/core/access/pending-row.ts'
import type { AdaptableSettings } from './overrides.ts'
import { createSealer } from '../../src/storage/seal.ts'
import { parseTokenKeys } from '../../src/storage/token-keys.ts'
import { InstallStore, type KvInstall } from '../../src/storage/install-store.ts'
import { aBitrix24, bitrix24Handler, type SimulatedBitrix24 } from './bitrix24-network.ts'
import { FORM_BODIES } from './form-bodies.ts'
import type { JsonObject } from '../../src/bitrix24/wire/json.ts'
import { Network } from './network.ts'
import { answerPortal } from './portal-rest.ts'
import { ADMIN_TOKEN, RUNTIME_BINDINGS } from './runtime-bindings.ts'
import { overrides } from './overrides.ts'

/** The origin of the Worker under test. */
export const RELAY = 'https://relay.example.com'

/** The application of the test configuration. */
export const CLIENT_ID = RUNTIME_BINDINGS.BITRIX24_CLIENT_ID

/** A recorded body's parameters to replace; null takes a parameter away. */
export type Changes = Readonly<Record<string, string | number | null>>

/** Every table of an object with its rows. */
export type Tables = Readonly<Record<string, readonly Record<string, unknown>[]>>

/** What is stored of a portal, in all places. */
export interface Traces {
  readonly tables: Tables
  /** Size of the object's database. */
  readonly bytes: number
  readonly alarm: number | null
  readonly directory: Tables
  readonly kv: Readonly<Record<string, string | null>>
}

/** An empty database reports its first page. */
const EMPTY_BYTES = 4096

/** The traces of a portal that nothing was ever stored of. */
export const NO_TRACES: Traces = {
  tables: {},
  bytes: EMPTY_BYTES,
  alarm: null,
  directory: {},
  kv: {},
}

/** What `leftOver` finds of a portal of which nothing is left. */
export const NOTHING_LEFT = { status: 404, pending: [], tables: {}, alarm: null, lines: [], kv: {} }

const SLEEP_MS = 10

/** One portal under test. */
export class RelayScenario {
  readonly memberId = crypto.randomUUID().replaceAll('-', '')
  readonly domain = `p${this.memberId.slice(0, 12)}.bitrix24.com`
  readonly network = new Network()
  readonly bitrix24: SimulatedBitrix24 = aBitrix24({
    memberId: this.memberId,
    domain: this.domain,
  })
  /** What the OAuth server says of single access tokens, beside what it says of all others. */
  readonly byToken = new Map<string, Partial<SimulatedBitrix24>>()
  /** How far the clock of the portal's object is ahead of the edge's. */
  offsetMs = 0
  /** Settings of objects that are constructed from now on. */
  adapt: (settings: AdaptableSettings) => AdaptableSettings = (settings) => settings
  readonly #start = Date.now()
  #fields = 0

  constructor() {
    this.network
      .handle(({ url }) => (url.startsWith('https://hooks.slack.com/') ? new Response('ok') : null))
      .handle(({ url }) => (url.startsWith('https://erp.example.com/') ? new Response('') : null))
      .handle((request) => {
        const token = new URLSearchParams(request.body).get('auth') ?? ''
        const own = this.byToken.get(token)
        return own === undefined
          ? bitrix24Handler(this.bitrix24)(request)
          : bitrix24Handler({ ...this.bitrix24, ...own })(request)
      })
    vi.spyOn(globalThis, 'fetch').mockImplementation(this.network.fetch)
    overrides.now = () => Date.now() + this.offsetMs
    overrides.adapt = (settings) =>
      this.adapt({
        ...settings,
        now: () => Date.now() + this.offsetMs,
        // An eviction waits for whatever sleeps; the clock decides what is due, not the sleep.
        sleep: (ms) => scheduler.wait(Math.min(ms, SLEEP_MS)),
      })
  }

  /**
   * Ends the test: storage of all bindings is emptied, mocks are gone.
   *
   * @throws when a request went out that nobody claimed.
   */
  async close(): Promise<void> {
    overrides.adapt = (settings) => settings
    overrides.now = () => Date.now()
    vi.useRealTimers()
    vi.restoreAllMocks()
    await reset()
    const { unclaimed } = this.network
    if (unclaimed.length > 0) throw new Error(`Cannot claim ${unclaimed.join(', ')}`)
  }

  /** The object's time at the test's start, some seconds away, in unix seconds: it stands still. */
  ts(seconds = 0): number {
    return Math.floor((this.#start + this.offsetMs) / 1000) + seconds
  }

  /** A recorded body, made this portal's own. */
  body(name: string, changes: Changes = {}): string {
    const recorded = FORM_BODIES[name]
    if (recorded === undefined) throw new Error(`Cannot find a body named ${name}`)
    const form = new URLSearchParams(recorded)
    const own: Changes = {
      'auth[member_id]': this.memberId,
      'auth[domain]': this.domain,
      'auth[client_endpoint]': `https://${this.domain}/rest/`,
      'data[member_id]': this.memberId,
      'data[client_endpoint]': `https://${this.domain}/rest/`,
      member_id: this.memberId,
    }
    for (const [key, value] of Object.entries(own)) {
      if (form.has(key)) form.set(key, String(value))
    }
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) form.delete(key)
      else form.set(key, String(value))
    }
    return form.toString()
  }

  /** Posts a body; each call comes from another address, so that the rate limit stays out of it. */
  async post(body: string, { path = '/bitrix24/events', address = anAddress() } = {}) {
    return exports.default.fetch(`${RELAY}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'cf-connecting-ip': address,
      },
      body,
    })
  }

  /** The page of the application in the portal's frame. */
  page(changes: Changes = {}): Promise<Response> {
    const path = `/bitrix24/install?DOMAIN=${this.domain}&PROTOCOL=1&LANG=en`
    return this.post(this.body('install-page-body', changes), { path })
  }

  /** ONAPPINSTALL a quarter of an hour ago. */
  install(changes: Changes = {}): Promise<Response> {
    return this.post(this.body('app-ONAPPINSTALL-local', { ts: this.ts(-900), ...changes }))
  }

  /** ONAPPUPDATE ten minutes ago. */
  update(changes: Changes = {}): Promise<Response> {
    return this.post(this.body('app-ONAPPUPDATE', { ts: this.ts(-600), ...changes }))
  }

  /** ONAPPUNINSTALL now. */
  uninstall(kind: 'clean' | 'keep-data', changes: Changes = {}): Promise<Response> {
    const own = { ts: this.ts(), ...changes }
    return this.post(this.body(`app-ONAPPUNINSTALL-${kind}`, own))
  }

  /** An event about a field of its own, so that none is a duplicate. */
  event(changes: Changes = {}): Promise<Response> {
    this.#fields += 1
    const own = { 'data[FIELDS][ID]': 1000 + this.#fields, ts: this.ts() }
    return this.post(this.body('app-ONCRMREQUISITEUSERFIELDUPDATE', { ...own, ...changes }))
  }

  /** The portal's object. */
  stub() {
    return env.PORTALS.getByName(this.memberId)
  }

  /** Ends the object in memory; the next call constructs it with the settings of that moment. */
  async restart(): Promise<void> {
    await this.stub().view()
    await evictDurableObject(this.stub())
  }

  /** Runs the alarm as if its time had come; false when none stood. */
  alarm(): Promise<boolean> {
    return runDurableObjectAlarm(this.stub())
  }

  /** Time passes; then the alarm comes. Throws when no alarm stands. */
  async later(ms: number): Promise<void> {
    this.offsetMs += ms
    if (!(await this.alarm())) throw new Error('Cannot run the alarm as none stands')
  }

  /** When the standing alarm is due, in unix milliseconds; null when none stands. */
  alarmAt(): Promise<number | null> {
    return runInDurableObject(this.stub(), (_, { storage }) => storage.getAlarm())
  }

  /** The forms that were sent to this path, in order. */
  asked(path: string): URLSearchParams[] {
    return this.network.sent
      .filter(({ url }) => new URL(url).pathname === path)
      .map(({ body }) => new URLSearchParams(body))
  }

  /** The OAuth server answers every refresh with this error from now on. */
  refuseRefreshes(error: string, status: number): void {
    this.network.handle(({ url }) =>
      url.endsWith('/oauth/token/') ? Response.json({ error }, { status }) : null,
    )
  }

  /** Everything that is left once the object has started anew, as it does minutes after its last work. */
  async leftOver(): Promise<unknown> {
    const { status } = await this.admin()
    const { pending } = await this.tables()
    await this.restart()
    await this.alarm()
    const { tables, alarm, directory, kv } = await this.traces()
    return { status, pending, tables, alarm, lines: directory['pending'] ?? [], kv }
  }

  /** Everything that is stored anywhere: for a caller who proved nothing it has to be nothing. */
  async traces(): Promise<Traces> {
    const own = await runInDurableObject(this.stub(), async (_, { storage }) => ({
      tables: dump(storage.sql),
      bytes: storage.sql.databaseSize,
      alarm: await storage.getAlarm(),
    }))
    return { ...own, directory: await directoryTables(), kv: await dumpKv() }
  }

  /** Every table of the object. */
  tables(): Promise<Tables> {
    return runInDurableObject(this.stub(), (_, { storage }) => dump(storage.sql))
  }

  /** The install as stored. */
  async stored(): Promise<InstallState> {
    const row = (await this.tables())['install']?.[0]
    if (row === undefined) throw new Error('Cannot read the install as none is stored')
    // Sound: the column holds what the object wrote.
    return JSON.parse(String(row['install'])) as InstallState
  }

  /** The pending installs as stored; null when there are none. */
  async pending(): Promise<PendingRow | null> {
    const row = (await this.tables())['pending']?.[0]
    // Sound: the column holds what the object wrote.
    return row === undefined ? null : (JSON.parse(String(row['pending'])) as PendingRow)
  }

  /** The credentials in the sealed part of the first pending install. */
  async pendingCredentials(): Promise<unknown> {
    const content = JSON.parse(await this.open((await this.pending())?.sealed, 'pending'))
    return content.request.credentials
  }

  /** The text that was sealed. */
  async open(sealed: string | null | undefined, field: string): Promise<string> {
    const keys = parseTokenKeys(RUNTIME_BINDINGS.TOKEN_KEYS)
    const sealer = createSealer(keys.ok ? keys.value : [])
    const opened = await sealer.open(sealed ?? '', { memberId: this.memberId, field })
    if (!opened.ok) throw new Error(`Cannot open ${field}: ${opened.error}`)
    return opened.value
  }

  /** What the portal's own REST answers; null for a method that it does not know. */
  restAnswer(method: string, form: URLSearchParams): JsonObject | null {
    const answer = answerPortal(this.bitrix24.rest, method, form)
    const now = Date.now() / 1000
    return answer === null ? null : { ...answer, time: { start: now, finish: now } }
  }

  /** The portal's record in KV. */
  record(): Promise<KvInstall | null> {
    return new InstallStore(env.INSTALLS).load(this.memberId)
  }

  /** A call of the admin API below this portal. */
  admin(path = '', init: RequestInit = {}): Promise<Response> {
    return callAdmin(`/portals/${this.memberId}${path}`, init)
  }

  /** The portal as the operator sees it. */
  async view(): Promise<PortalAnswer> {
    const response = await this.admin()
    if (response.status !== 200) throw new Error(`Cannot view the portal: ${response.status}`)
    // Sound: the tests assert on what they read of it.
    return (await response.json()) as PortalAnswer
  }

  /** The sequences and ids that the signed webhook received, in order. */
  delivered(): { id: string | null; sequence: number }[] {
    return this.network.to('erp.example.com').map(({ headers, body }) => {
      // Sound: the relay's own body.
      const { data } = JSON.parse(body) as { data: { sequence: number } }
      return { id: headers.get('webhook-id'), sequence: data.sequence }
    })
  }
}

function anAddress(): string {
  return `2001:db8:${crypto.randomUUID().slice(0, 4)}::1`
}

/** The part of `GET /admin/api/portals/{memberId}` that these tests read. */
export interface PortalAnswer {
  readonly state: string
  readonly domain: string | null
  readonly install: {
    readonly kinds: readonly string[]
    readonly clientId: string | null
    readonly tokens: string
    readonly pinnedWebhooks: readonly { readonly portal: string; readonly since: string }[]
  }
  readonly pending: { readonly kind: string; readonly remedy: string } | null
  readonly head: number
  readonly erased: number
  readonly subscriptions: { readonly checkedAt: string | null; readonly missing: readonly string[] }
  readonly refused: {
    readonly count: number
    readonly lastAt: string | null
    readonly reason: string | null
    readonly remedy: string | null
  }
  readonly lanes: readonly {
    readonly destination: string
    readonly cursor: number
    readonly backlog: number
    readonly attempts: number
  }[]
}

/** Calls the admin API as the operator. */
export async function callAdmin(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(`${RELAY}/admin/api${path}`, {
    ...init,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
  })
}

/** Every table of the directory. */
export function directoryTables(): Promise<Tables> {
  const stub = env.DIRECTORY.getByName('directory')
  return runInDurableObject(stub, (_, { storage }) => dump(storage.sql))
}

/** Every key of KV with its text. */
export async function dumpKv(): Promise<Record<string, string | null>> {
  const { keys } = await env.INSTALLS.list()
  const entries = await Promise.all(
    keys.map(async ({ name }): Promise<[string, string | null]> => [
      name,
      await env.INSTALLS.get(name),
    ]),
  )
  return Object.fromEntries(entries)
}

/** The answer to a refused caller, whatever he lacks. */
export const REFUSED = {
  status: 403,
  body: {
    error: {
      code: 'untrusted',
      message: 'The caller could not prove that it speaks for the portal',
    },
  },
} as const

/** The answer to a lifecycle event. */
export const ACCEPTED = { status: 200, body: { accepted: true } } as const

/** Status and body of an answer. */
export async function said(answer: Response | Promise<Response>): Promise<unknown> {
  const response = await answer
  const body: unknown = await response.json()
  return { status: response.status, body }
}

/** A promise that a test releases, to hold an answer back. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}

function dump(sql: SqlStorage): Tables {
  const names = sql
    .exec<{ name: string }>(
      `SELECT name FROM sqlite_master
       WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND substr(name, 1, 1) <> '_'`,
    )
    .toArray()
  return Object.fromEntries(
    names.map(({ name }) => [name, sql.exec(`SELECT * FROM "${name}"`).toArray()]),
  )
}
