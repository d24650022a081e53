import { expect, test } from 'vitest'
import { Distance, Time } from '../../../src/dashboard/parts/time.tsx'
import { aPage } from '../../support/builders/a-page.ts'
import { ago } from '../../support/builders/a-view.ts'

test('a time stands in UTC, for the script to put it into the zone of the reader', () => {
  expect(String(Time({ at: '2026-03-01T12:00:05.123Z' }))).toBe(
    '<time datetime="2026-03-01T12:00:05.123Z">2026-03-01 12:00:05 UTC</time>',
  )
  expect(String(Time({ at: null }))).toBe('<span>–</span>')
})

test('a distance counts from the time of the page', () => {
  expect(String(Distance({ at: ago(120_000), terms: aPage() }))).toContain('>2 min ago</time>')
})
