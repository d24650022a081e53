/** The facts of `why`, gathered from a real object: the log, the bindings, and the way to each destination. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WhyFacts, WhyQuestion } from '../../../src/core/why/why-facts.ts'
import { machine, person } from '../../support/builders/entries.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'

const FIELD_UPDATE = 'ONCRMREQUISITEUSERFIELDUPDATE'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([
    machine('erp', { portals: ['*'] }),
    person('deals', { events: ['onCrmDeal*'], portals: ['*'] }),
    person('others', { portals: ['other.bitrix24.com'] }),
  ])
})

afterEach(() => scenario.close())

async function factsOf(question: WhyQuestion): Promise<WhyFacts> {
  const facts = await scenario.object.why(question)
  if (facts === null) throw new Error('Nothing is known of the portal')
  return facts
}

function wayTo(destination: string, { ways }: WhyFacts) {
  return ways?.find((way) => way.destination === destination)
}

describe('why() of a portal', () => {
  it('knows nothing before the first event', async () => {
    expect(await scenario.object.why({ sequence: 1 })).toBeNull()
  })

  it('finds an event by its sequence, and decides it by the filters that stand', async () => {
    await scenario.relay.passesOn()
    const facts = await factsOf({ sequence: 1 })
    expect(facts.event).toMatchObject({ name: FIELD_UPDATE, asked: 1, head: 1 })
    expect(facts.event.view?.fates['erp']).toMatchObject({ state: 'delivered' })
    expect(wayTo('erp', facts)).toMatchObject({ filteredBy: null, canReplay: true, front: null })
    expect(wayTo('deals', facts)).toMatchObject({
      filteredBy: { reason: 'event' },
      filter: { events: ['onCrmDeal*'] },
      canReplay: false,
    })
  })

  it('knows a destination that is for other portals', async () => {
    await scenario.relay.passesOn()
    expect(wayTo('others', await factsOf({ sequence: 1 }))).toMatchObject({
      isConfigured: true,
      lane: null,
    })
  })

  it('finds the newest event of a name', async () => {
    await scenario.relay.passesOn(3)
    await scenario.portal.sends({ event: JSON.stringify(anEvent({ name: 'ONCRMDEALADD' })) })
    const { event } = await factsOf({ event: FIELD_UPDATE })
    expect(event).toMatchObject({ view: { sequence: 3 }, asked: null, searched: 2 })
  })

  it('asks the present filter about a name that never came', async () => {
    await scenario.relay.passesOn(2)
    const facts = await factsOf({ event: 'ONCRMDEALDELETE' })
    expect(facts.event).toMatchObject({ name: 'ONCRMDEALDELETE', view: null, searched: 2 })
    expect(wayTo('deals', facts)).toMatchObject({ filteredBy: null })
    expect(wayTo('erp', facts)).toMatchObject({ filteredBy: { reason: 'event' } })
  })

  it('tells with which event a lane waits', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    await scenario.portal.sendsMany(2)
    expect(wayTo('erp', await factsOf({ sequence: 3 }))).toMatchObject({
      lane: { state: 'paused' },
      front: 2,
    })
  })

  it('passes over events that a lane which stands still does not get', async () => {
    const deal = { event: JSON.stringify(anEvent({ name: 'ONCRMDEALADD' })) }
    await scenario.relay.passesOn()
    await scenario.operator.pauses('deals')
    await scenario.portal.sendsMany(2)
    expect(wayTo('deals', await factsOf({ sequence: 3 }))).toMatchObject({ front: null })
    const first = await scenario.portal.sends(deal)
    await scenario.portal.sends(deal)
    expect(wayTo('deals', await factsOf({ sequence: 5 }))).toMatchObject({ front: first })
  })

  it('knows which events a replay has still to send', async () => {
    await scenario.relay.passesOn(3)
    await scenario.operator.pauses('erp')
    await scenario.operator.replays('erp', { from: 2, to: 2 })
    for (const [sequence, isWantedAgain] of [
      [1, false],
      [2, true],
    ] as const) {
      expect(wayTo('erp', await factsOf({ sequence }))).toMatchObject({ isWantedAgain })
    }
    expect((await factsOf({ sequence: 1 })).portal.hasRobotAddress).toBe(false)
  })

  it('keeps a removed destination, and one whose list cannot be read has no way', async () => {
    await scenario.relay.passesOn()
    await scenario.relay.deploys([machine('erp')])
    expect(wayTo('deals', await factsOf({ sequence: 1 }))).toMatchObject({
      isConfigured: false,
      lane: { state: 'removed' },
    })
    await scenario.relay.deploys(null)
    expect((await factsOf({ sequence: 1 })).ways).toBeNull()
  })

  it('has no name for a sequence that the log does not hold', async () => {
    await scenario.relay.passesOn()
    const facts = await factsOf({ sequence: 9 })
    expect(facts.event).toMatchObject({ name: null, view: null, asked: 9, head: 1 })
    expect(facts.portal.binding).toBeNull()
  })
})
