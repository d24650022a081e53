/**
 * One portal and the Worker in front of it, driven from outside as Bitrix24 and an operator would.
 */
import { env, exports } from 'cloudflare:workers'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { InstallState } from '../../../src/core/access/installs/install.ts'
import type { PendingRow } from '../../../src/core/access/installs/pending-row.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { parseTokenKeys } from '../../../src/storage/token-keys.ts'
import { InstallStore, type KvInstall } from '../../../src/storage/install-store.ts'
import { sleep } from '../../../src/sleep.ts'
import { aBitrix24, bitrix24Handler, type SimulatedBitrix24 } from '../network/bitrix24-network.ts'
import { overrides, type AdaptableSettings } from '../worker/overrides.ts'
import { answerPortal } from '../network/portal-rest.ts'
import { refused } from '../worker/refusals.ts'
import { RELAY, RelayPortal } from './relay-portal.ts'
import { ADMIN_TOKEN, RUNTIME_BINDINGS } from '../worker/runtime-bindings.ts'
import { Scenario } from './scenario.ts'
import { msOf, type Span } from '../time.ts'
import { until } from '../until.ts'
import { directoryTables, dump, dumpKv, type Tables, type Traces } from '../worker/traces.ts'

/** An application that nobody has configured. */
export const UNKNOWN_CLIENT_ID = 'local.0123456789abcd.12345678'

const SLEEP_MS = 10

/** The time of the portal's object: that of the machine, and further ahead when a test lets it pass. */
class RelayTime {
  /** How far it is ahead of the machine's and the edge's. */
  offsetMs = 0
  readonly #scenario: Scenario

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  /** Unix milliseconds. */
  readonly now = (): number => Date.now() + this.offsetMs

  /** Time passes; then the alarm comes. Throws when no alarm stands. */
  async passes(span: Span): Promise<void> {
    this.passesWithoutAlarm(span)
    if (!(await this.alarmFires())) throw new Error('Cannot run the alarm as none stands')
  }

  /** Time passes, but the platform is late: the alarm does not fire, even when it is due. */
  passesWithoutAlarm(span: Span): void {
    this.offsetMs += msOf(span)
  }

  /** The alarm fires, whether or not it is due; false when none stands. */
  alarmFires(): Promise<boolean> {
    return this.#scenario.runAlarm()
  }

  /** When the standing alarm is due, in unix milliseconds; null when none stands. */
  alarmAt(): Promise<number | null> {
    return this.#scenario.inside(({ storage }) => storage.getAlarm())
  }
}

/** A relay with one portal, which has a key of its own. */
export class RelayScenario extends Scenario {
  readonly domain = `p${this.memberId.slice(0, 12)}.bitrix24.com`
  readonly bitrix24: SimulatedBitrix24 = aBitrix24({
    memberId: this.memberId,
    domain: this.domain,
  })
  /** What the OAuth server says of single access tokens, beside what it says of all others. */
  readonly byToken = new Map<string, Partial<SimulatedBitrix24>>()
  readonly time = new RelayTime(this)
  readonly portal = new RelayPortal(this)
  readonly relay = {
    /** Ends the object in memory; the next call constructs it with the settings of that moment. */
    restarts: async (): Promise<void> => {
      await this.object.view()
      await this.evict()
    },
  }
  /** Settings of objects that are constructed from now on. */
  adapt: (settings: AdaptableSettings) => AdaptableSettings = (settings) => settings

  constructor() {
    super(/^erp\.example\.com$/)
    this.network.handle((request) => {
      const token = new URLSearchParams(request.body).get('auth') ?? ''
      const own = this.byToken.get(token)
      return own === undefined
        ? bitrix24Handler(this.bitrix24)(request)
        : bitrix24Handler({ ...this.bitrix24, ...own })(request)
    })
    overrides.now = this.time.now
    overrides.adapt = (settings) =>
      this.adapt({
        ...settings,
        now: this.time.now,
        // An eviction waits for whatever sleeps; the clock decides what is due, not the sleep.
        sleep: (ms, ends) => sleep(Math.min(ms, SLEEP_MS), ends),
      })
  }

  /** The forms that were sent to this path, in order. */
  asked(path: string): URLSearchParams[] {
    return this.network.sent
      .filter(({ url }) => new URL(url).pathname === path)
      .map(({ body }) => new URLSearchParams(body))
  }

  /** Everything that is left once the object has started anew, as it does minutes after its last work. */
  async leftOver(): Promise<unknown> {
    const { status } = await this.admin()
    const { pending } = await this.tables()
    await this.relay.restarts()
    await this.time.alarmFires()
    const { tables, alarm, directory, kv } = await this.traces()
    return { status, pending, tables, alarm, lines: directory['pending'] ?? [], kv }
  }

  /** Everything that is stored anywhere: for a caller who proved nothing it has to be nothing. */
  async traces(): Promise<Traces> {
    const own = await this.inside(async ({ storage }) => ({
      tables: dump(storage.sql),
      bytes: storage.sql.databaseSize,
      alarm: await storage.getAlarm(),
    }))
    return { ...own, directory: await directoryTables(), kv: await dumpKv() }
  }

  /** Every table of the object. */
  tables(): Promise<Tables> {
    return this.inside(({ storage }) => dump(storage.sql))
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

  /** Waits until KV holds what the object knows of its install: it may follow in the background. */
  async kvFollows(): Promise<void> {
    await until(async () => !(await this.stored()).kvDirty)
  }

  /** Waits until the relay has compared the portal's subscriptions. */
  async isSubscribed(): Promise<void> {
    await until(async () => (await this.stored()).subscriptions.checkedAt !== null)
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
}

/** The part of `GET /admin/api/portals/{memberId}` that these tests read. */
export interface PortalAnswer {
  readonly state: string
  readonly domain: string | null
  readonly install: {
    readonly kinds: readonly string[]
    readonly clientId: string | null
    readonly refusedApplication?: { readonly clientId: string }
    readonly tokens: string
    readonly pinnedWebhooks: readonly { readonly portal: string; readonly since: string }[]
  }
  readonly domainHolder: { readonly memberId: string } | null
  readonly pins: readonly { readonly n: number; readonly portal: string }[]
  readonly pending: { readonly kind: string; readonly remedy: string } | null
  readonly uninstallNotice: { readonly clean: boolean; readonly denied: boolean } | null
  readonly recovery: { readonly from: string; readonly isConfirmed: boolean } | null
  readonly damaged: readonly { readonly part: string }[]
  readonly head: number
  readonly erased: number
  readonly subscriptions: {
    readonly checkedAt: string | null
    readonly missing: readonly { readonly event: string; readonly reason: string }[]
    readonly tick?: readonly string[]
  }
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

/** The answer to a refused caller, whatever he lacks. */
export const REFUSED = refused('untrusted')

/** The answer to a lifecycle event. */
export const ACCEPTED = { status: 200, body: { accepted: true } } as const

/** The answer to an install that has to wait. */
export const PENDING = { status: 200, body: { accepted: true, pending: true } } as const

/** Status and body of an answer. */
export async function said(answer: Response | Promise<Response>): Promise<unknown> {
  const response = await answer
  const body: unknown = await response.json()
  return { status: response.status, body }
}
