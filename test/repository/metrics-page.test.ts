/** docs/metrics.md names every metric with its type and its labels, every alert, and no other. */
import { describe, expect, it } from 'vitest'
import alerts from '../../ops/alerts.yml?raw'
import page from '../../docs/metrics.md?raw'
import { metricsOf } from '../../src/core/metrics/metrics.ts'
import { SOME_SUMS } from '../support/builders/some-sums.ts'
import { NOW } from '../support/time.ts'

const FAMILIES = metricsOf({
  ...SOME_SUMS,
  destinations: ['erp'],
  words: { refusals: ['untrusted'], refreshes: ['unreachable'] },
  version: 'v-1',
  now: NOW,
})

/** The rows of the table behind a heading, cell by cell. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^\| (`.*) \|$/gmu)].map(([, cells = '']) => cells.split(' | '))
}

function wordsIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`(\w+)`/gu)].map(([, word = '']) => word)
}

describe('docs/metrics.md', () => {
  it('names every metric with its type and its labels, in the order of the answer', () => {
    const told = rowsBelow('The metrics').map(([name = '', type = '', , labels = '']) => ({
      name: `bitrix24_relay_${wordsIn(name)[0]}`,
      type,
      labels: wordsIn(labels),
    }))
    const given = FAMILIES.map(({ name, type, samples }) => ({
      name,
      type,
      labels: Object.keys(samples[0]?.labels ?? {}),
    }))
    expect(told).toEqual(given)
  })

  it('says of each metric its unit, where it is counted, and what it is', () => {
    for (const row of rowsBelow('The metrics')) {
      expect(row).toHaveLength(6)
      expect(['report', 'edge', 'edge now']).toContain(row[4])
      expect(row[0]?.includes('_seconds')).toBe(row[2] === 'seconds')
      expect(row[2]).not.toBe('')
    }
  })

  it('names every alert once, and says what to do', () => {
    const told = rowsBelow('What to alert on').map(([name = '']) => wordsIn(name)[0])
    expect(told).toEqual([...alerts.matchAll(/- alert: (\w+)/gu)].map(([, name]) => name))
  })

  it('says how many lines there are', () => {
    const lines = (destinations: readonly string[]) =>
      metricsOf({
        ...SOME_SUMS,
        past: { ...SOME_SUMS.past, destinations: {} },
        destinations,
        words: WORDS,
        version: 'v',
        now: NOW,
      })
        .flatMap((family) =>
          family.samples.map(() => (family.type === 'histogram' ? family.bounds.length + 3 : 1)),
        )
        .reduce((sum, count) => sum + count, 0)
    const [, all = 0, each = 0] =
      /about (\d+) lines, and about (\d+) more for each/u.exec(page) ?? []
    const perDestination = lines(['erp', 'other']) - lines(['erp'])
    expect(Math.abs(perDestination - Number(each))).toBeLessThanOrEqual(5)
    expect(Math.abs(lines(['erp']) - perDestination - Number(all))).toBeLessThanOrEqual(15)
  })
})

/** As many words as the route gives. */
const WORDS = {
  refusals: Array.from({ length: 34 }, (_, n) => `refusal_${n}`),
  refreshes: Array.from({ length: 12 }, (_, n) => `refresh_${n}`),
}
