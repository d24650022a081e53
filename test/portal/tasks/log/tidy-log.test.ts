/**
 * A log with a limit: the oldest events go before their time, and the lanes that had still to deliver them are named. A
 * dead receiver costs no other one an event (G4, G5).
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MIN_SEGMENT_EVENTS } from '../../../../src/core/log/segments.ts'
import { anEvent } from '../../../support/builders/a-delivery.ts'
import { oneTo } from '../../../support/builders/a-lane.ts'
import { machine } from '../../../support/builders/entries.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'

const LIMIT = 4_000_000

/** Some 20 KB when stored. */
const LARGE = { event: JSON.stringify(anEvent({ data: 'x'.repeat(20_000) })) }

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([machine('erp'), machine('dead')])
  scenario.settings = { ...scenario.settings, maxLogBytes: LIMIT }
  scenario.receiver('dead').answers(500)
})

afterEach(() => scenario.close())

async function sends(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    await Promise.all(oneTo(Math.min(10, count - sent)).map(() => scenario.portal.sends(LARGE)))
  }
}

async function storage() {
  const view = await scenario.object.view()
  if (view === null) throw new Error('Cannot view the portal as it is unknown')
  return view.storage
}

const early = () => scenario.logged.filter((event) => event === 'log_shortened').length

describe('a log that has reached MAX_LOG_BYTES', () => {
  it('loses its oldest events at the next alarm, which the lanes that had to deliver them count', async () => {
    await sends(300)
    await scenario.time.passesUntil(
      async () => (await scenario.lane('erp')).backlog === 0 && early() > 0,
    )
    const { bytes, maxBytes, crowdedOut, heldBy } = await storage()
    expect(maxBytes).toBe(LIMIT)
    expect(bytes).toBeLessThanOrEqual(LIMIT)
    expect(bytes).toBeGreaterThan(LIMIT / 2)
    expect(heldBy).toEqual(['dead'])
    const dead = await scenario.lane('dead')
    expect(dead).toMatchObject({ crowdedOut, expired: crowdedOut })
    expect(dead.backlog + crowdedOut).toBe(300)
    expect(scenario.receiver('erp').sequences()).toEqual(oneTo(300))
    expect(await scenario.lane('erp')).toMatchObject({ expired: 0, crowdedOut: 0 })
  })

  it('is told in one line for each run', async () => {
    await scenario.relay.deploys([machine('erp')])
    await sends(300)
    await scenario.settled()
    expect(await scenario.object.touch()).toMatchObject({ dropped: expect.any(Number) })
    expect(early()).toBe(1)
    expect((await storage()).heldBy).toEqual([])
    await scenario.object.touch()
    expect(early()).toBe(1)
  })

  it('loses whole segments where they are small enough, and no row of them', async () => {
    await scenario.relay.deploys([machine('erp')])
    scenario.settings = { ...scenario.settings, maxLogBytes: 2_500_000 }
    await scenario.relay.deploys([machine('erp')])
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(
        oneTo(MIN_SEGMENT_EVENTS).map(() =>
          scenario.portal.sends({ event: JSON.stringify(anEvent({ data: 'x'.repeat(5000) })) }),
        ),
      )
      await scenario.settled()
      await scenario.object.touch()
    }
    const { bytes } = await storage()
    expect(bytes).toBeLessThanOrEqual(2_500_000)
    const closed = await scenario.rows('SELECT id FROM segments WHERE last IS NOT NULL')
    expect(closed.length).toBeGreaterThan(1)
  })

  it('keeps its youngest event, however large it is', async () => {
    scenario.settings = { ...scenario.settings, maxLogBytes: 1_000_000 }
    await scenario.relay.deploys([machine('erp')])
    await scenario.portal.sends()
    await scenario.portal.sends()
    await scenario.settled()
    const huge = JSON.stringify(anEvent({ data: 'x'.repeat(1_200_000) }))
    await scenario.rows('UPDATE log SET event = ? WHERE sequence = 2', huge)
    await scenario.object.touch()
    expect((await scenario.object.events(99, 9))?.events.map(({ sequence }) => sequence)).toEqual([
      2,
    ])
  })

  it('does not shrink because of the snapshots of fields, which are no part of it', async () => {
    await scenario.relay.passesOn(3)
    await scenario.rows(
      `INSERT INTO fields (id, family, entity_id, state) VALUES (1, 'deal', 'CRM_DEAL', ?)`,
      'x'.repeat(LIMIT),
    )
    await scenario.object.touch()
    expect(await scenario.object.view()).toMatchObject({ events: 3 })
  })

  it('has no limit with MAX_LOG_BYTES = "0"', async () => {
    scenario.settings = { ...scenario.settings, maxLogBytes: 0 }
    await scenario.relay.deploys([machine('erp')])
    await sends(300)
    await scenario.settled()
    expect(await scenario.object.touch()).toEqual({ dropped: 0 })
    expect((await storage()).maxBytes).toBeNull()
  })
})
