/** The text of metrics, as a parser reads it that is not ours. */
import { expect, it } from 'vitest'
import { formatExposition, type MetricFamily } from '../../../src/core/metrics/exposition.ts'
import { readMetrics, valueIn } from '../../support/messages/read-metrics.ts'

const FAMILIES: readonly MetricFamily[] = [
  {
    name: 'a_total',
    help: 'Things.',
    type: 'counter',
    samples: [
      { labels: {}, value: 3 },
      { labels: { word: 'a "quoted" \\ back\nslash' }, value: 0.5 },
    ],
  },
  { name: 'none', help: 'Nothing yet.', type: 'gauge', samples: [] },
  {
    name: 'took_seconds',
    help: 'Times.',
    type: 'histogram',
    bounds: [0.5, 1],
    samples: [
      { labels: { of: 'one' }, counts: [2, 1, 4], sum: 12.5 },
      { labels: { of: 'other' }, counts: [1], sum: 0.1 },
    ],
  },
]

it('formatExposition() writes counters, gauges and histograms, whose buckets count what is below them too', () => {
  const text = formatExposition(FAMILIES)
  const read = readMetrics(text)
  expect(read.get('a_total')).toEqual({
    name: 'a_total',
    help: 'Things.',
    type: 'COUNTER',
    metrics: [{ value: '3' }, { value: '0.5', labels: { word: 'a "quoted" \\ back\nslash' } }],
  })
  expect(read.get('took_seconds')).toMatchObject({ type: 'HISTOGRAM' })
  const lines = [
    ['took_seconds_bucket', { of: 'one', le: '0.5' }, 2],
    ['took_seconds_bucket', { of: 'one', le: '1' }, 3],
    ['took_seconds_bucket', { of: 'one', le: '+Inf' }, 7],
    ['took_seconds_sum', { of: 'one' }, 12.5],
    ['took_seconds_count', { of: 'one' }, 7],
    ['took_seconds_bucket', { of: 'other', le: '1' }, 1],
    ['took_seconds_count', { of: 'other' }, 1],
  ] as const
  for (const [name, labels, value] of lines) expect(valueIn(text, name, labels)).toBe(value)
})

it('formatExposition() writes a histogram that the parser reads as one', () => {
  const [took] = FAMILIES.filter(({ type }) => type === 'histogram')
  const alone = { ...took, samples: [{ labels: {}, counts: [2, 1, 4], sum: 12.5 }] }
  // Sound: it is the histogram from above, with one distribution.
  const text = formatExposition([alone as MetricFamily])
  expect(readMetrics(text).get('took_seconds')?.metrics).toEqual([
    { buckets: { '0.5': '2', '1': '3', '+Inf': '7' }, sum: '12.5', count: '7' },
  ])
})

it('formatExposition() ends each line, the last one too, and names a metric without values', () => {
  const text = formatExposition(FAMILIES)
  expect(text.endsWith('\n')).toBe(true)
  expect(text).toContain('# HELP none Nothing yet.\n# TYPE none gauge\n')
})
