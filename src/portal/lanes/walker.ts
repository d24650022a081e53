/**
 * Walks the lanes of one portal: gives the pure walk (`core/lanes/walk-lane.ts`) its storage, its receiver, the
 * receiver's common pace and one of the portal's connections.
 */
import { fieldLink } from '../../bitrix24/fields/field-link.ts'
import type { Connections } from '../../core/lanes/connections.ts'
import { deliveryId } from '../../core/log/delivery-id.ts'
import type { Batch, DigestRule } from '../../core/lanes/plan-digest.ts'
import type { LogEntry } from '../../core/log/event.ts'
import type {
  SendContext,
  WalkBook,
  WalkLog,
  WalkPorts,
  WalkReceiver,
} from '../../core/lanes/walk-ports.ts'
import type { LaneState } from '../../core/lanes/lane-state.ts'
import { walkLane } from '../../core/lanes/walk-lane.ts'
import type { DeliveryOutcome } from '../../core/lanes/outcome.ts'
import { MAX_DIGEST } from '../../destinations/settings/common-settings.ts'
import type { Destination } from '../../destinations/settings/destination.ts'
import type { Delivery, DestinationType } from '../../destinations/receiver.ts'
import { endpointUnusable } from '../../destinations/answers/outcomes.ts'
import { sendParcel } from '../../destinations/send.ts'
import type { Deliverer } from './rules.ts'
import type { LaneBook } from './book.ts'
import { LanePace } from './pace.ts'
import type { Enricher } from '../fields/enricher.ts'
import type { Trust } from '../installs/trust.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state.ts'
import type { PacerClient } from '../../objects/pacer-client.ts'
import type { PortalConfig, World } from '../settings.ts'

/** What the walker needs from the object around it. */
export interface LaneWalkerDeps {
  readonly memberId: string
  readonly config: PortalConfig
  readonly world: World
  readonly pacer: PacerClient
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly deliverer: Deliverer
  readonly connections: Connections
  readonly state: Pick<PortalState, 'install' | 'head'>
  readonly enricher: Pick<Enricher, 'readableUpTo'>
  readonly trust: Pick<Trust, 'domain'>
}

/** The walks of one portal's lanes. */
export class LaneWalker {
  readonly #deps: LaneWalkerDeps
  readonly #pace: LanePace

  constructor(deps: LaneWalkerDeps) {
    this.#deps = deps
    this.#pace = new LanePace(deps)
  }

  /** Walks one lane until nothing is due or the deadline has passed. */
  async walk(name: string, deadline: number): Promise<void> {
    const configured = this.#deps.deliverer.find(name)
    if (configured?.type == null || this.#deps.lanes.find(name) === null) return
    await walkLane(this.#ports(configured, configured.type), deadline)
  }

  #lane(name: string): LaneState {
    const found = this.#deps.lanes.find(name)
    if (found === null) throw new Error(`Cannot walk lane ${name} as it does not exist`)
    return found
  }

  #ports(configured: Destination, type: DestinationType): WalkPorts {
    const { name } = configured
    return {
      log: this.#log(name),
      book: this.#book(name),
      receiver: this.#receiver(configured, type),
      clock: this.#deps.world,
    }
  }

  #log(name: string): WalkLog {
    const { log } = this.#deps
    return {
      head: () => this.#readableHead(),
      after: (sequence, limit) => this.#readable(log.after(sequence, limit)),
      before: (sequence, limit) => log.before(sequence, limit),
      entry: (sequence) => log.entry(sequence),
      nextParked: (from, to) => log.nextParked(name, from, to),
      attemptsOf: (sequence) => log.fate(name, sequence)?.attempts ?? 0,
    }
  }

  #book(name: string): WalkBook {
    const { lanes, state } = this.#deps
    return {
      lane: () => this.#lane(name),
      generation: () => state.install().generation,
      save: (lane, written) => lanes.save(lane, written),
      saveSoon: (lane) => lanes.saveSoon(lane),
      saveInTime: () => lanes.flushInTime(),
      unsavedSends: () => lanes.unsavedSends(name),
      setInMemory: (lane) => lanes.setInMemory(lane),
    }
  }

  #receiver(configured: Destination, type: DestinationType): WalkReceiver {
    const { connections, deliverer } = this.#deps
    const { name } = configured
    const destination = deliverer.open(configured)
    return {
      reader: type.reader,
      retryMs: configured.retryMs,
      digest: digestRuleOf(configured, type),
      match: deliverer.match,
      minIntervalMs: () =>
        destination === null ? 0 : this.#pace.intervalOf(destination, this.#lane(name).memory),
      connect: (failing) => connections.acquire(failing),
      takeSlot: async () =>
        destination === null
          ? null
          : this.#pace.takeSlot(name, destination, this.#lane(name).memory),
      send: (batch, context) => this.#send(configured, batch, context),
    }
  }

  #readableHead(): number {
    return this.#deps.enricher.readableUpTo(this.#deps.state.head())
  }

  /** The dashboard's page of this portal; null while the relay does not know its own address. */
  #dashboard(): string | null {
    const { memberId, config, state } = this.#deps
    const { handlerUrl } = state.install()
    const origin = config.publicUrl ?? (handlerUrl === null ? null : new URL(handlerUrl).origin)
    return origin === null ? null : `${origin}/admin/portals/${encodeURIComponent(memberId)}`
  }

  #readable(entries: LogEntry[]): LogEntry[] {
    const head = this.#readableHead()
    return entries.filter(({ sequence }) => sequence <= head)
  }

  /** Sends stored events; a destination that cannot be opened stops its lane. */
  async #send(
    configured: Destination,
    batch: Batch,
    context: SendContext,
  ): Promise<DeliveryOutcome> {
    const { deliverer, world } = this.#deps
    const destination = deliverer.open(configured)
    if (destination === null) return endpointUnusable('misconfigured')
    const { name, timeoutMs } = configured
    const before = this.#lane(name)
    const [first, ...others] = batch
    const { outcome, memory } = await sendParcel(
      destination,
      {
        deliveries: [
          this.#delivery(first, context),
          ...others.map((entry) => this.#delivery(entry, context)),
        ],
        dashboard: this.#dashboard(),
      },
      { fetch: world.fetch, now: world.now, timeoutMs, memory: before.memory },
    )
    await this.#pace.note(name, destination, { outcome, memory })
    this.#remember(before, memory)
    return outcome
  }

  /** What was said by a receiver that has been replaced meanwhile is not kept. */
  #remember(before: LaneState, memory: LaneState['memory']): void {
    const lane = this.#deps.lanes.find(before.destination)
    if (memory === before.memory || lane === null) return
    if (lane.fingerprint === before.fingerprint) this.#deps.lanes.save({ ...lane, memory })
  }

  #delivery(entry: LogEntry, { previousSequence, replayed }: SendContext): Delivery {
    const { memberId } = this.#deps
    return {
      id: deliveryId(memberId, entry.sequence),
      memberId,
      domain: this.#deps.trust.domain(),
      sequence: entry.sequence,
      previousSequence,
      origin: entry.origin,
      receivedAt: entry.receivedAt,
      event: entry.event,
      enrichment: entry.enrichment,
      link: this.#link(entry),
      replayed,
    }
  }

  /** Where the field's settings are; a field that is gone has none. */
  #link({ event: { field } }: LogEntry): string | null {
    const domain = this.#deps.trust.domain()
    if (field === null || field.action === 'deleted' || domain === null) return null
    return fieldLink({ ...field, domain }, this.#deps.config.fieldLinks)
  }
}

/** Machines get every event by itself; people get them together when they ask for it or are behind. */
function digestRuleOf({ digest }: Destination, { reader }: DestinationType): DigestRule | null {
  if (reader === 'machine') return null
  if (digest === null) return { waitMs: null, max: MAX_DIGEST }
  return { waitMs: digest.seconds * 1000, max: digest.max }
}
