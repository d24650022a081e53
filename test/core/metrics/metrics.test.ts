/** What the metrics say of the sums over all portals. */
import { describe, expect, it } from 'vitest'
import { formatExposition } from '../../../src/core/metrics/exposition.ts'
import { metricsOf, type MetricTerms } from '../../../src/core/metrics/metrics.ts'
import { NO_PAST } from '../../../src/core/reports/past-tallies.ts'
import { NO_TOTALS } from '../../../src/core/reports/report-totals.ts'
import { SOME_SUMS } from '../../support/builders/some-sums.ts'
import { readMetrics, valueIn } from '../../support/messages/read-metrics.ts'
import { NOW } from '../../support/time.ts'

const TERMS: MetricTerms = {
  ...SOME_SUMS,
  destinations: ['erp', 'new'],
  words: { refusals: ['untrusted', 'malformed_body'], refreshes: ['unreachable'] },
  version: 'v-1',
  now: NOW,
}

function textOf(changes: Partial<MetricTerms> = {}): string {
  return formatExposition(metricsOf({ ...TERMS, ...changes }))
}

function value(name: string, labels: Readonly<Record<string, string>> = {}): number | null {
  return valueIn(textOf(), `bitrix24_relay_${name}`, labels)
}

describe('metricsOf()', () => {
  it('counts portals that are there and those that ended together', () => {
    expect(value('events_accepted_total')).toBe(1024)
    expect(value('events_delivered_total', { destination: 'erp' })).toBe(808)
    expect(value('events_delivered_total', { destination: 'former' })).toBe(1)
    expect(value('requests_refused_total', { reason: 'untrusted' })).toBe(23)
    expect(value('requests_refused_total', { reason: 'too_many_requests' })).toBe(1)
  })

  it('has a zero for whatever can be counted, so that the first one is seen', () => {
    expect(value('requests_refused_total', { reason: 'malformed_body' })).toBe(0)
    expect(value('events_delivered_total', { destination: 'new' })).toBe(0)
    expect(value('delivery_attempts_total', { destination: 'new', outcome: 'rejected' })).toBe(0)
    expect(value('events_explained_total', { outcome: 'not_found' })).toBe(0)
    expect(value('portals', { state: 'suspended' })).toBe(0)
    expect(value('oldest_waiting_seconds', { destination: 'new' })).toBe(0)
  })

  it('tells ages in seconds, and none that is negative', () => {
    expect(value('oldest_waiting_seconds', { destination: 'erp' })).toBe(90)
    expect(value('oldest_report_age_seconds')).toBe(3600)
    const early = textOf({ now: NOW - 7_200_000 })
    expect(valueIn(early, 'bitrix24_relay_oldest_report_age_seconds')).toBe(0)
  })

  it('tells latencies in seconds', () => {
    const erp = { destination: 'erp' }
    expect(value('delivery_seconds_bucket', { ...erp, le: '0.25' })).toBe(700)
    expect(value('delivery_seconds_bucket', { ...erp, le: '86400' })).toBe(780)
    expect(value('delivery_seconds_bucket', { ...erp, le: '+Inf' })).toBe(800)
    expect(value('delivery_seconds_sum', erp)).toBe(2000)
    expect(value('acknowledgement_seconds_count')).toBe(901)
    expect(value('acknowledgement_seconds_sum')).toBe(9)
  })

  it('has no label for a portal, and names nobody', () => {
    const labels = [...readMetrics(textOf()).values()].flatMap(({ metrics }) =>
      metrics.flatMap((metric) => Object.keys(metric.labels ?? {})),
    )
    const known = ['version', 'state', 'problem', 'kind', 'reason', 'outcome', 'destination']
    expect([...new Set(labels)].toSorted()).toEqual(known.toSorted())
  })

  it('shows words that another version has counted, and nothing else that a damaged row holds', () => {
    const explained = { complete: 1, newly_known: 2, 'a"b': 3, ['x'.repeat(50)]: 4 }
    const tally = { ...SOME_SUMS.totals.tally, explained }
    const text = textOf({ totals: { ...SOME_SUMS.totals, tally } })
    const name = 'bitrix24_relay_events_explained_total'
    expect(valueIn(text, name, { outcome: 'newly_known' })).toBe(2)
    expect(readMetrics(text).get(name)?.metrics).toHaveLength(10)
  })

  it('tells a relay that has no portal yet', () => {
    const text = textOf({ totals: NO_TOTALS, past: NO_PAST, destinations: [] })
    expect(valueIn(text, 'bitrix24_relay_events_accepted_total')).toBe(0)
    expect(valueIn(text, 'bitrix24_relay_info', { version: 'v-1' })).toBe(1)
  })
})
