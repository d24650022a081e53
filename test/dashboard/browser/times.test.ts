/** Times on a page, without a browser: only what the functions ask a page for. */
import { expect, test } from 'vitest'
import { tellDistances, tellTimes } from '../../../src/dashboard/browser/times.ts'

const AT = '2026-03-01T12:00:00.000Z'

/** A part of a page with one time. */
function partWith(time: { dateTime: string; textContent: string; title: string }) {
  const asked: string[] = []
  const querySelectorAll = (selector: string) => {
    asked.push(selector)
    return [time]
  }
  // Sound: the functions ask for nothing else.
  return { asked, part: { querySelectorAll } as unknown as Document }
}

test('a time in UTC moves into the title, and the local one takes its place', () => {
  const time = { dateTime: AT, textContent: '2026-03-01 12:00:00 UTC', title: '' }
  const { part, asked } = partWith(time)
  tellTimes(part)
  expect(asked).toEqual(['time:not(.distance)'])
  expect(time.title).toBe('2026-03-01 12:00:00 UTC')
  expect(time.textContent).toBe(new Date(AT).toLocaleString())
})

test('a distance is written by the clock that is handed in', () => {
  const time = { dateTime: AT, textContent: '0 s ago', title: '' }
  const { part } = partWith(time)
  tellDistances(part, Date.parse(AT) + 61_000)
  expect(time.textContent).toBe('1 min ago')
})
