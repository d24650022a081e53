/** The pages of one event, and of the parked ones, over a real object. */
import { expect } from 'vitest'
import { pageTest as it } from '../../../support/scenarios/page-scenario.ts'

it('an event shows its fate with the status of the answer', async ({ scenario }) => {
  scenario.receiver('erp').failsOnce({ 2: 422 })
  await scenario.relay.passesOn(2)
  const html = await (await scenario.asks('/events/2')).text()
  expect(html).toContain('HTTP status 422')
  expect(html).toContain('The receiver refused it (http_422).')
})

it('an event that is none has no page', async ({ scenario }) => {
  await scenario.relay.passesOn(2)
  for (const path of ['/events/9', '/events/0', '/events/x', '/events/1e1']) {
    expect((await scenario.asks(path)).status).toBe(404)
  }
})

it('parked events and quarantined ones have a page', async ({ scenario }) => {
  scenario.receiver('erp').failsOnce({ 2: 422 })
  await scenario.relay.passesOn(2)
  const html = await (await scenario.asks('/parked')).text()
  expect(html).toContain('erp: 1 parked event')
  expect(html).toContain('No event is quarantined.')
})

it('a portal that is not known has none of them', async ({ scenario }) => {
  for (const path of ['/events/1', '/parked']) expect((await scenario.asks(path)).status).toBe(404)
})

it('an event shows the message as it would be made now', async ({ scenario }) => {
  await scenario.relay.passesOn(2)
  const html = await (await scenario.asks('/events/1?preview=erp')).text()
  expect(html).toContain('It is no copy of what was sent.')
  expect(html).toContain(`webhook-id: ${scenario.memberId}-1`)
  expect(await (await scenario.asks('/events/1?preview=other')).text()).not.toContain(
    'It is no copy',
  )
})
