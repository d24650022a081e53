import { describe, expect, it } from 'vitest'
import type { RelayEvent } from '../../../../src/core/log/event.ts'
import {
  compileFilter,
  compilePortals,
  type Filter,
} from '../../../../src/core/lanes/state/filter.ts'
import { anEvent as anyEvent } from '../../../support/builders/a-delivery.ts'
import { FIELD } from '../../../support/builders/a-field.ts'

const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'
const PORTAL = { memberId: MEMBER_ID, domain: 'acme.bitrix24.com' }
const MATCHES = { matches: true }

type EventFilter = Pick<Filter, 'events' | 'fields'>

function aFilter(changes: Partial<EventFilter> = {}): EventFilter {
  return { events: ['onCrmRequisiteUserField*'], fields: [], ...changes }
}

function anEvent(changes: Partial<RelayEvent> = {}): RelayEvent {
  return anyEvent({ field: { ...FIELD, fieldName: 'UF_CRM_TAX_ID' }, ...changes })
}

function not(reason: string) {
  return { matches: false, reason }
}

describe('compileFilter() events', () => {
  it('matches the canonical name in any case', () => {
    expect(compileFilter(aFilter())(anEvent())).toEqual(MATCHES)
    const exact = aFilter({ events: ['oncrmrequisiteuserfieldupdate'] })
    expect(compileFilter(exact)(anEvent())).toEqual(MATCHES)
  })

  it('matches when one of several globs does', () => {
    const filter = aFilter({ events: ['onCrmDeal*', '*Update'] })
    expect(compileFilter(filter)(anEvent())).toEqual(MATCHES)
  })

  it('refuses another event, also when the field fits as little', () => {
    const filter = aFilter({ events: ['onCrmDeal*'], fields: ['X'] })
    expect(compileFilter(filter)(anEvent())).toEqual(not('event'))
  })

  it.each([
    ['CATALOG.PRODUCT.ON.ADD', 'CATALOG.PRODUCT.ON.ADD', null],
    ['catalog.*', 'CATALOG.PRODUCT.ON.ADD', null],
    ['onCrmDynamicItemUpdate_147', 'ONCRMDYNAMICITEMUPDATE', '147'],
    ['onCrmDynamicItemUpdate', 'ONCRMDYNAMICITEMUPDATE_147', '147'],
  ])('takes the glob %s for %s', (glob, name, typeId) => {
    const data = { FIELDS: { ID: '1', ENTITY_TYPE_ID: typeId } }
    const event = anEvent({ name, data, field: null })
    expect(compileFilter(aFilter({ events: [glob] }))(event)).toEqual(MATCHES)
  })

  it('refuses the event of another type', () => {
    const data = { FIELDS: { ID: '1', ENTITY_TYPE_ID: '148' } }
    const event = anEvent({ name: 'ONCRMDYNAMICITEMUPDATE', data, field: null })
    const filter = aFilter({ events: ['onCrmDynamicItemUpdate_147'] })
    expect(compileFilter(filter)(event)).toEqual(not('event'))
  })

  it('refuses every event when no globs are given', () => {
    expect(compileFilter(aFilter({ events: [] }))(anEvent())).toEqual(not('event'))
  })

  it.each(['ONAPPINSTALL', 'ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPPAYMENT', 'onAppTest'])(
    'refuses the lifecycle event %s under every glob',
    (name) => {
      const filter = aFilter({ events: ['*', 'onApp*', name] })
      expect(compileFilter(filter)(anEvent({ name }))).toEqual(not('event'))
    },
  )
})

describe('compileFilter() fields', () => {
  const aboutDeal = anEvent({ name: 'ONCRMDEALADD', field: null })

  it('matches FIELD_NAME in any case', () => {
    expect(compileFilter(aFilter({ fields: ['uf_crm_tax*'] }))(anEvent())).toEqual(MATCHES)
  })

  it('refuses another field', () => {
    const filter = aFilter({ fields: ['UF_CRM_VAT*'] })
    expect(compileFilter(filter)(anEvent())).toEqual(not('field'))
  })

  it('refuses an event that is not about a user field', () => {
    const filter = aFilter({ events: ['*'], fields: ['UF_*'] })
    expect(compileFilter(filter)(aboutDeal)).toEqual(not('field'))
  })

  it.each([[[]], [['*']], [['**']], [['UF_X', '*']]])('takes every event under %j', (fields) => {
    const matches = compileFilter(aFilter({ events: ['*'], fields }))
    expect(matches(aboutDeal)).toEqual(MATCHES)
    expect(matches(anEvent())).toEqual(MATCHES)
  })

  it('does not take "?*" for all', () => {
    const filter = aFilter({ events: ['*'], fields: ['?*'] })
    expect(compileFilter(filter)(aboutDeal)).toEqual(not('field'))
    expect(compileFilter(filter)(anEvent())).toEqual(MATCHES)
  })
})

describe('compilePortals()', () => {
  it.each([MEMBER_ID, MEMBER_ID.toUpperCase(), 'a223*', 'acme.bitrix24.com', '*.Bitrix24.com'])(
    'matches the portal as %s',
    (glob) => {
      expect(compilePortals(['other', glob])(PORTAL)).toBe(true)
    },
  )

  it('refuses another portal', () => {
    expect(compilePortals(['*.bitrix24.de', 'b*'])(PORTAL)).toBe(false)
  })

  it('refuses a portal whose domain is unknown unless its member_id matches', () => {
    const unnamed = { memberId: MEMBER_ID, domain: null }
    expect(compilePortals(['acme.bitrix24.com', '?*.?*'])(unnamed)).toBe(false)
    expect(compilePortals(['a223*'])(unnamed)).toBe(true)
  })

  it('refuses every portal when no globs are given', () => {
    expect(compilePortals([])(PORTAL)).toBe(false)
  })
})
