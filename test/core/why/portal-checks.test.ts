/** What stands between Bitrix24 and the log, told for an event that the log does not hold. */
import { describe, expect, it } from 'vitest'
import { PORTAL_STATUSES } from '../../../src/core/access/portal-status.ts'
import { portalChecks, type OutsideFacts } from '../../../src/core/why/portal-checks.ts'
import type { AskedEvent, PortalFacts } from '../../../src/core/why/why-facts.ts'
import { anAbsentEvent, aStoredEvent, portalFactsOf } from '../../support/builders/a-why.ts'

const NOWHERE: OutsideFacts = { spilled: 0, refused: 0 }

/** Each check as `step reason`, with `!` before one that blocks. */
function reasonsOf(portal: PortalFacts, event: AskedEvent, outside = NOWHERE): readonly string[] {
  return portalChecks(portal, event, outside).map(
    ({ step, reason, blocks }) => `${blocks ? '!' : ''}${step} ${reason}`,
  )
}

describe('portalChecks()', () => {
  it('says of a stored event when it came', () => {
    expect(portalChecks(portalFactsOf({ status: 'deleted' }), aStoredEvent(), NOWHERE)).toEqual([
      {
        step: 'arrival',
        reason: 'stored',
        blocks: false,
        finding: expect.stringMatching(/^It came at \S+Z and is event 42 of the log$/u),
        remedy: null,
      },
    ])
  })

  it('says of an event that never came how far it was looked for', () => {
    const checks = portalChecks(portalFactsOf(), anAbsentEvent(), NOWHERE)
    expect(checks.map(({ finding }) => finding)).toEqual([
      'The portal is known, and its events are taken',
      'The portal is bound to onCrmDealUpdate',
      'No event of this name is among the newest events of the log (42 were looked through)',
    ])
  })

  it.each(PORTAL_STATUSES)('in the state %s it blocks where nothing is taken', (status) => {
    const [first] = reasonsOf(portalFactsOf({ status }), anAbsentEvent())
    const goesOn = ['active', 'tokens_lost', 'no_rights'].includes(status)
    expect(first).toBe(`${goesOn ? '' : '!'}install ${status}`)
  })

  it('hands on the remedy of the state', () => {
    const portal = portalFactsOf({ status: 'suspended', remedy: 'Renew the plan' })
    expect(portalChecks(portal, anAbsentEvent(), NOWHERE)[0]?.remedy).toBe('Renew the plan')
  })

  it.each<[string, PortalFacts['binding'], string, RegExp]>([
    ['bound', { kind: 'bound' }, 'binding bound', /^none$/u],
    ['unchecked', { kind: 'unchecked' }, 'binding unchecked', /^none$/u],
    ['own', { kind: 'own' }, 'binding own', /^none$/u],
    ['ticked by hand', { kind: 'by_hand' }, 'binding by_hand', /^Tick onCrmDealUpdate/u],
    ['not wanted', { kind: 'not_wanted' }, '!binding not_wanted', /SUBSCRIBED_EVENTS/u],
    [
      'missing for want of a scope',
      { kind: 'missing', because: { event: 'ONCRMDEALUPDATE', reason: 'no_scope', detail: 'crm' } },
      '!binding no_scope',
      /^Add the scope .*: crm$/u,
    ],
    ['missing without a reason', { kind: 'missing', because: null }, '!binding missing', /^none$/u],
  ])('tells a binding that is %s', (_case, binding, reason, remedy) => {
    const portal = portalFactsOf({ binding })
    expect(reasonsOf(portal, anAbsentEvent())[1]).toBe(reason)
    const told = portalChecks(portal, anAbsentEvent(), NOWHERE)[1]?.remedy ?? null
    expect(told ?? 'none').toMatch(remedy)
  })

  it.each([
    ['RELAY.LANE.DISABLED', /`bulletins`/u],
    ['ONAPPINSTALL', /relay\.portal\.installed/u],
  ])('says of %s that no log holds it, and not what Bitrix24 did', (name, remedy) => {
    const binding = { kind: 'not_wanted' } as const
    const checks = portalChecks(portalFactsOf({ binding }), anAbsentEvent({ name }), NOWHERE)
    expect(checks).toMatchObject([{ reason: 'not_in_log', blocks: true }])
    expect(checks[0]?.remedy).toMatch(remedy)
  })

  it('says of the hint of a robot that no address was made for one', () => {
    const event = anAbsentEvent({ name: 'ROBOT_HINT' })
    const portal = portalFactsOf({ binding: { kind: 'own' }, hasRobotAddress: false })
    expect(reasonsOf(portal, event).slice(2)).toEqual([
      '!binding no_robot_address',
      '!arrival never_arrived',
    ])
    const called = portalChecks({ ...portal, hasRobotAddress: true }, event, NOWHERE)
    expect(called.at(-1)?.remedy).toMatch(/^Let the robot run again/u)
    expect(called).toHaveLength(3)
  })

  it('proposes the documented event whose name was probably meant', () => {
    const event = anAbsentEvent({ name: 'ONCRMDEALUPDAT' })
    const portal = portalFactsOf({ binding: { kind: 'not_wanted' } })
    expect(portalChecks(portal, event, NOWHERE)[0]).toEqual({
      step: 'binding',
      reason: 'similar_name',
      blocks: true,
      finding: 'Bitrix24 documents no event ONCRMDEALUPDAT: perhaps onCrmDealUpdate is meant',
      remedy: 'Ask about onCrmDealUpdate',
    })
    expect(reasonsOf(portal, anAbsentEvent({ name: 'PARTNER:VISIT-END' }))[0]).toBe(
      'install active',
    )
    expect(reasonsOf(portalFactsOf(), event)[0]).toBe('install active')
  })

  it('says of an event that is ticked by hand to tick it before it is caused again', () => {
    const portal = portalFactsOf({ binding: { kind: 'by_hand' } })
    expect(portalChecks(portal, anAbsentEvent(), NOWHERE).at(-1)?.remedy).toMatch(
      /^Tick onCrmDealUpdate in the form .*, then cause it again/u,
    )
  })

  it('names what waits outside of the object before it says that nothing came', () => {
    const outside = { spilled: 2, refused: 1 }
    expect(reasonsOf(portalFactsOf(), anAbsentEvent(), outside).slice(2)).toEqual([
      '!arrival spilled',
      '!arrival refused',
      '!arrival never_arrived',
    ])
  })

  it.each([
    [50, '!arrival beyond_head'],
    [3, '!arrival dropped'],
  ])('says of sequence %i, which the log does not hold, %s', (asked, expected) => {
    expect(reasonsOf(portalFactsOf(), anAbsentEvent({ name: null, asked }))).toEqual([expected])
  })
})
