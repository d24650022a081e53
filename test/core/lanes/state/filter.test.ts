import { describe, expect, it } from 'vitest'
import type { RelayEvent } from '../../../../src/core/log/event.ts'
import { compileFilter, type Filter } from '../../../../src/core/lanes/state/filter.ts'
import { anEvent as anyEvent } from '../../../support/a-delivery.ts'
import { FIELD } from '../../../support/a-field.ts'

const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'
const PORTAL = { memberId: MEMBER_ID, domain: 'acme.bitrix24.com' }
const MATCHES = { matches: true }

function aFilter(changes: Partial<Filter> = {}): Filter {
  return { events: ['onCrmRequisiteUserField*'], fields: [], portals: ['*'], ...changes }
}

function anEvent(changes: Partial<RelayEvent> = {}): RelayEvent {
  return anyEvent({ field: { ...FIELD, fieldName: 'UF_CRM_TAX_ID' }, ...changes })
}

function not(reason: string) {
  return { matches: false, reason }
}

describe('compileFilter() events', () => {
  it('matches the canonical name in any case', () => {
    expect(compileFilter(aFilter())(anEvent(), PORTAL)).toEqual(MATCHES)
    const exact = aFilter({ events: ['oncrmrequisiteuserfieldupdate'] })
    expect(compileFilter(exact)(anEvent(), PORTAL)).toEqual(MATCHES)
  })

  it('matches when one of several globs does', () => {
    const filter = aFilter({ events: ['onCrmDeal*', '*Update'] })
    expect(compileFilter(filter)(anEvent(), PORTAL)).toEqual(MATCHES)
  })

  it('refuses another event, also when field and portal fit as little', () => {
    const filter = aFilter({ events: ['onCrmDeal*'], fields: ['X'], portals: ['x'] })
    expect(compileFilter(filter)(anEvent(), PORTAL)).toEqual(not('event'))
  })

  it('refuses every event when no globs are given', () => {
    expect(compileFilter(aFilter({ events: [] }))(anEvent(), PORTAL)).toEqual(not('event'))
  })

  it.each(['ONAPPINSTALL', 'ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPPAYMENT', 'onAppTest'])(
    'refuses the lifecycle event %s under every glob',
    (name) => {
      const filter = aFilter({ events: ['*', 'onApp*', name] })
      expect(compileFilter(filter)(anEvent({ name }), PORTAL)).toEqual(not('event'))
    },
  )

  it('matches a quarantined event under no glob', () => {
    const event = anEvent({ quarantined: 'invalid_fields' })
    expect(compileFilter(aFilter({ events: ['*'] }))(event, PORTAL)).toEqual(not('quarantined'))
  })
})

describe('compileFilter() fields', () => {
  const aboutDeal = anEvent({ name: 'ONCRMDEALADD', field: null })

  it('matches FIELD_NAME in any case', () => {
    expect(compileFilter(aFilter({ fields: ['uf_crm_tax*'] }))(anEvent(), PORTAL)).toEqual(MATCHES)
  })

  it('refuses another field, also when the portal fits as little', () => {
    const filter = aFilter({ fields: ['UF_CRM_VAT*'], portals: ['x'] })
    expect(compileFilter(filter)(anEvent(), PORTAL)).toEqual(not('field'))
  })

  it('refuses an event that is not about a user field', () => {
    const filter = aFilter({ events: ['*'], fields: ['UF_*'] })
    expect(compileFilter(filter)(aboutDeal, PORTAL)).toEqual(not('field'))
  })

  it.each([[[]], [['*']], [['**']], [['UF_X', '*']]])('takes every event under %j', (fields) => {
    const matches = compileFilter(aFilter({ events: ['*'], fields }))
    expect(matches(aboutDeal, PORTAL)).toEqual(MATCHES)
    expect(matches(anEvent(), PORTAL)).toEqual(MATCHES)
  })

  it('does not take "?*" for all', () => {
    const filter = aFilter({ events: ['*'], fields: ['?*'] })
    expect(compileFilter(filter)(aboutDeal, PORTAL)).toEqual(not('field'))
    expect(compileFilter(filter)(anEvent(), PORTAL)).toEqual(MATCHES)
  })
})

describe('compileFilter() portals', () => {
  it.each([MEMBER_ID, MEMBER_ID.toUpperCase(), 'a223*', 'acme.bitrix24.com', '*.Bitrix24.com'])(
    'matches the portal as %s',
    (glob) => {
      const filter = aFilter({ portals: ['other', glob] })
      expect(compileFilter(filter)(anEvent(), PORTAL)).toEqual(MATCHES)
    },
  )

  it('refuses another portal', () => {
    const filter = aFilter({ portals: ['*.bitrix24.de', 'b*'] })
    expect(compileFilter(filter)(anEvent(), PORTAL)).toEqual(not('portal'))
  })

  it('refuses a portal whose domain is unknown unless its member_id matches', () => {
    const unnamed = { memberId: MEMBER_ID, domain: null }
    const byDomain = compileFilter(aFilter({ portals: ['acme.bitrix24.com', '?*.?*'] }))
    expect(byDomain(anEvent(), unnamed)).toEqual(not('portal'))
    expect(compileFilter(aFilter({ portals: ['a223*'] }))(anEvent(), unnamed)).toEqual(MATCHES)
  })

  it('refuses every portal when no globs are given', () => {
    expect(compileFilter(aFilter({ portals: [] }))(anEvent(), PORTAL)).toEqual(not('portal'))
  })
})
