/** What a replay would send is told before it is asked for. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { replayView } from '../../../src/portal/views/replay-view.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

it('shows the events of a range, and changes nothing', async () => {
  await scenario.relay.passesOn(4)
  const view = await scenario.object.replayList('erp', { kind: 'range', from: 2, to: 99 })
  const shown = [2, 3, 4].map((sequence) => ({ sequence, fates: { erp: { state: 'delivered' } } }))
  expect(view).toMatchObject({ ok: true, value: { count: 3, events: shown } })
  expect((await scenario.lane('erp')).replaying).toBe(0)
})

it('shows the first fifty of many', async () => {
  await scenario.relay.passesOn(60)
  const view = await scenario.object.replayList('erp', { kind: 'range', from: 1, to: 60 })
  expect(view).toMatchObject({ ok: true, value: { count: 60 } })
  expect(view.ok && view.value.events).toHaveLength(50)
})

it('shows what is parked', async () => {
  scenario.receiver('erp').failsOnce({ 1: 422, 3: 422 })
  await scenario.relay.passesOn(4)
  const view = await scenario.object.replayList('erp', { kind: 'parked' })
  expect(view).toMatchObject({
    ok: true,
    value: { count: 2, events: [{ sequence: 1 }, { sequence: 3 }] },
  })
})

it('says why nothing can be sent', () => {
  const control = { list: () => ({ ok: false, error: 'unknown_lane' }) as const }
  // Sound: nothing else is read then.
  const parts = { control } as unknown as Parameters<typeof replayView>[0]
  expect(replayView(parts, 'erp', { kind: 'parked' })).toEqual({ ok: false, error: 'unknown_lane' })
})
