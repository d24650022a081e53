/** The pages of one event, and of the parked ones, over a real object. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PageScenario } from '../../../support/scenarios/page-scenario.ts'

let scenario: PageScenario

beforeEach(async () => {
  scenario = await PageScenario.start()
  scenario.receiver('erp').failsOnce({ 2: 422 })
})

afterEach(() => scenario.close())

it('an event shows its fate with the status of the answer', async () => {
  await scenario.relay.passesOn(2)
  const html = await (await scenario.asks('/events/2')).text()
  expect(html).toContain('HTTP status 422')
  expect(html).toContain('The receiver refused it (http_422).')
})

it.each(['/events/9', '/events/0', '/events/x', '/events/1e1'])('%s has no page', async (path) => {
  await scenario.relay.passesOn(2)
  expect((await scenario.asks(path)).status).toBe(404)
})

it('parked events and quarantined ones have a page', async () => {
  await scenario.relay.passesOn(2)
  const html = await (await scenario.asks('/parked')).text()
  expect(html).toContain('erp: 1 parked event')
  expect(html).toContain('No event is quarantined.')
})

it('a portal that is not known has none of them', async () => {
  for (const path of ['/events/1', '/parked']) expect((await scenario.asks(path)).status).toBe(404)
})

it('an event shows the message as it would be made now', async () => {
  await scenario.relay.passesOn(2)
  const html = await (await scenario.asks('/events/1?preview=erp')).text()
  expect(html).toContain('It is no copy of what was sent.')
  expect(html).toContain(`webhook-id: ${scenario.memberId}-1`)
  expect(await (await scenario.asks('/events/1?preview=other')).text()).not.toContain(
    'It is no copy',
  )
})
