/**
 * G2, G3, G5 and G10 over whole histories of a lane: events arrive, receivers answer anything, the object
 * crashes, operators and configurations change, all at any moment.
 */
import { DAY_MS, HOUR_MS } from '../../../src/core/durations.ts'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/core/log/event.ts'
import type { AttemptEntries } from '../../../src/core/lanes/plan-digest.ts'
import { partsUpTo } from '../../../src/core/lanes/state/gathering.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/state/outcome.ts'
import { Crash, aLaneScenario, type LaneScenario } from '../../support/scenarios/lane-scenario.ts'
import {
  DELIVERED,
  ONLY_FIELDS,
  REJECTED,
  UNWANTED,
  aPlan,
  gone,
  unreachable,
} from '../../support/builders/a-lane.ts'

type Kind = 'field' | 'deal' | 'quarantined'
type Act =
  | { readonly act: 'append'; readonly kinds: readonly Kind[] }
  | { readonly act: 'walk' }
  | { readonly act: 'run'; readonly forMs: number }
  | { readonly act: 'sleep'; readonly ms: number }
  | { readonly act: 'pause' | 'resume' | 'park' | 'crash' | 'remove' }
  | { readonly act: 'replay'; readonly parkedOnly: boolean; readonly next: number }
  | { readonly act: 'filter'; readonly takes: readonly Kind[] }

/** One answer of the receiver, and what happens while it is awaited. */
interface Answer {
  readonly outcome: DeliveryOutcome
  readonly crash: 'before_receipt' | 'after_receipt' | null
  readonly meanwhile: Act | null
}

interface Sending {
  readonly last: LogEntry
  readonly replayed: boolean
}

const EVENTS: Record<Kind, Parameters<LaneScenario['portal']['sends']>[0]> = {
  field: {},
  deal: UNWANTED,
  quarantined: { quarantined: 'invalid_fields' },
}

const GLOBS: Record<Kind, readonly string[]> = {
  field: ONLY_FIELDS,
  deal: ['onCrmDeal*'],
  quarantined: [],
}

const outcome = fc.oneof(
  { weight: 6, arbitrary: fc.constant(DELIVERED) },
  {
    weight: 3,
    arbitrary: fc
      .option(fc.integer({ min: 0, max: 2 * HOUR_MS }))
      .map((retryAfterMs) => unreachable(retryAfterMs)),
  },
  { weight: 2, arbitrary: fc.constant(REJECTED) },
  { weight: 1, arbitrary: fc.boolean().map((probe) => gone({ probe })) },
)

const kinds: fc.Arbitrary<Kind[]> = fc.array(
  fc.constantFrom('field', 'field', 'field', 'deal', 'quarantined'),
  {
    maxLength: 8,
  },
)

const operatorAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant('append' as const), kinds }),
  fc.record({ act: fc.constantFrom('pause' as const, 'resume' as const, 'park' as const) }),
  fc.record({
    act: fc.constant('replay' as const),
    parkedOnly: fc.boolean(),
    next: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({
    act: fc.constant('filter' as const),
    takes: fc.subarray<Kind>(['field', 'deal']),
  }),
)

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('append' as const), kinds }) },
  { weight: 2, arbitrary: fc.constant<Act>({ act: 'walk' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('run' as const),
      forMs: fc.integer({ min: 0, max: 2 * DAY_MS }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('sleep' as const),
      ms: fc.integer({ min: 0, max: DAY_MS }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Act>({ act: 'crash' }, { act: 'remove' }) },
  { weight: 2, arbitrary: operatorAct },
)

const stormy: fc.Arbitrary<Answer> = fc.record({
  outcome,
  crash: fc.oneof(
    { weight: 8, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('before_receipt' as const, 'after_receipt' as const) },
  ),
  meanwhile: fc.option(operatorAct, { freq: 5 }),
})

/** Long runs of successes, in which a machine’s checkpoints are far apart. */
const calm: fc.Arbitrary<Answer> = fc.record({
  outcome: fc.constant(DELIVERED),
  crash: fc.oneof(
    { weight: 15, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant('after_receipt' as const) },
  ),
  meanwhile: fc.constant(null),
})

const history = fc.record({
  reader: fc.constantFrom('person' as const, 'machine' as const),
  /** The most events of a batch; null: each event goes out alone. */
  batch: fc.constantFrom(null, 2, 5, 30),
  retryHours: fc.constantFrom(1, 24),
  acts: fc.array(act, { maxLength: 25 }),
  answers: fc.oneof(
    { weight: 2, arbitrary: fc.array(stormy, { maxLength: 60 }) },
    { weight: 1, arbitrary: fc.array(calm, { minLength: 30, maxLength: 90 }) },
  ),
})

/** Plays a history, knows by itself which events were meant, and checks the promises at each send. */
class Player {
  readonly scenario: LaneScenario
  readonly #kinds: Kind[] = []
  #takes: { readonly from: number; readonly kinds: readonly Kind[] }[] = [
    { from: 1, kinds: ['field', 'deal'] },
  ]
  readonly #answers: Answer[]
  readonly #received = new Set<number>()
  /** Events that the receiver got a second time since the last crash, outside of replays. */
  #repeats = 0
  #crashes = 0
  /** The batch in which each event went out last. */
  readonly #batches = new Map<number, ReadonlySet<number>>()

  constructor({
    reader,
    batch,
    retryHours,
    answers,
  }: {
    readonly reader: 'person' | 'machine'
    readonly batch: number | null
    readonly retryHours: number
    readonly answers: readonly Answer[]
  }) {
    const isBatch = reader === 'machine' && batch !== null
    const room = { bytes: 1_000_000, sizeOf: () => 1 }
    const digestRule = isBatch ? { waitMs: 0, max: batch, room } : null
    this.scenario = aLaneScenario({ reader, digestRule, retryMs: retryHours * HOUR_MS })
    this.#answers = [...answers]
    const bound = reader === 'person' ? 1 : Math.max(10, batch ?? 0)
    this.scenario.answer = (entry, { previousSequence, replayed }, entries) => {
      const next = this.#answers.shift() ?? { outcome: DELIVERED, crash: null, meanwhile: null }
      expect(previousSequence).toBe(
        this.meant().findLast((meant) => meant < entry.sequence) ?? null,
      )
      if (replayed) expect(this.scenario.lane.attempts).toBe(0)
      else this.checkLive(entries)
      for (const { sequence } of entries) {
        expect(this.isMeant(sequence) || (replayed && this.isTakenNow(sequence))).toBe(true)
      }
      if (next.crash === 'before_receipt') throw new Crash()
      for (const { sequence } of next.outcome.kind === 'delivered' ? entries : []) {
        if (!replayed) this.receive(sequence, bound)
        this.#received.add(sequence)
      }
      if (next.crash === 'after_receipt') throw new Crash()
      if (next.meanwhile !== null) this.during(next, { last: entries.at(-1) ?? entry, replayed })
      return next.outcome
    }
  }

  /** An attempt leaves out no event that was meant, and holds no new mixture of a former batch and other events. */
  checkLive(entries: AttemptEntries): void {
    const sequences = entries.map(({ sequence }) => sequence)
    const [front] = sequences
    const last = sequences.at(-1) ?? 0
    this.checkOrder(entries[0].sequence)
    expect(this.meant().filter((one) => one >= (front ?? 0) && one <= last)).toEqual(sequences)
    for (const sequence of sequences) {
      const former = this.#batches.get(sequence)
      if (former !== undefined) expect(sequences.filter((one) => !former.has(one))).toEqual([])
    }
    if (sequences.length > 1) {
      for (const sequence of sequences) this.#batches.set(sequence, new Set(sequences))
    }
  }

  /** Every meant event before a live one is settled: nothing overtakes. */
  checkOrder(sequence: number): void {
    const before = this.meant().filter((meant) => meant < sequence)
    expect(before.filter((meant) => !this.isSettled(meant))).toEqual([])
  }

  receive(sequence: number, bound: number): void {
    if (this.#crashes !== this.scenario.crashes) this.#repeats = 0
    this.#crashes = this.scenario.crashes
    if (!this.#received.has(sequence)) return
    this.#repeats += 1
    expect(this.#repeats).toBeLessThanOrEqual(this.#crashes === 0 ? 0 : bound)
  }

  /**
   * A filter that changes meanwhile decides from the next event on, if this attempt delivers its event. The
   * settings change with the filter, so that a failure is one of the former receiver, and settles nothing.
   */
  during({ meanwhile, outcome }: Answer, { last, replayed }: Sending): void {
    if (meanwhile === null) return
    const { lane } = this.scenario
    const isOwn = outcome.kind === 'delivered' && !replayed && lane.cursor < last.sequence
    this.apply(meanwhile, isOwn ? last.sequence : lane.cursor)
  }

  isSettled(sequence: number): boolean {
    return this.#received.has(sequence) || this.scenario.parked.includes(sequence)
  }

  isMeant(sequence: number): boolean {
    const kind = this.#kinds[sequence - 1]
    const takes = this.#takes.findLast(({ from }) => from <= sequence)
    return kind !== undefined && kind !== 'quarantined' && takes?.kinds.includes(kind) === true
  }

  /** Whether the present filter takes the event: an operator may have it again. */
  isTakenNow(sequence: number): boolean {
    const kind = this.#kinds[sequence - 1]
    const takes = this.#takes.at(-1)
    return kind !== undefined && kind !== 'quarantined' && takes?.kinds.includes(kind) === true
  }

  meant(): number[] {
    return this.#kinds.map((_, index) => index + 1).filter((sequence) => this.isMeant(sequence))
  }

  apply(one: Act, passed = this.scenario.lane.cursor): void {
    const { scenario } = this
    switch (one.act) {
      case 'append':
        for (const kind of one.kinds) {
          this.#kinds.push(kind)
          scenario.portal.sends(EVENTS[kind])
        }
        return
      case 'pause':
        return scenario.operator.pauses()
      case 'resume':
        return scenario.operator.resumes()
      case 'park': {
        const front = this.meant().find((sequence) => sequence > scenario.lane.cursor)
        return front === undefined ? undefined : scenario.operator.parks(front)
      }
      case 'crash':
        return scenario.relay.restarts()
      case 'remove':
        return scenario.relay.deploys(null)
      case 'replay':
        return scenario.operator.replays({ parkedOnly: one.parkedOnly, next: one.next })
      case 'sleep':
        scenario.now += one.ms
        return
      case 'filter': {
        // A batch was decided by the filter that stood, with all of its halves.
        const decided = Math.max(passed, partsUpTo(scenario.lane.gathering))
        this.#takes = this.#takes.filter(({ from }) => from <= decided)
        this.#takes.push({ from: decided + 1, kinds: one.takes })
        return scenario.relay.deploys(this.plan())
      }
      case 'walk':
      case 'run':
        throw new Error('Cannot walk during an attempt')
    }
  }

  /** The configuration as it stands; new settings each time, as after a deployment that repairs. */
  plan() {
    const events = (this.#takes.at(-1)?.kinds ?? []).flatMap((kind) => GLOBS[kind])
    return aPlan({ events, fingerprint: `settings-${this.scenario.saves.length}` })
  }

  async play(acts: readonly Act[]): Promise<void> {
    for (const one of acts) {
      if (one.act === 'walk') await this.scenario.walk()
      else if (one.act === 'run') await this.scenario.time.passes(one.forMs)
      else this.apply(one)
    }
    // Whatever has happened: once the receiver takes everything, nothing is left (G5, G10).
    for (let tries = 0; tries <= acts.length + 91; tries += 1) {
      this.scenario.relay.deploys(this.plan())
      this.scenario.operator.resumes()
      await this.scenario.time.passesUntilQuiet()
    }
  }
}

describe('a lane over any history', () => {
  it('G2 keeps the order, G3 repeats within bounds, G5 loses nothing, G10 never stops for good', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        const player = new Player(given)
        await player.play(given.acts)
        const { scenario } = player
        expect(player.meant().filter((sequence) => !player.isSettled(sequence))).toEqual([])
        expect(scenario.lane).toMatchObject({
          status: 'active',
          cursor: scenario.head,
          replays: [],
        })
      }),
      { numRuns: 600 },
    )
  })
})
