/**
 * The figures of a report: everything that is summed over all portals, as one short text. Ten thousand are read at a
 * time, so the text has two lines. The first one holds the words, which many portals have in common: it is read once
 * for all of them. The second one holds numbers alone, place by place. Pure.
 */
import * as v from 'valibot'
import type { PortalStatus } from '../access/portal-status.ts'
import type { Counts } from '../tallies/edge-tally.ts'
import {
  ACKNOWLEDGEMENT_BOUNDS_MS,
  DELIVERY_BOUNDS_MS,
  type Latencies,
} from '../tallies/latencies.ts'
import type { TallySums } from '../tallies/portal-tally.ts'
import { LANE_WORDS, type LaneReport, type LaneWord, type LastOutcome } from './lane-report.ts'
import type { PortalReport } from './portal-report.ts'
import type { ProblemReason } from './problem.ts'
import { OUTCOME_WORDS, ProblemReasonSchema, StatusSchema } from './report-words.ts'

/** The form of the text; a text of another form counts as none, and the report is read in its place. */
const FORM = 1

/** The sums over one report, or over several whose words are the same. */
export interface ReportFigures extends Pick<PortalReport, 'state' | 'reportedAt' | 'head' | 'log'> {
  /** The number of portals in these sums. */
  readonly portals: number
  readonly problem: ProblemReason | null
  readonly tally: TallySums
  readonly lanes: readonly LaneReport[]
}

/** The words of a report, which stand in the first line. */
type Words = readonly [
  form: number,
  state: PortalStatus,
  problem: ProblemReason | null,
  counted: readonly [explained: string[], refreshes: string[], refused: string[]],
  lanes: readonly LaneWords[],
]

type LaneWords = readonly [
  destination: string,
  state: LaneWord,
  lastOutcome: Omit<LastOutcome, 'at'> | null,
]

const WordsSchema: v.GenericSchema<unknown, Words> = v.tuple([
  v.literal(FORM),
  StatusSchema,
  v.nullable(ProblemReasonSchema),
  v.tuple([v.array(v.string()), v.array(v.string()), v.array(v.string())]),
  v.array(v.tuple([v.string(), v.picklist(LANE_WORDS), v.nullable(v.object(OUTCOME_WORDS))])),
])

const NumbersSchema = v.array(v.number())

/** A place whose numbers are not added when several reports become one. */
interface Place {
  readonly place: number
  readonly merge: (one: number, other: number) => number
}

/** The earlier of two times; 0 is none. */
function earlier(one: number, other: number): number {
  return one === 0 || other === 0 ? one + other : Math.min(one, other)
}

/** The later of two times. */
function later(one: number, other: number): number {
  return Math.max(one, other)
}

/** The figures of a report. */
export function figuresOf(report: PortalReport): ReportFigures {
  const { state, problem, reportedAt, head, log, lanes } = report
  const { since: _since, ...tally } = report.tally
  const reason = problem?.reason ?? null
  return { portals: 1, state, problem: reason, reportedAt, head, log, tally, lanes }
}

/** The text of a report's figures. */
export function formatFigures(report: PortalReport): string {
  const { state, problem, tally, lanes } = report
  const { explained, refreshes, edge } = tally
  const words: Words = [
    FORM,
    state,
    problem?.reason ?? null,
    [Object.keys(explained), Object.keys(refreshes), Object.keys(edge.refused)],
    lanes.map(wordsOf),
  ]
  return `${JSON.stringify(words)}\n${JSON.stringify(numbersOf(report))}`
}

function wordsOf({ destination, state, lastOutcome }: LaneReport): LaneWords {
  if (lastOutcome === null) return [destination, state, null]
  const { outcome, reason } = lastOutcome
  return [destination, state, { outcome, reason }]
}

/** The numbers in the order in which `NumberReader` reads them. */
function numbersOf({ reportedAt, head, log, tally, lanes }: PortalReport): readonly number[] {
  const { edge } = tally
  return [
    reportedAt,
    head,
    log.entries,
    log.reconciled,
    log.thin,
    log.quarantined,
    tally.accepted,
    tally.quarantined,
    tally.reconciled,
    tally.drained,
    ...Object.values(tally.explained),
    ...Object.values(tally.refreshes),
    ...Object.values(edge.refused),
    edge.spilled,
    ...latencyNumbers(edge.acknowledged, ACKNOWLEDGEMENT_BOUNDS_MS),
    ...lanes.flatMap(laneNumbers),
  ]
}

function laneNumbers(lane: LaneReport): readonly number[] {
  const { delivered, parked, attempts, latencies } = lane.tally
  return [
    lane.backlog,
    lane.parked,
    lane.oldestWaitingAt ?? 0,
    lane.lastOutcome?.at ?? 0,
    delivered,
    parked,
    attempts.delivered,
    attempts.unreachable,
    attempts.rejected,
    ...latencyNumbers(latencies, DELIVERY_BOUNDS_MS),
  ]
}

function latencyNumbers(
  { counts, sumMs }: Latencies,
  boundsMs: readonly number[],
): readonly number[] {
  return [...Array.from({ length: boundsMs.length + 1 }, (_, place) => counts[place] ?? 0), sumMs]
}

/** Reports with the same words. */
interface Alike {
  readonly words: Words
  /** The length of the second line, in numbers. */
  readonly length: number
  readonly merges: readonly Place[]
  portals: number
  /** Null before the first report. */
  numbers: number[] | null
}

/** Sums the figures of many reports by their words. */
export class FigureSums {
  readonly #alike = new Map<string, Alike>()

  /** Adds the figures in a text; false when it has another form, or none. */
  add(text: unknown): boolean {
    if (typeof text !== 'string') return false
    const end = text.indexOf('\n')
    const alike = this.#find(text.slice(0, Math.max(0, end)))
    const numbers = alike === null ? null : parse(NumbersSchema, text.slice(end + 1))
    if (alike === null || numbers?.length !== alike.length) return false
    alike.portals += 1
    if (alike.numbers === null) alike.numbers = numbers
    else mergeInto(alike.numbers, numbers, alike.merges)
    return true
  }

  #find(line: string): Alike | null {
    const known = this.#alike.get(line)
    if (known !== undefined) return known
    const words = parse(WordsSchema, line)
    if (words === null) return null
    const alike = { words, ...placesOf(words), portals: 0, numbers: null }
    this.#alike.set(line, alike)
    return alike
  }

  /** The sums: one for all reports with the same words. */
  figures(): readonly ReportFigures[] {
    return [...this.#alike.values()].flatMap(({ words, portals, numbers }) =>
      numbers === null ? [] : [figuresIn(words, numbers, portals)],
    )
  }
}

/** Nearly all places hold sums, so every place is added first, and the few others are corrected afterwards. */
function mergeInto(sums: number[], numbers: readonly number[], merges: readonly Place[]): void {
  const others = merges.map(({ place, merge }) => merge(sums[place] ?? 0, numbers[place] ?? 0))
  for (let place = 0; place < sums.length; place += 1) {
    sums[place] = (sums[place] ?? 0) + (numbers[place] ?? 0)
  }
  for (const [index, { place }] of merges.entries()) sums[place] = others[index] ?? 0
}

/** The value of a line; null when the line is damaged, or has another form. */
function parse<T>(schema: v.GenericSchema<unknown, T>, line: string): T | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(line))
    return parsed.success ? parsed.output : null
  } catch {
    // Swallows a SyntaxError: the text is damaged.
    return null
  }
}

/** Reads the numbers of a text in their order, and notes which of them are not added. */
class NumberReader {
  readonly merges: Place[] = []
  length = 0
  readonly #numbers: readonly number[]

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  next(): number {
    this.length += 1
    return this.#numbers[this.length - 1] ?? 0
  }

  /** Reads a time, 0 for none; `merge` makes one time of those of two reports. */
  time(merge: Place['merge']): number {
    this.merges.push({ place: this.length, merge })
    return this.next()
  }

  counts(words: readonly string[]): Counts {
    return Object.fromEntries(words.map((word) => [word, this.next()]))
  }

  latencies(boundsMs: readonly number[]): Latencies {
    const counts = Array.from({ length: boundsMs.length + 1 }, () => this.next())
    const used = counts.findLastIndex((count) => count > 0) + 1
    return { counts: counts.slice(0, used), sumMs: this.next() }
  }
}

function placesOf(words: Words): Pick<Alike, 'length' | 'merges'> {
  const reader = new NumberReader([])
  readFigures(words, reader, 0)
  return { length: reader.length, merges: reader.merges }
}

function figuresIn(words: Words, numbers: readonly number[], portals: number): ReportFigures {
  return readFigures(words, new NumberReader(numbers), portals)
}

function readFigures(words: Words, reader: NumberReader, portals: number): ReportFigures {
  const [, state, problem, [explained, refreshes, refused], lanes] = words
  // The members of a literal are evaluated in their order, which is that of `numbersOf`.
  return {
    portals,
    state,
    problem,
    reportedAt: reader.time(earlier),
    head: reader.next(),
    log: {
      entries: reader.next(),
      reconciled: reader.next(),
      thin: reader.next(),
      quarantined: reader.next(),
    },
    tally: {
      accepted: reader.next(),
      quarantined: reader.next(),
      reconciled: reader.next(),
      drained: reader.next(),
      explained: reader.counts(explained),
      refreshes: reader.counts(refreshes),
      edge: {
        refused: reader.counts(refused),
        spilled: reader.next(),
        acknowledged: reader.latencies(ACKNOWLEDGEMENT_BOUNDS_MS),
      },
    },
    lanes: lanes.map((lane) => readLane(lane, reader)),
  }
}

function readLane([destination, state, last]: LaneWords, reader: NumberReader): LaneReport {
  const backlog = reader.next()
  const parked = reader.next()
  const oldestWaitingAt = reader.time(earlier) || null
  const at = reader.time(later)
  return {
    destination,
    state,
    backlog,
    parked,
    oldestWaitingAt,
    tally: {
      delivered: reader.next(),
      parked: reader.next(),
      attempts: {
        delivered: reader.next(),
        unreachable: reader.next(),
        rejected: reader.next(),
      },
      latencies: reader.latencies(DELIVERY_BOUNDS_MS),
    },
    lastOutcome: last && { ...last, at },
  }
}
