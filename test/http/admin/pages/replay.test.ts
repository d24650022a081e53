/** The page that asks before a replay, and the wishes that its forms stand for. */
import { expect } from 'vitest'
import { replayWishes } from '../../../../src/http/admin/pages/replay.ts'
import { pageTest as it } from '../../../support/scenarios/page-scenario.ts'

it.each([
  ['parked=true', [{ kind: 'parked' }]],
  ['from=2&to=9', [{ kind: 'range', from: 2, to: 9 }]],
  ['sequence=7', [{ kind: 'range', from: 7, to: 7 }]],
  [
    'sequence=9&sequence=4&sequence=5&sequence=6&sequence=5',
    [
      { kind: 'range', from: 4, to: 6 },
      { kind: 'range', from: 9, to: 9 },
    ],
  ],
  ['', null],
  ['from=2', null],
  ['from=9&to=2', null],
  ['from=0&to=2', null],
  ['from=1&to=2e3', null],
  ['sequence=4&sequence=x', null],
  ['parked=false', null],
])('the form "%s" wants %j', (form, wishes) => {
  expect(replayWishes(new URLSearchParams(form))).toEqual(wishes)
})

it('a dry run shows the events, and sends none', async ({ scenario }) => {
  await scenario.relay.passesOn(3)
  const path = `/admin/portals/${scenario.memberId}/lanes/erp/replay`
  const response = await scenario.browser.asks(`${path}?from=1&to=2`)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('2 events would be sent to erp')
  expect(scenario.receiver('erp').count).toBe(3)
  expect((await scenario.browser.asks(path)).status).toBe(200)
  expect(
    (await scenario.browser.asks(`/admin/portals/${scenario.memberId}/lanes/other/replay`)).status,
  ).toBe(404)
})
