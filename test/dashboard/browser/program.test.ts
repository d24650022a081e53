/** The text that a page carries runs by itself. `test/browser` runs it in a real browser, with all that it does there. */
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { SCRIPT } from '../../../src/dashboard/frame/script.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')

test('it tells distances by the clock of the Worker, and forgets what an act has said', () => {
  const time = { dateTime: '2026-03-01T11:59:00.000Z', textContent: '' }
  const replaced: string[] = []
  class WorkerDate extends Date {
    // The clock of the reader is an hour ahead of the Worker's.
    static override now = (): number => NOW + 3_600_000
  }
  runInNewContext(SCRIPT, {
    Date: WorkerDate,
    URL,
    location: { href: 'https://relay.example.com/admin?said=paused&q=acme' },
    history: { replaceState: (_: null, __: string, address: URL) => replaced.push(address.href) },
    setInterval: () => 0,
    document: {
      getElementById: (id: string) => (id === 'content' ? { dataset: { now: NOW } } : null),
      querySelectorAll: (selector: string) => (selector === 'time.distance' ? [time] : []),
      addEventListener: () => {},
    },
  })
  expect(time.textContent).toBe('1 min ago')
  expect(replaced).toEqual(['https://relay.example.com/admin?q=acme'])
})
