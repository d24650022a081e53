/**
 * Draws the faults of events on their way out. They come by chance, but a seed makes them repeatable. The same
 * number of random values is drawn for each event, in the order of the events, so a change of one rate
 * changes no other fault. Lifecycle events never get a fault.
 */

/** The rate of each fault, from 0 to 1. */
export interface FaultRates {
  /** The event is never sent. */
  readonly loss: number
  /** The same bytes are sent twice, one right after the other. */
  readonly double: number
  /** The event is overtaken by the one after it. */
  readonly disorder: number
  /** The event is overtaken by 2 to `maxDelay` later ones. */
  readonly delay: number
  /** The event carries no tokens, as if a robot had acted. */
  readonly noTokens: number
}

/** Rates, and the seed with which faults are drawn. */
export interface FaultSettings extends Partial<FaultRates> {
  readonly seed: number
  /** The most later events that overtake a delayed one. @default 8 */
  readonly maxDelay?: number
}

/** The faults of one event. */
export interface Fate {
  readonly lost: boolean
  readonly copies: number
  /** The number of later events that go first; 0 to send at once. */
  readonly overtakenBy: number
  readonly noTokens: boolean
}

/** The faults of one portal. */
export interface SendFaults {
  /** Starts drawing with these rates from the seed's beginning; null ends it. */
  set(settings: FaultSettings | null): void
  /** Loses the next `count` events for certain; 0 takes that back. @default 1 */
  loseNext(count?: number): void
  /** The number of events that `loseNext` still has to lose. */
  readonly losing: number
  /** Decides what happens to the next event. */
  draw(): Fate
}

const NO_FAULTS: FaultRates = { loss: 0, double: 0, disorder: 0, delay: 0, noTokens: 0 }

/** Creates faults that are switched off. */
export function createSendFaults(): SendFaults {
  let rates = NO_FAULTS
  let maxDelay = 8
  let random: () => number = never
  let losing = 0
  return {
    set(settings) {
      rates = { ...NO_FAULTS, ...settings }
      maxDelay = Math.max(2, settings?.maxDelay ?? 8)
      random = settings === null ? never : createRandom(settings.seed)
    },
    loseNext(count = 1) {
      losing = count
    },
    get losing() {
      return losing
    },
    draw() {
      const isLost = random() < rates.loss
      const isDoubled = random() < rates.double
      const isOvertaken = random() < rates.disorder
      const isDelayed = random() < rates.delay
      const delay = 2 + Math.min(Math.floor(random() * (maxDelay - 1)), maxDelay - 2)
      const noTokens = random() < rates.noTokens
      const isChosen = losing > 0
      if (isChosen) losing -= 1
      return {
        lost: isChosen || isLost,
        copies: isDoubled ? 2 : 1,
        overtakenBy: isDelayed ? delay : isOvertaken ? 1 : 0,
        noTokens,
      }
    },
  }
}

/** A number above every rate, so that no fault comes. */
function never(): number {
  return 1
}

/** Mulberry32, a small generator of Tommy Ettinger: numbers from 0 up to 1. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
