/** The whole answer: what became of an event at each destination, and the first cause. */
import { describe, expect, it } from 'vitest'
import { tellWhy, type TellTerms } from '../../../src/core/why/tell-why.ts'
import { aLaneView, MEMBER_ID, PARKED_FATE, WAITING_FATE } from '../../support/builders/a-view.ts'
import {
  anAbsentEvent,
  aStoredEvent,
  aWay,
  portalFactsOf,
  whyFactsOf,
} from '../../support/builders/a-why.ts'

const TERMS: TellTerms = {
  outside: { spilled: 0, refused: 0 },
  explainFailure: (reason) => ({ meaning: reason, remedy: 'mend' }),
  destination: null,
}

function causeOf(facts: Parameters<typeof whyFactsOf>[0], terms: Partial<TellTerms> = {}) {
  const { destinations } = tellWhy(whyFactsOf(facts), { ...TERMS, ...terms })
  return destinations.map(({ destination, answer, cause }) => [
    destination,
    answer,
    cause?.reason ?? null,
  ])
}

describe('tellWhy()', () => {
  it('tells the portal and the event, and no cause of a delivered one', () => {
    expect(tellWhy(whyFactsOf(), TERMS)).toMatchObject({
      memberId: MEMBER_ID,
      domain: 'acme.bitrix24.com',
      event: 'onCrmRequisiteUserFieldUpdate',
      sequence: 42,
      destinations: [{ destination: 'erp', answer: 'delivered', cause: null }],
    })
  })

  it('tells each destination of its own cause', () => {
    const fates = { erp: PARKED_FATE, crm: WAITING_FATE }
    const paused = aLaneView({ destination: 'crm', state: 'paused' })
    const ways = [aWay(), aWay({ destination: 'crm', lane: paused })]
    expect(causeOf({ event: aStoredEvent({ fates }), ways })).toEqual([
      ['erp', 'parked', 'http_422'],
      ['crm', 'waiting', 'paused'],
    ])
  })

  it('the cause that stands before the log comes before that of a lane', () => {
    const facts = {
      portal: portalFactsOf({ status: 'unfinished', binding: { kind: 'not_wanted' } }),
      event: anAbsentEvent(),
      ways: [aWay({ lane: aLaneView({ state: 'paused' }) })],
    } as const
    expect(causeOf(facts)).toEqual([['erp', 'never_arrived', 'unfinished']])
  })

  it('an event that never came has that as its cause when nothing else stands in the way', () => {
    expect(causeOf({ event: anAbsentEvent() })).toEqual([['erp', 'never_arrived', 'never_arrived']])
  })

  it('a mistyped destination is told with the name that is probably meant', () => {
    const { destinations } = tellWhy(whyFactsOf(), { ...TERMS, destination: 'epr' })
    expect(destinations).toMatchObject([
      {
        destination: 'epr',
        answer: 'filtered',
        cause: { reason: 'not_configured' },
        checks: [{}, { finding: 'Perhaps the destination erp is meant' }],
      },
    ])
  })

  it('unreadable destinations are a cause of the portal', () => {
    const { checks, destinations } = tellWhy(whyFactsOf({ ways: null }), TERMS)
    expect(checks.at(-1)).toMatchObject({ reason: 'destinations_unreadable', blocks: true })
    expect(destinations).toEqual([])
    const one = tellWhy(whyFactsOf({ ways: null }), { ...TERMS, destination: 'erp' })
    expect(one.destinations).toEqual([])
  })

  it('nothing is said of what a destination takes where no log holds the event', () => {
    const event = anAbsentEvent({ name: 'RELAY.LANE.DISABLED' })
    expect(tellWhy(whyFactsOf({ event }), TERMS)).toMatchObject({
      event: 'relay.lane.disabled',
      destinations: [{ checks: [], cause: { reason: 'not_in_log' } }],
    })
  })

  it('a sequence that the log does not hold says nothing of destinations', () => {
    const view = tellWhy(whyFactsOf({ event: anAbsentEvent({ name: null, asked: 99 }) }), TERMS)
    expect(view).toMatchObject({ event: null, sequence: null, destinations: [] })
    expect(view.checks).toMatchObject([{ reason: 'beyond_head' }])
  })
})
