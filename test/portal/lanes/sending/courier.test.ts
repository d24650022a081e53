/** How parcels are taken to their receivers, and what is kept of the answers. */
import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../../src/core/durations.ts'
import { Connections } from '../../../../src/core/lanes/connections.ts'
import { nameKey } from '../../../../src/core/events/names.ts'
import type { DeliveryOutcome } from '../../../../src/core/lanes/state/outcome.ts'
import type { LaneState } from '../../../../src/core/lanes/state/lane-state.ts'
import { NO_MEMORY } from '../../../../src/core/lanes/state/receiver-memory.ts'
import type { Receiver } from '../../../../src/destinations/receiver.ts'
import type { Destination } from '../../../../src/destinations/settings/destination.ts'
import { cloudevents } from '../../../../src/destinations/cloudevents/receiver.ts'
import { webhook } from '../../../../src/destinations/webhook/receiver.ts'
import { BATCH_BYTES, Courier } from '../../../../src/portal/lanes/sending/courier.ts'
import { aDelivery, anEvent } from '../../../support/builders/a-delivery.ts'
import { aLane, anEntry } from '../../../support/builders/a-lane.ts'
import { configured, machine, person, type Entry } from '../../../support/builders/entries.ts'
import { PARCEL, aReceiver } from '../../../support/builders/send-builders.ts'
import { NOW } from '../../../support/time.ts'

const CONTEXT = { previousSequence: null, replayed: false }
const DELIVERED: DeliveryOutcome = { kind: 'delivered', status: 200 }

/** A courier of one lane whose receiver takes everything. */
function courierOf({
  receiver = aReceiver({ judge: () => DELIVERED }),
  lane = aLane(),
  onFetch = () => {},
}: { receiver?: Receiver | null; lane?: LaneState; onFetch?: () => void } = {}) {
  const seen = {
    lane,
    saves: [] as LaneState[],
    obeyed: [] as object[],
    sent: [] as number[][],
    names: [] as string[][],
  }
  let known: readonly Destination[] = []
  const connections = new Connections(() => NOW)
  const courier = new Courier({
    book: {
      findLane: (name) => (name === seen.lane.destination ? seen.lane : null),
      setInMemory: (next) => {
        seen.lane = next
        seen.saves.push(next)
      },
    },
    rules: {
      match: () => ({ matches: true }),
      tellerOf: () => null,
      asToldTo: (_lane, entry) => entry,
    },
    receivers: {
      findDestination: (name) => known.find((destination) => destination.name === name) ?? null,
      open: () => receiver,
    },
    pace: {
      intervalMs: (_receiver, { memory }) => (memory.perMinute === null ? 7 : 1000),
      takeSlot: async () => NOW + 1,
      connect: (pulse) => connections.acquire(pulse),
      obey: async (_receiver, { lane: { destination, memory }, outcome }) => {
        seen.obeyed.push({ destination, memory, outcome })
      },
    },
    parcels: {
      create: (entries, _context, names) => {
        seen.sent.push(entries.map(({ sequence }) => sequence))
        seen.names.push([...(names ?? [])].flat())
        return PARCEL
      },
      delivery: ({ sequence, event }, { previousSequence }) =>
        aDelivery({ id: `m-${sequence}`, sequence, event, previousSequence }),
    },
    nameBook: {
      resolve: async (refs) => new Map(refs.map((ref) => [nameKey(ref), `Name ${ref.id}`])),
    },
    world: {
      now: () => NOW,
      fetch: async () => {
        onFetch()
        return new Response('ok')
      },
    },
  })
  const find = (name: string, ...entries: Entry[]) => {
    known = configured(entries)
    return courier.walkReceiverOf(name)
  }
  const walkReceiverOf = (entry: Entry) => {
    const found = find(entry.name, entry)
    if (found === null) throw new Error(`Cannot find the receiver of ${entry.name}`)
    return found
  }
  return { seen, find, walkReceiverOf }
}

describe('Courier.walkReceiverOf()', () => {
  it.each([
    ['gives machines every event by itself', machine('erp'), 'machine', null],
    [
      'tells machines together as they ask for it',
      machine('erp', { batch: { seconds: 5, max: 20 } }),
      'machine',
      { waitMs: 5000, max: 20, room: { bytes: BATCH_BYTES } },
    ],
    [
      'tells machines at once what waits already',
      machine('erp', { batch: {} }),
      'machine',
      { waitMs: 0, max: 100 },
    ],
    [
      'tells people together when they are behind',
      person('chat'),
      'person',
      { waitMs: null, max: 50 },
    ],
    [
      'tells people together as they ask for it',
      person('chat', { digest: { seconds: 60, max: 20 } }),
      'person',
      { waitMs: MINUTE_MS, max: 20 },
    ],
  ])('%s', (_name, entry, reader, digestRule) => {
    expect(courierOf().walkReceiverOf(entry)).toMatchObject({ reader, digestRule })
  })

  it.each([
    ['is configured no more', 'erp', machine('crm')],
    [
      'is of a type that this version does not know',
      'odd',
      { name: 'odd', type: 'carrier-pigeon' },
    ],
  ])('knows no receiver of a lane whose destination %s', (_case, name, entry) => {
    expect(courierOf().find(name, entry)).toBeNull()
  })

  it.each([
    ['webhook', webhook, {}],
    ['cloudevents', cloudevents, { type: 'cloudevents', secret: undefined }],
  ])('measures what an event takes in a batch of a %s, in bytes', (_name, type, changes) => {
    const { digestRule } = courierOf().walkReceiverOf(machine('erp', { batch: {}, ...changes }))
    const event = anEvent({ data: { text: 'Ж€😀"' }, field: null })
    const entry = anEntry({ sequence: 1234, event })
    const delivery = aDelivery({ id: 'm-1234', sequence: 1234, event, previousSequence: 1234 })
    const text = JSON.stringify(type.layOutEntry?.(delivery))
    expect(digestRule?.room?.sizeOf(entry)).toBe(Buffer.byteLength(text) + 1)
    expect(Buffer.byteLength(text)).toBeGreaterThan(text.length)
    expect(BATCH_BYTES).toBeLessThan(2 ** 20)
  })

  it('gives up on an event after the configured hours', () => {
    const receiver = courierOf().walkReceiverOf(machine('erp', { retryHours: 24 }))
    expect(receiver.retryMs).toBe(24 * HOUR_MS)
  })

  it('keeps the pace that the receiver asks for now', async () => {
    const { seen, walkReceiverOf } = courierOf()
    const receiver = walkReceiverOf(machine('erp'))
    expect(receiver.minIntervalMs()).toBe(7)
    seen.lane = aLane({ memory: { ...NO_MEMORY, perMinute: 60 } })
    expect(receiver.minIntervalMs()).toBe(1000)
    expect(await receiver.takeSlot()).toBe(NOW + 1)
  })

  it('knows no pace of a destination that cannot be opened', async () => {
    const receiver = courierOf({ receiver: null }).walkReceiverOf(machine('erp'))
    expect(receiver.minIntervalMs()).toBe(0)
    expect(await receiver.takeSlot()).toBeNull()
  })

  it('shares the connections of the portal', async () => {
    const { walkReceiverOf } = courierOf()
    const [one, other] = [walkReceiverOf(machine('erp')), walkReceiverOf(person('chat'))]
    const held = await Promise.all(
      [one, one, other, other, other].map((each) => each.connect('fast')),
    )
    let isGiven = false
    const sixth = one.connect('fast').then(() => (isGiven = true))
    await Promise.resolve()
    expect(isGiven).toBe(false)
    held[0]?.release()
    await sixth
    expect(isGiven).toBe(true)
  })
})

describe('a send of the courier', () => {
  const entries = [anEntry({ sequence: 3 }), anEntry({ sequence: 4 })] as const

  it('names what an event has by its id alone, to people and not to machines', async () => {
    const { seen, walkReceiverOf } = courierOf()
    const entry = anEntry({ event: anEvent({ name: 'ONTASKADD', field: null, userId: 7 }) })
    await walkReceiverOf(person('erp'))
      .send([entry, entry], CONTEXT)
      .catch(() => {})
    await walkReceiverOf(machine('erp')).send([entry], CONTEXT)
    await walkReceiverOf(person('erp')).send([anEntry()], CONTEXT)
    expect(seen.names).toEqual([['user 7', 'Name 7'], [], []])
  })

  it('tells what became of the parcel, here and to the common pace', async () => {
    const { seen, walkReceiverOf } = courierOf()
    expect(await walkReceiverOf(machine('erp')).send(entries, CONTEXT)).toEqual(DELIVERED)
    expect(seen.sent).toEqual([[3, 4]])
    expect(seen.obeyed).toEqual([{ destination: 'erp', memory: NO_MEMORY, outcome: DELIVERED }])
    expect(seen.saves).toEqual([])
  })

  it('disables the lane of a destination that cannot be opened, and sends nothing', async () => {
    const { seen, walkReceiverOf } = courierOf({ receiver: null })
    expect(await walkReceiverOf(machine('erp')).send(entries, CONTEXT)).toMatchObject({
      kind: 'rejected',
      scope: 'endpoint',
      reason: 'misconfigured',
      probe: false,
    })
    expect([seen.sent, seen.obeyed]).toEqual([[], []])
  })

  it('fails for a lane that does not exist', async () => {
    const receiver = courierOf().walkReceiverOf(machine('crm'))
    await expect(receiver.send(entries, CONTEXT)).rejects.toThrow('Cannot send for lane crm')
  })
})

describe('what the receiver asked to be remembered', () => {
  const moved = { ...NO_MEMORY, movedTo: '-100' }

  /** A receiver that has moved once, and takes the message at its new place. */
  function movingReceiver(): Receiver {
    let isMoved = false
    const judge: Receiver['judge'] = () => {
      const verdict = isMoved ? DELIVERED : ({ kind: 'moved', to: '-100' } as const)
      isMoved = true
      return verdict
    }
    return aReceiver({ judge })
  }

  it('is stored with the lane, and told to the pace', async () => {
    const { seen, walkReceiverOf } = courierOf({ receiver: movingReceiver() })
    await walkReceiverOf(machine('erp')).send([anEntry()], CONTEXT)
    expect(seen.lane.memory).toEqual(moved)
    expect(seen.obeyed).toMatchObject([{ memory: moved }])
  })

  it('is stored with the lane as it is then', async () => {
    const made = courierOf({
      receiver: movingReceiver(),
      onFetch: () => (made.seen.lane = aLane({ status: 'paused' })),
    })
    await made.walkReceiverOf(machine('erp')).send([anEntry()], CONTEXT)
    expect(made.seen.saves).toEqual([aLane({ status: 'paused', memory: moved })])
  })

  it('is thrown away when the destination has other settings by then, or no lane', async () => {
    for (const meanwhile of [aLane({ fingerprint: 'f2' }), aLane({ destination: 'crm' })]) {
      const made = courierOf({
        receiver: movingReceiver(),
        onFetch: () => (made.seen.lane = meanwhile),
      })
      await made.walkReceiverOf(machine('erp')).send([anEntry()], CONTEXT)
      expect(made.seen.saves).toEqual([])
    }
  })
})
