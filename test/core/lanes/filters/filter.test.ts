import { describe, expect, it } from 'vitest'
import { NOT_ENRICHED, type Enrichment, type RelayEvent } from '../../../../src/core/log/event.ts'
import {
  compileFilter,
  compilePortals,
  type EventFilter,
  type Match,
} from '../../../../src/core/lanes/filters/filter.ts'
import { anEvent as anyEvent } from '../../../support/builders/a-delivery.ts'
import { FIELD } from '../../../support/builders/a-field.ts'
import { MEMBER_ID } from '../../../support/identity.ts'

const PORTAL = { memberId: MEMBER_ID, domain: 'acme.bitrix24.com' }
const MATCHES = { matches: true }

function aFilter(changes: Partial<EventFilter> = {}): EventFilter {
  return { events: ['onCrmRequisiteUserField*'], fields: [], ...changes }
}

function anEvent(changes: Partial<RelayEvent> = {}): RelayEvent {
  return anyEvent({ field: { ...FIELD, fieldName: 'UF_CRM_TAX_ID' }, ...changes })
}

/** The answer of a filter for an event whose read has explained the events of these people as well. */
function match(filter: EventFilter, event: RelayEvent, userIds: readonly number[] = []): Match {
  const users = userIds.map((id) => ({ id, name: null }))
  return compileFilter(filter)({ event, enrichment: { ...NOT_ENRICHED, users } })
}

function not(reason: string) {
  return { matches: false, reason }
}

describe('compileFilter() events', () => {
  it('matches the canonical name in any case', () => {
    expect(match(aFilter(), anEvent())).toEqual(MATCHES)
    const exact = aFilter({ events: ['oncrmrequisiteuserfieldupdate'] })
    expect(match(exact, anEvent())).toEqual(MATCHES)
  })

  it('matches when one of several globs does', () => {
    const filter = aFilter({ events: ['onCrmDeal*', '*Update'] })
    expect(match(filter, anEvent())).toEqual(MATCHES)
  })

  it('refuses another event, also when the field fits as little', () => {
    const filter = aFilter({ events: ['onCrmDeal*'], fields: ['X'] })
    expect(match(filter, anEvent())).toEqual(not('event'))
  })

  it.each([
    ['CATALOG.PRODUCT.ON.ADD', 'CATALOG.PRODUCT.ON.ADD', null],
    ['catalog.*', 'CATALOG.PRODUCT.ON.ADD', null],
    ['onCrmDynamicItemUpdate_147', 'ONCRMDYNAMICITEMUPDATE', '147'],
    ['onCrmDynamicItemUpdate', 'ONCRMDYNAMICITEMUPDATE_147', '147'],
  ])('takes the glob %s for %s', (glob, name, typeId) => {
    const data = { FIELDS: { ID: '1', ENTITY_TYPE_ID: typeId } }
    const event = anEvent({ name, data, field: null })
    expect(match(aFilter({ events: [glob] }), event)).toEqual(MATCHES)
  })

  it('refuses the event of another type', () => {
    const data = { FIELDS: { ID: '1', ENTITY_TYPE_ID: '148' } }
    const event = anEvent({ name: 'ONCRMDYNAMICITEMUPDATE', data, field: null })
    const filter = aFilter({ events: ['onCrmDynamicItemUpdate_147'] })
    expect(match(filter, event)).toEqual(not('event'))
  })

  it('refuses every event when no globs are given', () => {
    expect(match(aFilter({ events: [] }), anEvent())).toEqual(not('event'))
  })

  it('matches an event of a module whose name begins like those of the application', () => {
    const event = anEvent({ name: 'ONAPPROVALADD', field: null })
    expect(match(aFilter({ events: ['onApproval*'] }), event)).toEqual(MATCHES)
  })

  it.each(['ONAPPINSTALL', 'ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPPAYMENT', 'onAppTest'])(
    'refuses the lifecycle event %s under every glob',
    (name) => {
      const filter = aFilter({ events: ['*', 'onApp*', name] })
      expect(match(filter, anEvent({ name }))).toEqual(not('event'))
    },
  )
})

describe('compileFilter() fields', () => {
  const aboutDeal = anEvent({ name: 'ONCRMDEALADD', field: null })

  it('matches FIELD_NAME in any case', () => {
    expect(match(aFilter({ fields: ['uf_crm_tax*'] }), anEvent())).toEqual(MATCHES)
  })

  it('refuses another field', () => {
    const filter = aFilter({ fields: ['UF_CRM_VAT*'] })
    expect(match(filter, anEvent())).toEqual(not('field'))
  })

  it('refuses an event that is not about a user field', () => {
    const filter = aFilter({ events: ['*'], fields: ['UF_*'] })
    expect(match(filter, aboutDeal)).toEqual(not('field'))
  })

  it.each([[[]], [['*']], [['**']], [['UF_X', '*']]])('takes every event under %j', (fields) => {
    const filter = aFilter({ events: ['*'], fields })
    expect(match(filter, aboutDeal)).toEqual(MATCHES)
    expect(match(filter, anEvent())).toEqual(MATCHES)
  })

  it('does not take "?*" for all', () => {
    const filter = aFilter({ events: ['*'], fields: ['?*'] })
    expect(match(filter, aboutDeal)).toEqual(not('field'))
    expect(match(filter, anEvent())).toEqual(MATCHES)
  })
})

describe('compileFilter() users', () => {
  const filter = aFilter({ users: ['!512'] })

  it('refuses the events of a user that it leaves out', () => {
    expect(match(filter, anEvent({ userId: 512 }))).toEqual(not('user'))
    expect(match(filter, anEvent({ userId: 1 }))).toEqual(MATCHES)
    expect(match(filter, anEvent({ userId: null }))).toEqual(MATCHES)
  })

  it('takes an event that tells the changes of another person as well', () => {
    expect(match(filter, anEvent({ userId: 512 }), [512, 1])).toEqual(MATCHES)
    expect(match(filter, anEvent({ userId: 512 }), [512])).toEqual(not('user'))
  })

  it('takes an event that tells the change of nobody as well, where nobody is wanted', () => {
    const event = anEvent({ userId: 512 })
    const of = (users: readonly string[], enrichment: Partial<Enrichment>) =>
      compileFilter(aFilter({ users }))({ event, enrichment: { ...NOT_ENRICHED, ...enrichment } })
    expect(of(['none'], {})).toEqual(not('user'))
    expect(of(['none'], { coversUserless: true })).toEqual(MATCHES)
    expect(of(['!512'], { coversUserless: true })).toEqual(MATCHES)
    expect(of(['!none'], { coversUserless: true })).toEqual(MATCHES)
    expect(of(['1'], { coversUserless: true })).toEqual(not('user'))
  })

  it('names the globs before the user', () => {
    expect(match({ ...filter, fields: ['X'] }, anEvent({ userId: 512 }))).toEqual(not('field'))
  })
})

describe('compileFilter() conditions', () => {
  const event = anEvent({
    name: 'ONCRMDEALUPDATE',
    field: null,
    data: { FIELDS: { ID: '27', CATEGORY_ID: '9' } },
  })
  const filter = (...when: readonly string[]) => aFilter({ events: ['*'], when })

  it('takes an event that meets all of them', () => {
    expect(match(filter('subject.id = 27', 'data.FIELDS.CATEGORY_ID = 9'), event)).toEqual(MATCHES)
  })

  it('names the first one that is not met', () => {
    const condition = 'data.FIELDS.CATEGORY_ID = 8'
    const found = match(filter('subject.id = 27', condition, 'data.X exists'), event)
    expect(found).toEqual({ matches: false, reason: 'condition', condition })
  })

  it('asks the user first', () => {
    expect(match({ ...filter('data.X exists'), users: ['512'] }, event)).toEqual(not('user'))
  })

  it('takes no event under a condition that only a later version understands', () => {
    const condition = 'data.FIELDS.ID > 9'
    expect(match(filter(condition), event)).toMatchObject({ reason: 'condition', condition })
  })
})

describe('compileFilter() of an outline', () => {
  const data = { FIELDS: { ID: '27', ENTITY_TYPE_ID: '147' } }
  const whole = anEvent({ name: 'ONCRMDYNAMICITEMUPDATE', field: null, data })
  const outline = { event: { ...whole, data: null }, enrichment: NOT_ENRICHED }

  it.each([
    [aFilter({ events: ['*'], when: ['data.FIELDS.ID = 27', 'subject.id = 27'] })],
    [aFilter({ events: ['onCrmDynamicItemUpdate_147'] })],
  ])('asks for the data that decide under %j', (filter) => {
    expect(compileFilter(filter)(outline, () => whole)).toEqual(MATCHES)
  })

  it.each([
    [aFilter({ events: ['onCrmDynamicItem*'], users: ['1'] }), whole.name],
    [aFilter({ events: ['onCrmDeal*'], when: ['data.X exists'] }), 'ONTASKADD'],
    [aFilter({ events: ['*'], users: ['512'], when: ['data.X exists'] }), whole.name],
  ])('asks for no data where they decide nothing under %j', (filter, name) => {
    const other = { ...outline, event: { ...outline.event, name } }
    expect(() => compileFilter(filter)(other, () => expect.unreachable())).not.toThrow()
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
