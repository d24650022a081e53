/** Why an event is not bound, and what the operator can do about it. */
import { describe, expect, it } from 'vitest'
import {
  explainRefusals,
  MISSING_REASONS,
  remedyOfMissing,
  unmatchedOf,
  type BindRefusal,
} from '../../../src/core/events/missing-events.ts'

const OFFER = {
  own: ['ONAPPTEST', 'ONCRMDEALADD', 'ONCRMDEALUPDATE'],
  all: ['ONAPPTEST', 'ONCRMDEALADD', 'ONCRMDEALUPDATE', 'ONTASKADD', 'MODULE.VISIT'],
}

function refusal(event: string, kind: BindRefusal['kind'], code = 'CODE'): BindRefusal {
  return { event, kind, code }
}

describe('explainRefusals()', () => {
  it.each([
    ['ONTASKADD', 'unknown_event', 'no_scope', 'task'],
    ['MODULE.VISIT', 'unknown_event', 'no_scope', null],
    ['ONCRMDEALAD', 'unknown_event', 'not_offered', 'onCrmDealAdd'],
    ['PARTNER:VISIT', 'unknown_event', 'not_offered', null],
    ['ONCRMDEALADD', 'no_rights', 'not_administrator', null],
    ['ONCRMDEALADD', 'no_scope', 'no_scope', 'crm'],
    ['ONCRMDEALADD', 'unanswered', 'unanswered', null],
    ['ONCRMDEALADD', 'other', 'refused', 'CODE'],
  ] as const)('%s that fails with %s is missing as %s', (event, kind, reason, detail) => {
    expect(explainRefusals([refusal(event, kind)], OFFER)).toEqual([{ event, reason, detail }])
  })

  it('goes by the word of the portal while its offer is not known', () => {
    const refused = [refusal('ONTASKADD', 'unknown_event'), refusal('ONTASKADD', 'no_rights')]
    expect(explainRefusals(refused, null).map(({ reason }) => reason)).toEqual([
      'not_offered',
      'not_administrator',
    ])
  })
})

describe('unmatchedOf()', () => {
  const NONE = { names: [], globs: [], noNames: [] }

  it('tells a glob that matches nothing, and one that needs further scopes', () => {
    const globs = ['onCrmDeal*', 'onTask*', 'onCalendar*', '*Add']
    expect(unmatchedOf({ ...NONE, globs }, OFFER)).toEqual([
      { event: 'onTask*', reason: 'no_scope', detail: 'task' },
      { event: 'onCalendar*', reason: 'not_offered', detail: null },
      { event: '*Add', reason: 'no_scope', detail: 'task' },
    ])
  })

  it('tells an entry that is no name, whatever the portal offers', () => {
    const wrong = { event: 'on Crm', reason: 'no_name', detail: null }
    expect(unmatchedOf({ ...NONE, noNames: ['on Crm'], globs: ['onTask*'] }, null)).toEqual([wrong])
  })
})

describe('remedyOfMissing()', () => {
  it('has a sentence for each reason', () => {
    const remedies = MISSING_REASONS.flatMap((reason) =>
      [null, 'detail'].map((detail) => remedyOfMissing({ event: 'X', reason, detail })),
    )
    expect(remedies.every((remedy) => remedy.length > 20)).toBe(true)
  })

  it('names the scope, the event that was meant, and where bots are registered', () => {
    expect(remedyOfMissing({ event: 'ONTASKADD', reason: 'no_scope', detail: 'task' })).toMatch(
      /: task$/,
    )
    const meant = { event: 'X', reason: 'not_offered', detail: 'onCrmDealAdd' } as const
    expect(remedyOfMissing(meant)).toMatch(/onCrmDealAdd$/)
    const bot = { event: 'ONIMBOTMESSAGEADD', reason: 'not_offered', detail: null } as const
    expect(remedyOfMissing(bot)).toContain('bot')
  })
})
