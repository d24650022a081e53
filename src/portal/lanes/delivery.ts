/**
 * The way out of a portal's object: destinations, the walks of their lanes, the operator's control over
 * them, and the alarm that wakes them. It only wires.
 */
import { Connections } from '../../core/lanes/connections.ts'
import type { AlarmKeeper } from '../alarm.ts'
import { Deliverer } from './deliverer.ts'
import type { Knowledge } from '../fields/knowledge.ts'
import type { KvMirror } from '../installs/kv-mirror.ts'
import type { LaneBook } from './book.ts'
import { LaneControl } from './control.ts'
import { LaneWalker } from './walker.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state.ts'
import { Pump } from './pump.ts'
import type { PacerClient } from '../../objects/pacer-client.ts'
import type { PortalConfig, World } from '../settings.ts'
import { Waker } from '../waker.ts'

/** What delivery needs from the object around it. */
export interface DeliveryDeps {
  readonly memberId: string
  readonly config: PortalConfig
  readonly world: World
  readonly pacer: PacerClient
  readonly state: PortalState
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly alarm: AlarmKeeper
  readonly mirror: KvMirror
  readonly knowledge: Knowledge
  domain(): string | null
  /** The portal's own values in clear; null stands for one that cannot be opened. */
  values(): ReadonlyMap<string, string | null>
  /** Hears of a walk that failed. */
  failed(error: unknown): void
  /** Keeps work alive that nobody waits for. */
  background(work: Promise<unknown>): void
}

/** The lanes of one portal at work. */
export class Delivery {
  readonly deliverer: Deliverer
  readonly control: LaneControl
  readonly waker: Waker
  readonly #deps: DeliveryDeps
  readonly #pump: Pump

  constructor(deps: DeliveryDeps) {
    const { world, log, lanes, knowledge } = deps
    const { now } = world
    this.#deps = deps
    const readableHead = (): number => knowledge.enricher.readableHead()
    const domain = (): string | null => deps.domain()
    this.deliverer = new Deliverer({ ...deps, readableHead, domain, values: () => deps.values() })
    const walker = new LaneWalker({
      ...deps,
      deliverer: this.deliverer,
      connections: new Connections(),
      readableHead,
      domain,
      dashboard: () => dashboardOf(deps),
    })
    this.#pump = new Pump({
      now,
      runnable: () => this.deliverer.runnable(),
      walk: (destination, deadline) => walker.walk(destination, deadline),
      failed: (_destination, error) => deps.failed(error),
      rested: () => this.waker.rested(),
      keepAlive: (walk) => deps.background(walk),
    })
    this.waker = new Waker({
      ...deps,
      deliverer: this.deliverer,
      pump: this.#pump,
      now,
      background: (work) => deps.background(work),
    })
    this.control = new LaneControl({ log, lanes, deliverer: this.deliverer, now })
  }

  /** Starts the lanes; whatever was written before this turn ends has its alarm in the same commit. */
  start(): void {
    this.#pump.kick()
    this.waker.wakeInTime()
  }

  /** Brings the lanes in line with the configuration, in a transaction of their own. */
  matchNow(): void {
    this.#deps.lanes.matchNow(this.deliverer.plans(), this.#deps.state.head())
  }

  /** The same inside the caller's transaction; makes sure of an alarm within 5 minutes as well. */
  matchBeforeAppend(): void {
    this.#deps.lanes.match(this.deliverer.plans(), this.#deps.state.head())
    this.waker.wakeSoon()
  }
}

/** On the relay's own origin: the configured one, else the one that the portal was told to call. */
function dashboardOf({ memberId, config, state }: DeliveryDeps): string | null {
  const { handlerUrl } = state.install()
  const origin = config.publicUrl ?? (handlerUrl === null ? null : new URL(handlerUrl).origin)
  return origin === null ? null : `${origin}/admin/portals/${encodeURIComponent(memberId)}`
}
