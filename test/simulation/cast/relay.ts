/**
 * The relay of a history: the Worker's own routes, crons and Durable Objects, as a deployment puts them
 * together, on a machine that the history rules.
 */
import { createApp, createCron, createPortalSettings } from '../../../src/app.ts'
import type { Env } from '../../../src/config/config.ts'
import { DAILY_CRON, DRAIN_CRON, runCron } from '../../../src/edge/cron.ts'
import { Directory } from '../../../src/objects/directory.ts'
import { Pacer } from '../../../src/objects/pacer.ts'
import { PortalObject } from '../../../src/portal/portal.ts'
import {
  ObjectHost,
  type CallFault,
  type Life,
  type ObjectContext,
} from '../machine/object-host.ts'
import { VirtualKv } from '../machine/kv.ts'
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

/** The answer to one request. */
export interface Answered {
  readonly status: number
  readonly body: unknown
}

/** The admin token of every deployment. */
export const ADMIN_TOKEN = 'simulated-admin-token-0123456789'

const ORIGIN = 'https://relay.example.com'

/** One deployment after another of the relay. */
export class VirtualRelay {
  readonly kv: VirtualKv
  readonly portals: ObjectHost
  readonly pacers: ObjectHost
  readonly directory: ObjectHost
  /** How late alarms fire, in milliseconds; null: the platform loses them. */
  alarmDelayMs: number | null = 0
  /** What happens to the next calls of objects. */
  readonly callFaults: CallFault[] = []
  /** Every line that was logged. */
  readonly lines: string[] = []
  readonly #deps: VirtualRelayDeps
  #vars: Vars = {}
  #env: Env
  #app: ReturnType<typeof createApp>

  constructor(deps: VirtualRelayDeps) {
    const { time, note } = deps
    this.#deps = deps
    this.kv = new VirtualKv(time)
    const shared = {
      time,
      note,
      alarmDelayMs: () => this.alarmDelayMs,
      nextFault: () => this.callFaults.shift() ?? null,
    }
    this.portals = new ObjectHost({ ...shared, create: (ctx, life) => this.#portal(ctx, life) })
    this.pacers = new ObjectHost({
      ...shared,
      // Sound, here and below: the context has everything that these classes use.
      create: (ctx) => new Pacer(ctx as unknown as DurableObjectState, {}),
    })
    this.directory = new ObjectHost({
      ...shared,
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
    const background: Promise<unknown>[] = []
    const context = {
      waitUntil: (work: Promise<unknown>) => void background.push(work),
      passThroughOnException: () => {},
      props: {},
    }
    const content = body === undefined ? {} : { body }
    const request = new Request(`${ORIGIN}${path}`, { method, headers, ...content })
    const response = await this.#app.fetch(
      request,
      this.#env,
      context as unknown as ExecutionContext,
    )
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
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

  #envFor(life?: Life): Env {
    const bindings = {
      INSTALLS: this.kv.binding(life),
      PORTALS: this.portals.namespace(life),
      DIRECTORY: this.directory.namespace(life),
      PACERS: this.pacers.namespace(life),
    }
    // Sound: these have the methods of the bindings that the relay calls.
    return { ADMIN_TOKEN, ...this.#vars, ...bindings } as unknown as Env
  }

  #portal(ctx: ObjectContext, life: Life): PortalObject {
    const { time, network, random } = this.#deps
    const settings = createPortalSettings(this.#envFor(life))
    let receipts = 0
    return new PortalObject(
      ctx as unknown as DurableObjectState,
      {},
      {
        ...settings,
        world: {
          fetch: network.fetchFor(life),
          now: () => Date.now(),
          random,
          sleep: (ms) => life.within(time.sleep(ms)),
          log: (level, event, fields = {}) => {
            this.lines.push(JSON.stringify({ level, event, ...fields }))
          },
          newReceipt: () => `own-${ctx.id.name}-${time.now()}-${(receipts += 1)}`,
        },
      },
    )
  }
}
