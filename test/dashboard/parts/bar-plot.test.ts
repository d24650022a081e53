import { expect, test } from 'vitest'
import { BarPlot } from '../../../src/dashboard/parts/bar-plot.tsx'
import { contentOf } from '../../support/builders/a-page.ts'

test('a bar is as high as its share, can be seen when it is small, and has none for zero', async () => {
  const bars = [1, 0.001, 0, 7].map((height) => ({ height, inner: null, title: `${height}` }))
  const content = BarPlot({ label: 'Numbers', tone: 'received', bars })
  const html = await contentOf({ title: '', content })
  const heights = [
    ...html.matchAll(/class="bar" x="(\d+)" y="[\d.]+" width="8" height="([\d.]+)"/g),
  ]
  expect(heights.map(([, x, height]) => [x, height])).toEqual([
    ['1', '60'],
    ['11', '2'],
    ['31', '60'],
  ])
})

test('the inner part stands on the ground of its bar', async () => {
  const bars = [{ height: 0.5, inner: 0.25, title: '' }]
  const html = await contentOf({ title: '', content: BarPlot({ label: '', tone: 'delay', bars }) })
  expect(html).toContain('class="inner" x="1" y="45" width="8" height="15"')
})
