import { expect, test } from 'vitest'
import {
  LanePicture,
  LaneScale,
  placeOf,
  spanOf,
} from '../../../../src/dashboard/pages/portal/lane-picture.tsx'
import { aLaneView } from '../../../support/builders/a-view.ts'

test('the newest event is at the right end, and every waiting event moves the cursor to the left', () => {
  const span = spanOf([{ backlog: 100_000 }])
  const places = [0, 1, 10, 1000, 100_000, span].map((distance) => placeOf(distance, span))
  expect(places[0]).toBe(100)
  expect(places.at(-1)).toBe(0)
  expect(places).toEqual(places.toSorted((one, other) => other - one))
  // One waiting event can be seen beside a hundred thousand.
  expect(100 - (places[1] ?? 0)).toBeGreaterThan(5)
})

test('a picture says in words what it shows', () => {
  const picture = (backlog: number) =>
    String(LanePicture({ lane: aLaneView({ backlog, cursor: 42 - backlog }), head: 42, span: 20 }))
  expect(picture(0)).toContain('role="img" aria-label="erp stands at event 42 of 42: none waits"')
  expect(picture(2)).toContain('aria-label="erp stands at event 40 of 42: 2 events wait"')
  expect(picture(0)).not.toContain('class="waiting"')
  expect(picture(2)).toContain('class="waiting"')
})

test('the scale names distances up to the left end', () => {
  const text = String(LaneScale({ head: 5000, span: spanOf([{ backlog: 900 }]) }))
  expect([...text.matchAll(/>([^<]+)<\/text>/g)].map(([, words]) => words)).toEqual([
    '−10',
    '−100',
    '−1,000',
    'event 5000',
  ])
})
