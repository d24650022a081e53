/** What an alarm does once the next one stands: everything that is due, and nothing waits for KV. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { aDefinition, ReadingScenario } from '../../support/scenarios/reading-scenario.ts'
import { until } from '../../support/until.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** From now on the object has a record to write to KV, and this is what KV does with it. */
async function mirrorsTo(save: () => Promise<void>): Promise<void> {
  scenario.settings = {
    ...scenario.settings,
    // Sound: the object uses nothing else of it here.
    installStore: { save } as unknown as NonNullable<typeof scenario.settings.installStore>,
  }
  await scenario.relay.restarts()
  await scenario.rows(`UPDATE install SET install = json_set(install, '$.kvDirty', json('true'))`)
  await scenario.relay.restarts()
  await scenario.object.view()
}

describe('an alarm', () => {
  it('goes on without pending installs whose row was damaged', async () => {
    await scenario.relay.comesToRest()
    await scenario.rows('INSERT INTO pending (id, pending) VALUES (1, ?)', '{"sealed":7}')
    await scenario.relay.restarts()
    await scenario.relay.passesOn()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
  })

  it('does not throw for a KV that fails, and repeats the write within a minute', async () => {
    await mirrorsTo(() => Promise.reject(new Error('KV is away')))
    expect(await scenario.time.alarmIn()).toBe(0)
    expect(await scenario.time.alarmFires()).toBe(true)
    expect(await scenario.time.alarmIn()).toBe(MINUTE_MS)
  })

  it('goes on and ends while KV does not answer', async () => {
    await mirrorsTo(() => new Promise(() => {}))
    expect(await scenario.time.alarmIn()).toBe(0)
    expect(await scenario.time.alarmFires()).toBe(true)
    await scenario.relay.passesOn()
    expect(scenario.receiver('erp').sequences()).toEqual([1])
  })
})

describe('an alarm of a portal whose storage has refused an enrichment', () => {
  it('lets the event go once storage takes it: nothing else would', async () => {
    const reading = new ReadingScenario()
    reading.rest.fields.set(235, aDefinition())
    await reading.portal.becomesKnown()
    reading.portalSays(async () => {
      await reading.time.clock.sleep(1000)
      return null
    })
    await reading.changed()
    const accept = await reading.storageRefuses()
    await reading.time.passesWithoutAlarm('1 s')
    await until(() => reading.lines.some((line) => line.includes('fields_failed')))
    await reading.time.passesWithoutAlarm('3 s')
    await accept()
    await reading.time.passesWithoutAlarm('50 s')
    expect(reading.bodies()).toEqual([])
    await reading.time.passes('10 s')
    await until(() => reading.bodies().length === 1)
    expect(reading.told()).toMatchObject([{ sequence: 1, enrichment: 'complete' }])
    await reading.close()
  })
})
