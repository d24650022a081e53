import { parse } from 'parse5'
import { describe, expect, it } from 'vitest'
import { formatPlot, niceStep } from '../../bench/plot.ts'

const PLOT = {
  title: 'A & B',
  xLabel: 'portals',
  yLabel: 'events',
  xTicks: [
    [1, '1'],
    [100, '100'],
  ],
  series: [
    {
      name: 'relay',
      points: [
        [1, 0],
        [10, 50],
        [100, 100],
      ],
    },
    {
      name: '<bare>',
      points: [
        [1, 10],
        [10, 10],
        [100, 10],
      ],
    },
  ],
} as const

describe('formatPlot()', () => {
  const svg = formatPlot(PLOT)

  it('puts ten in the middle between one and a hundred, and fifty half as high as a hundred', () => {
    const [, first = ''] = /points="([^"]*)"/.exec(svg) ?? []
    const [one, ten, hundred] = first.split(' ').map((pair) => pair.split(',').map(Number))
    expect(ten?.[0]).toBeCloseTo(((one?.[0] ?? 0) + (hundred?.[0] ?? 0)) / 2)
    expect(ten?.[1]).toBeCloseTo(((one?.[1] ?? 0) + (hundred?.[1] ?? 0)) / 2)
    expect(hundred?.[1]).toBeLessThan(one?.[1] ?? 0)
  })

  it('draws a line and a dot for each point, and no markup of a name', () => {
    expect(svg.match(/<polyline/g)).toHaveLength(2)
    expect(svg.match(/<circle/g)).toHaveLength(6)
    expect(svg).toContain('&lt;bare>')
    expect(svg).toContain('A &amp; B')
    expect(parse(svg).childNodes.length).toBeGreaterThan(0)
  })
})

describe('niceStep()', () => {
  it.each([
    [6, 1],
    [7, 2],
    [23, 5],
    [100, 20],
    [1700, 500],
  ])('divides a height of %i by steps of %i', (height, step) => {
    expect(niceStep(height)).toBe(step)
  })
})
