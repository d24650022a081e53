/**
 * One lane in memory with everything around it: a log, a receiver that answers by script, a clock that moves only
 * when somebody sleeps, and storage that a crash falls back to.
 */
import { HOUR_MS } from '../../../src/core/durations.ts'
import { Connections, type LanePulse } from '../../../src/core/lanes/connections.ts'
import { matchLanes, type LanePlan } from '../../../src/core/lanes/state/match-lanes.ts'
import {
  laneDueAt,
  type LaneState,
  type ReplayJob,
} from '../../../src/core/lanes/state/lane-state.ts'
import { enable, pause } from '../../../src/core/lanes/state/lane-status.ts'
import type { AttemptEntries, DigestRule } from '../../../src/core/lanes/plan-digest.ts'
import type { MatchFilter } from '../../../src/core/lanes/filters/filter-reason.ts'
import type { DigestRecord, ExactFate } from '../../../src/core/lanes/state/fate.ts'
import type {
  FateRecords,
  SendContext,
  WalkBook,
  WalkLog,
  WalkPorts,
  WalkReceiver,
} from '../../../src/core/lanes/walk-ports.ts'
import { walkLane } from '../../../src/core/lanes/walk-lane.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/state/outcome.ts'
import { compileFilter } from '../../../src/core/lanes/filters/filter.ts'
import { parkEvent } from '../../../src/core/lanes/state/cursor.ts'
import type { LogEntry, RelayEvent } from '../../../src/core/log/event.ts'
import { passFloor } from '../../../src/core/lanes/retention.ts'
import { DELIVERED, aLane, aJob, anEntry, pagesOf, type LaneMembers } from '../builders/a-lane.ts'
import { NOW, msOf, type Span } from '../time.ts'

/** One attempt, as the receiver saw it. */
export interface Sent {
  readonly sequence: number
  readonly at: number
  readonly previousSequence: number | null
  readonly replayed: boolean
  /** What a digest told; absent for a message about one event. */
  readonly sequences?: readonly number[]
}

/** How a scenario differs from the usual one. */
export interface LaneScenarioOptions {
  /** How many events stand in the log. */
  readonly events?: number
  readonly lane?: LaneMembers
  readonly reader?: 'person' | 'machine'
  readonly minIntervalMs?: number
  readonly retryMs?: number
  readonly random?: number
  readonly digestRule?: DigestRule | null
  /** How long the receiver takes for an answer. */
  readonly answerMs?: number
  /** What the receiver answers to the attempts of a sequence; afterwards, and else, it takes them. */
  readonly outcomes?: { readonly [sequence: number]: readonly DeliveryOutcome[] }
}

/** Thrown into a walk to end it where it stands. */
export class Crash extends Error {}

/** One lane with everything around it. */
export class LaneScenario {
  /** The portal in Bitrix24. */
  readonly portal = {
    /** An event arrives. */
    sends: (event: Partial<RelayEvent> = {}): void => {
      this.#head += 1
      this.log.push(anEntry({ sequence: this.#head, receivedAt: this.now, event }))
    },
    /** Some events arrive at once. */
    sendsMany: (count: number): void => {
      for (let sent = 0; sent < count; sent += 1) this.portal.sends()
    },
  }
  /** The operator. */
  readonly operator = {
    /** A pause by the operator. */
    pauses: (): void => {
      this.#save(pause(this.lane))
    },
    /** A resume by the operator. */
    resumes: (): void => {
      this.#save(enable(this.lane))
    },
    /** The operator parks the front. */
    parks: (sequence: number): void => {
      const at = this.now
      const settled = parkEvent(this.lane, sequence, { reason: 'set_aside', status: null, at })
      this.#save(settled.lane, { fates: settled.fates })
    },
    /** The operator wants events again. */
    replays: (job: Partial<ReplayJob>): void => {
      const wish = aJob({ to: this.lane.cursor, startedAt: this.now, ...job })
      this.#save({ ...this.lane, replays: [...this.lane.replays, wish] })
    },
  }
  /** The object that holds the lane, and its configuration. */
  readonly relay = {
    /** The object ends and begins again: memory is what was saved. */
    restarts: (): void => {
      this.crashes += 1
      this.lane = this.#saved
      this.#unsavedEvents = 0
    },
    /** The configuration changes, or loses the destination. */
    deploys: (plan: LanePlan | null): void => {
      const plans = plan === null ? [] : [plan]
      for (const lane of matchLanes([this.lane], { plans, head: this.head })) this.#save(lane)
    },
  }
  /** Time passes, and the lane walks whenever it is due, as alarms do. */
  readonly time = {
    /** For a while, or until the lane is due no more. */
    passes: (span: Span): Promise<void> => this.#run(this.now + msOf(span)),
    /** Until the lane is due no more. */
    passesUntilQuiet: (): Promise<void> => this.#run(Infinity),
  }
  now = NOW
  erasures = 0
  lane: LaneState
  /** What the receiver answers; may throw a `Crash`, then nothing has reached the receiver. */
  answer: (entry: LogEntry, context: SendContext, entries: AttemptEntries) => DeliveryOutcome
  /** Runs when the receiver has answered, before the lane knows; may throw a `Crash`. */
  onAnswer: (entry: LogEntry) => void = () => {}
  readonly log: LogEntry[] = []
  readonly sends: Sent[] = []
  /** The sequences that the receiver took, repeats included. */
  readonly received: number[] = []
  readonly saves: LaneState[] = []
  readonly fates = new Map<number, ExactFate>()
  readonly sleeps: number[] = []
  /** What the common pace answers, first one first; afterwards every slot is free. */
  readonly slots: (number | null)[] = []
  takeSlot: () => number | null | Promise<number | null> = () => this.slots.shift() ?? null
  /** The digests that were delivered. */
  readonly digests: DigestRecord[] = []
  /** What each wait for a connection said of the lane. */
  readonly acquired: LanePulse[] = []
  readonly connections = new Connections(() => this.now)
  crashes = 0
  /** How often the walk asked for a save in time. */
  timelySaves = 0
  /** Pages of the log that the walk has read forwards. */
  reads = 0
  /** The events after this sequence wait for their enrichment. */
  readableUpTo = Number.MAX_SAFE_INTEGER
  #head = 0
  #saved: LaneState
  #unsavedEvents = 0
  readonly #during = new Map<number, () => void>()
  readonly #options: LaneScenarioOptions
  readonly #filters = new Map<string, ReturnType<typeof compileFilter>>()

  constructor(options: LaneScenarioOptions) {
    this.#options = options
    this.lane = aLane(options.lane)
    this.#saved = this.lane
    const scripts = new Map(
      Object.entries(options.outcomes ?? {}).map(([key, list]) => [Number(key), [...list]]),
    )
    this.answer = ({ sequence }) => scripts.get(sequence)?.shift() ?? DELIVERED
    for (let count = 0; count < (options.events ?? 0); count += 1) this.portal.sends()
  }

  /** The highest sequence ever given. */
  get head(): number {
    return this.#head
  }

  /** The sequences of all attempts. */
  get order(): number[] {
    return this.sends.map(({ sequence }) => sequence)
  }

  /** What each attempt told: one event, or those of a digest. */
  get told(): (readonly number[])[] {
    return this.sends.map(({ sequence, sequences }) => sequences ?? [sequence])
  }

  /** The sequences of all attempts, replays as `r1`. */
  get mixed(): string[] {
    return this.sends.map(({ sequence, replayed }) => (replayed ? `r${sequence}` : `${sequence}`))
  }

  /** Seconds from one attempt to the next. */
  get waits(): number[] {
    return this.sends.slice(1).map(({ at }, index) => (at - (this.sends[index]?.at ?? 0)) / 1000)
  }

  /** The events that are parked at the moment. */
  get parked(): number[] {
    return [...this.fates.values()]
      .filter(({ state }) => state === 'parked')
      .map(({ sequence }) => sequence)
  }

  /** Runs once while an attempt of that sequence is under way: the receiver has it already. */
  during(sequence: number, action: () => void): void {
    this.#during.set(sequence, action)
  }

  /** Walks once; a crash falls back to what was saved. */
  async walk({ budgetMs = 30_000 }: { budgetMs?: number } = {}): Promise<void> {
    try {
      await walkLane(this.ports(), this.now + budgetMs)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      this.relay.restarts()
    }
  }

  /** Retention drops the events up to a sequence, all of which the lane was meant to get. */
  drop(floor: number): void {
    const dropped = this.log.splice(0, this.log.findLastIndex((e) => e.sequence <= floor) + 1)
    const waiting = dropped.filter(({ sequence }) => sequence > this.lane.cursor)
    const lastMeant = dropped.at(-1)?.sequence ?? null
    for (const { sequence } of dropped) this.fates.delete(sequence)
    this.#save(passFloor(this.lane, floor, { meant: waiting.length, lastMeant }))
  }

  /** Walks whenever the lane is due, as alarms do, until it is not or the time has come. */
  async #run(until: number): Promise<void> {
    for (let walks = 0; walks < 10_000; walks += 1) {
      await this.walk()
      const due = laneDueAt(this.lane, Math.min(this.head, this.readableUpTo))
      if (due === null) return
      if (due > until) {
        this.now = until
        return
      }
      this.now = Math.max(this.now, due)
    }
    throw new Error(`The lane is always due: ${JSON.stringify(this.lane)}`)
  }

  /** The ports of the walk, over this scenario. */
  ports(): WalkPorts {
    return {
      log: this.#walkLog(),
      book: this.#walkBook(),
      receiver: this.#walkReceiver(),
      clock: {
        now: () => this.now,
        random: () => this.#options.random ?? 0,
        sleep: async (ms) => {
          this.sleeps.push(ms)
          this.now += ms
        },
      },
    }
  }

  #walkLog(): WalkLog {
    const after: WalkLog['after'] = (sequence, limit) => {
      const readable = this.log.filter((entry) => entry.sequence <= this.readableUpTo)
      if (sequence >= (readable.at(-1)?.sequence ?? 0)) return []
      this.reads += 1
      return pagesOf(readable).after(sequence, limit)
    }
    return {
      head: () => Math.min(this.head, this.readableUpTo),
      after,
      outlinesAfter: after,
      outlinesBefore: (before, limit) => pagesOf(this.log).before(before, limit),
      entry: (sequence) => this.log.find((entry) => entry.sequence === sequence) ?? null,
      nextParked: (from, to) =>
        this.parked.toSorted((a, b) => a - b).find((s) => s >= from && s <= to) ?? null,
      attemptsOf: (sequence) => this.fates.get(sequence)?.attempts ?? 0,
    }
  }

  #walkBook(): WalkBook {
    return {
      lane: () => this.lane,
      erasures: () => this.erasures,
      save: (lane, written) => this.#save(lane, written),
      saveOutcome: (lane, written) => this.#save(lane, written),
      catchUp: () => {},
      saveSoon: (lane, events) => {
        this.lane = lane
        this.#unsavedEvents += events
      },
      // The worst case: the second after which the book would save never comes.
      saveInTime: () => {
        this.timelySaves += 1
      },
      unsavedEvents: () => this.#unsavedEvents,
      setInMemory: (lane) => {
        this.lane = lane
      },
    }
  }

  #walkReceiver(): WalkReceiver {
    const { reader = 'person', minIntervalMs = 0, retryMs = 72 * HOUR_MS } = this.#options
    return {
      reader,
      retryMs,
      digestRule: this.#options.digestRule ?? null,
      match: this.match,
      tellerOf: (sequence) => this.log.find((entry) => entry.sequence === sequence) ?? null,
      minIntervalMs: () => minIntervalMs,
      connect: (pulse) => {
        this.acquired.push(pulse)
        return this.connections.acquire(pulse)
      },
      takeSlot: async () => this.takeSlot(),
      send: (entries, context) => this.#send(entries, context),
    }
  }

  /** The real filter over one epoch. */
  readonly match: MatchFilter = (epoch, entry) => {
    const { events, fields, users, when } = epoch
    const key = JSON.stringify([events, fields, users, when])
    const filter = this.#filters.get(key) ?? compileFilter(epoch)
    this.#filters.set(key, filter)
    return filter(entry)
  }

  async #send(entries: AttemptEntries, context: SendContext): Promise<DeliveryOutcome> {
    const [entry] = entries
    const { sequence } = entry
    const sequences = entries.map((told) => told.sequence)
    const together = entries.length > 1 ? { sequences } : {}
    this.sends.push({ sequence, at: this.now, ...context, ...together })
    this.now += this.#options.answerMs ?? 0
    const outcome = this.answer(entry, context, entries)
    if (outcome.kind === 'delivered') this.received.push(...sequences)
    this.onAnswer(entry)
    const action = this.#during.get(sequence)
    this.#during.delete(sequence)
    action?.()
    return outcome
  }

  #save(lane: LaneState, { fates = [], digestRecord = null }: FateRecords = {}): void {
    if (digestRecord !== null) this.digests.push(digestRecord)
    for (const fate of fates) this.fates.set(fate.sequence, fate)
    this.lane = lane
    this.#saved = lane
    this.#unsavedEvents = 0
    this.saves.push(lane)
  }
}

/** A scenario around one lane; by default a person reads, and nothing has happened yet. */
export function aLaneScenario(options: LaneScenarioOptions = {}): LaneScenario {
  return new LaneScenario(options)
}
