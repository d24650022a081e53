/** G10: an event, a receiver or a walk that fails by a bug cannot stop a lane for good. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { Destination } from '../../../src/destinations/settings/destination.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { configured, machine } from '../../support/builders/entries.ts'
import { until } from '../../support/until.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** A destination of our own making, to test what no real receiver does. */
function withType(name: string, type: Partial<NonNullable<Destination['type']>>): Destination {
  const [real] = configured([machine(name)])
  if (real?.type == null) throw new Error('Cannot configure the destination')
  return { ...real, type: { ...real.type, ...type } }
}

it('a layout that throws parks the event with the reason, and the lane goes on', async () => {
  const [real] = configured([machine('erp')])
  const type = withType('erp', {
    create: (settings, policy) => {
      const made = real?.type?.create(settings, policy)
      if (made?.ok !== true) throw new Error('Cannot open the destination')
      return {
        ok: true,
        value: {
          ...made.value,
          prepare: (parcel, terms) => {
            if (parcel.deliveries[0].sequence === 2) throw new Error('poison')
            return made.value.prepare(parcel, terms)
          },
        },
      }
    },
  })
  scenario.settings = { ...scenario.settings, destinations: [type] }
  await scenario.relay.restarts()
  await scenario.relay.passesOn(3)
  expect(scenario.receiver('erp').sequences()).toEqual([1, 3])
  expect(await scenario.fate('erp', 2)).toMatchObject({ state: 'parked', reason: 'cannot_render' })
})

// test/portal/log/rows/log-rows.test.ts has the table of rows that cannot be read.
it('a row whose event cannot be read is passed as quarantined', async () => {
  await scenario.portal.sends()
  await scenario.portal.sends({ event: '{"name":' })
  await scenario.relay.passesOn()
  expect(scenario.receiver('erp').sequences()).toEqual([1, 3])
  expect(await scenario.fate('erp', 2)).toMatchObject({ state: 'filtered', reason: 'quarantined' })
  expect(await scenario.object.event(2)).toMatchObject({
    event: 'UNREADABLE',
    quarantined: true,
    quarantineReason: 'unreadable_row',
  })
  expect((await scenario.object.view())?.quarantined).toBe(1)
})

it('a walk that fails rests a minute, delays no other lane and is tried again', async () => {
  await scenario.relay.deploys([machine('erp'), machine('other')])
  let isBroken = false
  const [erp, other] = configured([machine('erp'), machine('other')])
  if (erp === undefined || other === undefined) throw new Error('Cannot configure')
  const broken: Destination = {
    ...erp,
    get retryMs(): number {
      if (isBroken) throw new Error('a bug of ours')
      return erp.retryMs
    },
  }
  scenario.settings = { ...scenario.settings, destinations: [broken, other] }
  await scenario.relay.restarts()
  await scenario.object.view()
  isBroken = true
  await scenario.portal.sends()
  await until(() => scenario.logged.includes('lane_failed'))
  await until(async () => (await scenario.lane('other')).backlog === 0)
  expect(scenario.receiver('other').sequences()).toEqual([1])
  await scenario.time.alarmFires()
  expect(await scenario.time.alarmAt()).toBe(scenario.time.now() + MINUTE_MS)
  expect(scenario.logged.filter((event) => event === 'lane_failed')).toHaveLength(1)
  isBroken = false
  await scenario.time.passesToAlarm()
  await scenario.settled()
  expect(scenario.receiver('erp').sequences()).toEqual([1])
})
