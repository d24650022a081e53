/**
 * The relay of a history: the Worker's own routes, crons and Durable Objects, as a deployment puts them
 * together, on a machine that the history rules.
 */
import { createApp, createCron, createPortalSettings } from '../../../src/app.ts'
import type { Env } from '../../../src/config/config.ts'
import { DAILY_CRON, DRAIN_CRON, runCron } from '../../../src/edge/cron.ts'
import { withTimeout } from '../../../src/storage/with-timeout.ts'
import type { PortalClient } from '../../../src/edge/portal-client.ts'
import { Directory, type DirectoryRemote } from '../../../src/objects/directory.ts'
import { createDirectoryClient } from '../../../src/objects/directory-client.ts'
import { createPacerClient, type PacerRemote } from '../../../src/objects/pacer-client.ts'
import { Pacer } from '../../../src/objects/pacer.ts'
import { PortalObject } from '../../../src/portal/portal.ts'
import type { PortalSettings } from '../../../src/portal/settings.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import type { CallFault, LivingObject, ObjectContext } from '../machine/hosted-object.ts'
import { VirtualKv } from '../machine/kv.ts'
import type { Life } from '../machine/life.ts'
import { ObjectHost } from '../machine/object-host.ts'
import type { VirtualTime } from '../machine/virtual-time.ts'
import type { VirtualNetwork } from './network.ts'

/** Vars and secrets of a deployment. */
export type Vars = Readonly<Record<string, unknown>>

/** What a relay stands on. */
export interface VirtualRelayDeps {
  readonly time: VirtualTime
  readonly network: VirtualNetwork
  /** A number from 0 to 1, without 1. */
  readonly random: () => number
  readonly note: (line: string) => void
}

/** The classes of Durable Objects. */
export type ObjectClass = 'portal' | 'pacer' | 'directory'

/** The answer to one request. */
export interface Answered {
  readonly status: number
  readonly body: unknown
}

/** The admin token of every deployment. */
export const ADMIN_TOKEN = 'simulated-admin-token-0123456789'

/** Where every deployment is reached. */
export const ORIGIN = 'https://relay.example.com'

/** One deployment after another of the relay. */
export class VirtualRelay {
  readonly kv: VirtualKv
  readonly portals: ObjectHost
  readonly pacers: ObjectHost
  readonly directory: ObjectHost
  /** How late alarms fire, in milliseconds. */
  alarmDelayMs = 0
  /** Whether the platform loses the alarms that are set from now on. */
  losesAlarms = false
  /** What happens to the next calls of objects, by their class. */
  readonly callFaults: Readonly<Record<ObjectClass, CallFault[]>> = {
    portal: [],
    pacer: [],
    directory: [],
  }
  /** Every line that was logged. */
  readonly lines: string[] = []
  readonly #deps: VirtualRelayDeps
  #vars: Vars = {}
  #env: Env
  #app: ReturnType<typeof createApp>
  #settings: PortalSettings | null = null

  constructor(deps: VirtualRelayDeps) {
    const { time, note } = deps
    this.#deps = deps
    this.kv = new VirtualKv(time)
    const sharedBy = (kind: ObjectClass) => ({
      time,
      note,
      alarmDelayMs: () => (this.losesAlarms ? null : this.alarmDelayMs),
      nextFault: () => this.callFaults[kind].shift() ?? null,
    })
    this.portals = new ObjectHost({
      ...sharedBy('portal'),
      create: (ctx, life) => this.#portal(ctx, life),
    })
    // Sound, here and below: the context has everything that these classes use.
    this.pacers = new ObjectHost({
      ...sharedBy('pacer'),
      create: (ctx) => new Pacer(ctx as unknown as DurableObjectState, {}),
    })
    this.directory = new ObjectHost({
      ...sharedBy('directory'),
      create: (ctx) => new Directory(ctx as unknown as DurableObjectState, {}),
    })
    this.#env = this.#envFor()
    this.#app = createApp()
  }

  /** The vars of the present deployment. */
  get vars(): Vars {
    return this.#vars
  }

  /** Deploys: new requests meet the new version at once, objects that live end. */
  deploys(vars: Vars): void {
    this.#vars = vars
    this.#env = this.#envFor()
    this.#app = createApp()
    this.#settings = null
    for (const object of this.portals.all()) object.crash()
  }

  /** Takes a request at the edge, and answers it. */
  async request(
    path: string,
    {
      method = 'POST',
      headers = {},
      body,
    }: { method?: string; headers?: Readonly<Record<string, string>>; body?: string } = {},
  ): Promise<Answered> {
    const content = body === undefined ? {} : { body }
    const response = await this.fetch(`${ORIGIN}${path}`, { method, headers, ...content })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
  }

  /** Takes a request at the edge, and gives the answer as it comes. */
  async fetch(url: string, init: RequestInit): Promise<Response> {
    const background: Promise<unknown>[] = []
    const context = {
      waitUntil: (work: Promise<unknown>) => void background.push(work),
      passThroughOnException: () => {},
      props: {},
    }
    return this.#app.fetch(new Request(url, init), this.#env, context)
  }

  /** Takes a form of Bitrix24. */
  takes(body: string): Promise<Answered> {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'cf-connecting-ip': '203.0.113.7',
    }
    return this.request('/bitrix24/events', { headers, body })
  }

  /** Calls the admin API. */
  admin(path: string, method = 'GET', body?: unknown): Promise<Answered> {
    const headers = {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    return this.request(`/admin/api${path}`, { method, headers, ...content })
  }

  /** The trigger of the drain, or of the daily visit. It never rejects. */
  async cron(trigger: 'drain' | 'daily'): Promise<void> {
    try {
      await runCron(trigger === 'drain' ? DRAIN_CRON : DAILY_CRON, createCron(this.#env))
    } catch (error) {
      this.#deps.note(`the ${trigger} cron fails: ${String(error)}`)
    }
  }

  #envFor(): Env {
    const bindings = {
      INSTALLS: this.kv.binding(),
      PORTALS: this.portals.namespace(),
      DIRECTORY: this.directory.namespace(),
      PACERS: this.pacers.namespace(),
    }
    // Sound: these have the methods of the bindings that the relay calls.
    return { ADMIN_TOKEN, ...this.#vars, ...bindings } as unknown as Env
  }

  /** Constructs a portal's object. The objects of one deployment share its configuration, as in an isolate. */
  #portal(ctx: ObjectContext, life: Life): LivingObject {
    const { time, network, random } = this.#deps
    const settings = (this.#settings ??= createPortalSettings(this.#env))
    return new PortalObject(
      ctx as unknown as DurableObjectState,
      {},
      {
        ...settings,
        ...this.#bindingsFor(life, settings),
        world: {
          fetch: network.fetchFor(life),
          now: () => Date.now(),
          random,
          sleep: (ms, ends) => life.within(time.sleep(ms, ends)),
          logLine: (level, event, fields = {}) => {
            this.lines.push(JSON.stringify({ level, event, ...fields }))
          },
          newReceipt: () => crypto.randomUUID(),
        },
      },
    )
  }

  /** The ways out of an object: whatever it has written is durable before it says anything there. */
  #bindingsFor(life: Life, { config }: PortalSettings) {
    const directories = this.directory.namespace(life)
    const pacers = this.pacers.namespace(life)
    const portals = this.portals.namespace(life)
    return {
      callItself: (memberId: string) => (portals.getByName(memberId) as PortalClient).goOn(),
      // Sound: the binding has the methods that the store calls.
      installs: new InstallStore(this.kv.binding(life) as unknown as KVNamespace),
      directory: createDirectoryClient({
        directory: (name) => directories.getByName(name) as DirectoryRemote,
        withTimeout,
      }),
      pacer: createPacerClient({
        namePacer: (url) => config.sealer.namePacer(url),
        pacers: (name) => pacers.getByName(name) as PacerRemote,
        withTimeout,
      }),
    }
  }
}
