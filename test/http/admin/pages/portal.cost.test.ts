/** What a page that is watched costs in rows and calls (docs/dashboard.md, "What a watched page costs"). */
import { expect, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../../src/core/durations.ts'
import { waitBeforeLook } from '../../../../src/dashboard/browser/pace.ts'
import { pageTest, type PageScenario } from '../../../support/scenarios/page-scenario.ts'

/** A page whose portal has passed five events on, and rests. */
const it = pageTest.extend('rested', async ({ scenario }) => {
  for (let events = 0; events < 5; events += 1) await scenario.relay.passesOn()
  await scenario.relay.comesToRest()
  return scenario
})

/** The rows that the object reads and writes while the work is done. */
async function rowsOf(
  scenario: PageScenario,
  work: () => Promise<Response>,
): Promise<{ read: number; written: number }> {
  const rows = { read: 0, written: 0 }
  let restore = () => {}
  await scenario.inside(({ storage }) => {
    const exec = storage.sql.exec.bind(storage.sql)
    const spy = vi.spyOn(storage.sql, 'exec').mockImplementation((query, ...bindings) => {
      const cursor = exec(query, ...bindings)
      const found = cursor.toArray()
      rows.read += cursor.rowsRead
      rows.written += cursor.rowsWritten
      // Sound: the stores of the object use nothing else of a cursor.
      return { toArray: () => found } as ReturnType<typeof exec>
    })
    restore = () => spy.mockRestore()
  })
  expect((await work()).status).toBe(200)
  await scenario.inside(() => restore())
  return rows
}

/** How often a page that is seen asks for the stamp in an hour in which something happens so often. */
function looksInAnHour(everyMs: number): number {
  let looks = 0
  for (let at = 0, changedAt = 0; ; looks += 1) {
    const wait = waitBeforeLook(at - changedAt)
    if (wait === null || at + wait > HOUR_MS) return looks
    at += wait
    if (Math.floor(at / everyMs) > Math.floor(changedAt / everyMs)) changedAt = at
  }
}

it('a look at the stamp reads and writes no row', async ({ rested: scenario }) => {
  expect(await rowsOf(scenario, () => scenario.asks('/stamp'))).toEqual({ read: 0, written: 0 })
})

it('a renewal reads some rows, and a load those of its plots as well; none writes any', async ({
  rested: scenario,
}) => {
  const headers = { 'x-renewal': '1' }
  const renewal = await rowsOf(scenario, () =>
    scenario.browser.asks(`/admin/portals/${scenario.memberId}`, { headers }),
  )
  const load = await rowsOf(scenario, () => scenario.asks())
  expect(renewal.written + load.written).toBe(0)
  expect(renewal.read).toBeGreaterThan(0)
  expect(renewal.read).toBeLessThanOrEqual(60)
  // Each hour with events costs a few looks at the log, and one without them one at most.
  expect(load.read).toBeGreaterThan(renewal.read)
  expect(load.read - renewal.read).toBeLessThanOrEqual(60)
})

it('an hour of watching asks so often', () => {
  expect(looksInAnHour(Infinity)).toBe(119)
  expect(looksInAnHour(10 * MINUTE_MS)).toBe(588)
  expect(looksInAnHour(MINUTE_MS)).toBe(1800)
})
