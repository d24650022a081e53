/**
 * The metrics of the relay: what `GET /metrics` tells, from the sums over all portals. No metric has a label for the
 * portal, and the values of every label are few: words of this program, and the names of destinations. Pure.
 */
import { PORTAL_STATUSES } from '../access/portal-status.ts'
import { SECOND_MS } from '../durations.ts'
import { NO_TALLY, type LaneTally } from '../lanes/state/tally.ts'
import { THIN_REASONS } from '../log/event.ts'
import { LANE_WORDS } from '../reports/lane-report.ts'
import type { PastTallies } from '../reports/past-tallies.ts'
import { PROBLEM_REASONS } from '../reports/problem.ts'
import { NO_LANES, type DestinationTotals, type ReportTotals } from '../reports/report-totals.ts'
import type { Counts } from '../tallies/edge-tally.ts'
import {
  ACKNOWLEDGEMENT_BOUNDS_MS,
  DELIVERY_BOUNDS_MS,
  type Latencies,
} from '../tallies/latencies.ts'
import { sumNumbers } from '../tallies/merge-numbers.ts'
import type { TallySums } from '../tallies/portal-tally.ts'
import type { HistogramSample, MetricFamily, Sample } from './exposition.ts'

/** The beginning of every name. */
const PREFIX = 'bitrix24_relay_'

/** Everything from which the metrics follow. */
export interface MetricTerms {
  readonly totals: ReportTotals
  readonly past: PastTallies
  /** The configured destinations: each has its metrics from the beginning. */
  readonly destinations: readonly string[]
  /** The words of refusals and of refreshes, which have their metrics from the beginning too. */
  readonly words: { readonly refusals: readonly string[]; readonly refreshes: readonly string[] }
  readonly version: string
  /** Unix milliseconds. */
  readonly now: number
}

/** A destination with what its lanes have counted, those included that are gone. */
interface NamedDestination {
  readonly destination: string
  readonly totals: DestinationTotals
  readonly tally: LaneTally
}

/** All metrics. */
export function metricsOf(terms: MetricTerms): readonly MetricFamily[] {
  const tally = sumNumbers<TallySums>(terms.totals.tally, terms.past.portals)
  const destinations = namedDestinations(terms)
  return [
    ...relayMetrics(terms),
    ...receiptMetrics(tally, terms),
    ...readingMetrics(tally, terms),
    ...waitingMetrics(destinations, terms.now),
    ...deliveryMetrics(destinations),
  ]
}

function relayMetrics({ totals, version, now }: MetricTerms): readonly MetricFamily[] {
  const { portals, problems, log, oldestReportAt } = totals
  const { reconciled, thin, quarantined } = log
  return [
    gauge('info', 'The version that answers, in a label.', [{ labels: { version }, value: 1 }]),
    gauge('portals', 'Portals by their state.', byWord('state', portals, PORTAL_STATUSES)),
    gauge(
      'portal_problems',
      'Portals by the problem that should be mended first.',
      byWord('problem', problems, PROBLEM_REASONS),
    ),
    gauge(
      'oldest_report_age_seconds',
      'Age of the oldest report of a portal: no number of this page is older.',
      one(oldestReportAt === null ? 0 : secondsSince(oldestReportAt, now)),
    ),
    gauge(
      'log_events',
      'Events that the logs hold now, by kind; all counts each of them.',
      byWord('kind', { all: log.entries, reconciled, thin, quarantined }, []),
    ),
  ]
}

function receiptMetrics(tally: TallySums, { words }: MetricTerms): readonly MetricFamily[] {
  const { accepted, quarantined, drained, edge } = tally
  return [
    counter('events_accepted_total', 'Events of portals that were stored.', one(accepted)),
    counter(
      'events_quarantined_total',
      'Stored events that were authentic and not understood.',
      one(quarantined),
    ),
    counter(
      'requests_refused_total',
      'Requests of Bitrix24 that were refused, by reason.',
      byWord('reason', edge.refused, words.refusals),
    ),
    counter('requests_spilled_total', 'Requests that went to the spill.', one(edge.spilled)),
    counter('requests_drained_total', 'Events that came out of the spill.', one(drained)),
    {
      name: `${PREFIX}acknowledgement_seconds`,
      help: 'Time from the arrival of an event to its acknowledgement.',
      type: 'histogram',
      bounds: ACKNOWLEDGEMENT_BOUNDS_MS.map(inSeconds),
      samples: [distribution({}, edge.acknowledged)],
    },
  ]
}

function readingMetrics(tally: TallySums, { words }: MetricTerms): readonly MetricFamily[] {
  const { reconciled, explained, refreshes } = tally
  return [
    counter(
      'events_reconciled_total',
      'Events that no portal sent: a comparison has found their change.',
      one(reconciled),
    ),
    counter(
      'events_explained_total',
      'Events that were read up in their portal, by outcome: complete, or why they are thin.',
      byWord('outcome', explained, ['complete', ...THIN_REASONS]),
    ),
    counter(
      'token_refreshes_total',
      'Refreshes of tokens, by outcome.',
      byWord('outcome', refreshes, ['refreshed', ...words.refreshes]),
    ),
  ]
}

function waitingMetrics(
  destinations: readonly NamedDestination[],
  now: number,
): readonly MetricFamily[] {
  return [
    gauge(
      'lanes',
      'Lanes by destination and state; each portal has one for each of its destinations.',
      destinations.flatMap(({ destination, totals }) =>
        LANE_WORDS.map((state) => ({ labels: { destination, state }, value: totals.lanes[state] })),
      ),
    ),
    gauge(
      'backlog_events',
      'Events that wait for a destination.',
      byDestination(destinations, ({ totals }) => totals.backlog),
    ),
    gauge(
      'parked_events',
      'Events that are parked now.',
      byDestination(destinations, ({ totals }) => totals.parked),
    ),
    gauge(
      'oldest_waiting_seconds',
      'Age of the event that has waited longest for a destination; 0 when none waits.',
      byDestination(destinations, ({ totals: { oldestWaitingAt } }) =>
        oldestWaitingAt === null ? 0 : secondsSince(oldestWaitingAt, now),
      ),
    ),
  ]
}

function deliveryMetrics(destinations: readonly NamedDestination[]): readonly MetricFamily[] {
  return [
    counter(
      'events_delivered_total',
      'Events that a destination has taken, replays included.',
      byDestination(destinations, ({ tally }) => tally.delivered),
    ),
    counter(
      'events_parked_total',
      'Events that were parked, those included that were replayed later.',
      byDestination(destinations, ({ tally }) => tally.parked),
    ),
    counter(
      'delivery_attempts_total',
      'Attempts to deliver, by outcome; one message may tell several events.',
      destinations.flatMap(({ destination, tally: { attempts } }) =>
        Object.entries(attempts).map(([outcome, value]) => ({
          labels: { destination, outcome },
          value,
        })),
      ),
    ),
    {
      name: `${PREFIX}delivery_seconds`,
      help: 'Time from the receipt of an event to its delivery, replays left out.',
      type: 'histogram',
      bounds: DELIVERY_BOUNDS_MS.map(inSeconds),
      samples: destinations.map(({ destination, tally }) =>
        distribution({ destination }, tally.latencies),
      ),
    },
  ]
}

function byDestination(
  destinations: readonly NamedDestination[],
  valueOf: (named: NamedDestination) => number,
): readonly Sample[] {
  return destinations.map((named) => ({
    labels: { destination: named.destination },
    value: valueOf(named),
  }))
}

/** The configured destinations first, then those of lanes that are left, and those of which only counters are left. */
function namedDestinations({
  totals,
  past,
  destinations,
}: MetricTerms): readonly NamedDestination[] {
  const present = new Map(Object.entries(totals.destinations))
  const ended = new Map(Object.entries(past.destinations))
  const names = new Set([...destinations, ...present.keys(), ...ended.keys()])
  return [...names].map((destination) => {
    const sums = present.get(destination) ?? NO_LANES
    const tally = sumNumbers(sums.tally, ended.get(destination) ?? NO_TALLY)
    return { destination, totals: sums, tally }
  })
}

/** The samples of known words, then of those that another version has counted. */
function byWord(label: string, counts: Counts, known: readonly string[]): readonly Sample[] {
  const words = new Set([...known, ...Object.keys(counts).filter(isWord)])
  return [...words].map((word) => ({ labels: { [label]: word }, value: counts[word] ?? 0 }))
}

/** Words are stable names of this program; a damaged row may hold anything else. */
function isWord(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,39}$/u.test(text)
}

function one(value: number): readonly Sample[] {
  return [{ labels: {}, value }]
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `${PREFIX}${name}`, help, type: 'gauge', samples }
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `${PREFIX}${name}`, help, type: 'counter', samples }
}

function distribution(
  labels: HistogramSample['labels'],
  { counts, sumMs }: Latencies,
): HistogramSample {
  return { labels, counts, sum: inSeconds(sumMs) }
}

function inSeconds(ms: number): number {
  return ms / SECOND_MS
}

/** The clocks of two machines may differ. A time after `now` counts as `now`. */
function secondsSince(at: number, now: number): number {
  return inSeconds(Math.max(0, now - at))
}
