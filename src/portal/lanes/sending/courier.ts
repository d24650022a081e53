/**
 * Takes the parcels of one portal to their receivers: over one of the portal's connections, at the pace that
 * all portals share, with what the receiver asked to be remembered.
 */
import { untraced } from '../../../core/in-span.ts'
import type { LaneState } from '../../../core/lanes/state/lane-state.ts'
import type { DeliveryOutcome } from '../../../core/lanes/state/outcome.ts'
import type { AttemptEntries, BatchRoom, DigestRule } from '../../../core/lanes/plan-digest.ts'
import type { SendContext, WalkReceiver } from '../../../core/lanes/walk-ports.ts'
import { namesWanted, type Names } from '../../../core/events/names.ts'
import type { LogEntry } from '../../../core/log/event.ts'
import { unusableEndpoint } from '../../../destinations/answers/outcomes.ts'
import type { Delivery } from '../../../destinations/receiver.ts'
import { sendParcel } from '../../../destinations/send.ts'
import type { Destination } from '../../../destinations/settings/destination.ts'
import { MAX_DIGEST } from '../../../destinations/settings/gathering-setting.ts'
import type { NameBook } from '../../names/name-book.ts'
import type { World } from '../../world.ts'
import type { LaneBook } from '../book/book.ts'
import type { LanePace } from './pace.ts'
import type { Parcels } from './parcels.ts'
import type { Receivers } from './receivers.ts'
import type { LaneRules } from '../rules.ts'

/**
 * The most bytes that the events of a batch may take when it is composed. A body has at most 1 MiB. The rest is
 * for the JSON around the events, and for what is known of them when they are sent again: the link of each.
 */
export const BATCH_BYTES = 1_000_000

/** The dependencies of the courier. */
export interface CourierDeps {
  readonly book: Pick<LaneBook, 'findLane' | 'setInMemory'>
  readonly rules: Pick<LaneRules, 'match' | 'tellerOf' | 'asToldTo'>
  readonly receivers: Pick<Receivers, 'findDestination' | 'open'>
  readonly pace: Pick<LanePace, 'intervalMs' | 'takeSlot' | 'obey' | 'connect'>
  readonly parcels: Pick<Parcels, 'create' | 'delivery'>
  readonly nameBook: Pick<NameBook, 'resolve'>
  readonly world: Pick<World, 'fetch' | 'now' | 'inSpan'>
}

/** The courier of one portal. */
export class Courier {
  readonly #deps: CourierDeps

  constructor(deps: CourierDeps) {
    this.#deps = deps
  }

  /**
   * The receiver of a lane as its walk sees it. Null for a lane whose destination is configured no more, or is
   * of a type that this version does not know.
   */
  walkReceiverOf(name: string): WalkReceiver | null {
    const { rules, receivers, pace } = this.#deps
    const destination = receivers.findDestination(name)
    if (destination === null || destination.type === null) return null
    const { retryMs } = destination
    const { reader } = destination.type
    const receiver = receivers.open(destination)
    return {
      reader,
      retryMs,
      digestRule: digestRuleOf(destination, {
        sizeOf: (entry) => this.#sizeOf(destination, entry),
      }),
      match: rules.match,
      tellerOf: rules.tellerOf,
      minIntervalMs: () => (receiver === null ? 0 : pace.intervalMs(receiver, this.#lane(name))),
      connect: (pulse) => pace.connect(pulse),
      takeSlot: async () => (receiver === null ? null : pace.takeSlot(receiver, this.#lane(name))),
      send: (entries, context) => this.#sendTraced(destination, entries, context),
    }
  }

  #lane(name: string): LaneState {
    const found = this.#deps.book.findLane(name)
    if (found === null) throw new Error(`Cannot send for lane ${name} as it does not exist`)
    return found
  }

  #sendTraced(
    destination: Destination,
    entries: AttemptEntries,
    context: SendContext,
  ): Promise<DeliveryOutcome> {
    const { inSpan = untraced } = this.#deps.world
    return inSpan('relay.deliver', async (note) => {
      const outcome = await this.#send(destination, entries, context)
      note({
        'relay.destination': destination.name,
        'relay.sequence': entries[0].sequence,
        'relay.events': entries.length,
        'relay.outcome': outcome.kind === 'delivered' ? outcome.kind : outcome.reason,
      })
      return outcome
    })
  }

  /** Sends one parcel. A destination that cannot be opened disables its lane. */
  async #send(
    destination: Destination,
    entries: AttemptEntries,
    context: SendContext,
  ): Promise<DeliveryOutcome> {
    const { receivers, rules, pace, parcels, world } = this.#deps
    const { name, timeoutMs } = destination
    const receiver = receivers.open(destination)
    if (receiver === null) return unusableEndpoint('misconfigured')
    const names = await this.#namesFor(destination, entries)
    const before = this.#lane(name)
    const [first, ...others] = entries
    const told: AttemptEntries = [
      rules.asToldTo(before, first),
      ...others.map((entry) => rules.asToldTo(before, entry)),
    ]
    const { outcome, memory } = await sendParcel(receiver, parcels.create(told, context, names), {
      fetch: world.fetch,
      now: world.now,
      timeoutMs,
      memory: before.memory,
    })
    await pace.obey(receiver, { lane: { ...before, memory }, outcome })
    this.#remember(before, memory)
    return outcome
  }

  /** The names that a message to people wants. Machines get an event as it was when it was stored. */
  async #namesFor({ type }: Destination, entries: AttemptEntries): Promise<Names> {
    const wanted =
      type?.reader === 'person' ? entries.flatMap(({ event }) => namesWanted(event)) : []
    return wanted.length === 0 ? new Map() : this.#deps.nameBook.resolve(wanted)
  }

  /** The bytes that an entry of the log takes in a batch, with the comma behind it. */
  #sizeOf({ name, type }: Destination, entry: LogEntry): number {
    const { rules, parcels } = this.#deps
    // The event's own sequence stands in the place of the previous one, which is not longer.
    const context = { previousSequence: entry.sequence, replayed: false }
    const told = rules.asToldTo(this.#lane(name), entry)
    const delivery: Delivery = parcels.delivery(told, context)
    const text = JSON.stringify(type?.layOutEntry?.(delivery) ?? null)
    return new TextEncoder().encode(text).length + 1
  }

  /** Keeps what the receiver asked to be remembered, unless its destination has other settings by now. */
  #remember(before: LaneState, memory: LaneState['memory']): void {
    const { book } = this.#deps
    const lane = book.findLane(before.destination)
    if (memory === before.memory || lane === null) return
    if (lane.fingerprint === before.fingerprint) book.setInMemory({ ...lane, memory })
  }
}

/**
 * People get several events in one message when the setting `digest` says so, or when the lane is behind.
 * Machines get every event by itself, unless the setting `batch` says otherwise.
 */
function digestRuleOf(
  { type, digestSetting, batchSetting }: Destination,
  { sizeOf }: Pick<BatchRoom, 'sizeOf'>,
): DigestRule | null {
  if (type?.reader === 'machine') {
    if (batchSetting === null) return null
    return {
      waitMs: batchSetting.seconds * 1000,
      max: batchSetting.max,
      room: { bytes: BATCH_BYTES, sizeOf },
    }
  }
  const isSplit = type?.profile.splitsDigests === true
  if (digestSetting === null) return { waitMs: null, max: MAX_DIGEST, isSplit }
  return { waitMs: digestSetting.seconds * 1000, max: digestSetting.max, isSplit }
}
