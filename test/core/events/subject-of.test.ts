import { describe, expect, it } from 'vitest'
import { canonicalName } from '../../../src/core/events/event-names.ts'
import { idsOf, pageOf, subjectOf } from '../../../src/core/events/subject-of.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { DOCUMENTED_EVENTS } from '../../support/builders/documented-events.ts'
import { DOMAIN } from '../../support/identity.ts'

function named(name: string, data: Json, userId: number | null = 1): Parameters<typeof idsOf>[0] {
  return { name: canonicalName(name) ?? '', data, userId }
}

describe('the documented events', () => {
  it.each(DOCUMENTED_EVENTS)(
    'line $line, $event: the subject is $subject',
    ({ event, data, subject, path }) => {
      const found = subjectOf(named(event, data), DOMAIN)
      expect(found === null ? '-' : `${found.kind} ${found.id}`).toBe(subject)
      expect(found?.title ?? null).toBeNull()
      expect(found?.link ?? null).toBe(path === '-' ? null : `https://${DOMAIN}${path}`)
    },
  )

  it.each(DOCUMENTED_EVENTS)(
    'line $line, $event: a person finds it by $subject and $related',
    ({ event, data, subject, related }) => {
      const expected = [subject, ...related.split(', ')].filter((text) => text !== '-')
      expect(idsOf(named(event, data)).map(({ kind, id }) => `${kind} ${id}`)).toEqual(expected)
    },
  )

  it('are told by no id that says nothing to a person', () => {
    const useless = /bac1cd5c8940947a75e0d71b1a84e348|d897063e|a223c6b3|796c45aa|80961/
    const told = DOCUMENTED_EVENTS.flatMap(({ event, data }) => idsOf(named(event, data)))
    expect(told.filter(({ id }) => useless.test(id))).toEqual([])
  })
})

describe('subjectOf()', () => {
  it('finds the owner of an address by numbers and by names', () => {
    const numbers = { TYPE_ID: '1', ENTITY_TYPE_ID: '8', ENTITY_ID: '1', ANCHOR_TYPE_ID: '3' }
    const names = {
      TYPE_ID: 'PRIMARY',
      ENTITY_TYPE_ID: 'REQUISITE',
      ENTITY_ID: '1',
      ANCHOR_TYPE_ID: 'CONTACT',
    }
    for (const fields of [numbers, names]) {
      const event = named('onCrmAddressRegister', { FIELDS: { ...fields, ANCHOR_ID: '17192' } })
      expect(subjectOf(event, DOMAIN)?.link).toBe(`https://${DOMAIN}/crm/contact/details/17192/`)
      expect(idsOf(event).slice(1)).toEqual([
        { kind: 'requisite', id: '1' },
        { kind: 'contact', id: '17192' },
      ])
    }
  })

  it.each([[{ ID: '999' }], [{ FIELDS: { ID: '999' } }], [{ FIELDS: { id: 999 } }]])(
    'finds a comment in %j',
    (data) => {
      expect(subjectOf(named('onCrmTimelineCommentAdd', data), DOMAIN)?.id).toBe('999')
    },
  )

  it('tells a smart invoice from a smart process', () => {
    const data = { FIELDS: { ID: '5', ENTITY_TYPE_ID: '31' } }
    expect(subjectOf(named('onCrmDynamicItemUpdate', data), DOMAIN)).toEqual({
      kind: 'smart_invoice',
      id: '5',
      title: null,
      link: `https://${DOMAIN}/crm/type/31/details/5/`,
    })
  })

  it('takes the type from the name where the data leaves it out', () => {
    const event = named('onCrmDynamicItemUpdate_147', { FIELDS: { ID: '5' } })
    expect(subjectOf(event, DOMAIN)?.link).toBe(`https://${DOMAIN}/crm/type/147/details/5/`)
  })

  it.each([
    ['no domain is known', null, '123', 1],
    ['nobody is known to have caused a task', DOMAIN, '123', null],
    ['the id is no number', DOMAIN, '../../evil', 1],
    ['the domain is no host', 'acme.example/x', '123', 1],
  ])('has no link where %s', (_, domain, id, userId) => {
    const event = named('OnTaskAdd', { FIELDS_AFTER: { ID: id } }, userId)
    expect(subjectOf(event, domain)).toEqual({ kind: 'task', id, title: null, link: null })
  })

  it('is null for an unknown event and for one that names nothing', () => {
    expect(subjectOf(named('acme:visit', { ID: '7' }), DOMAIN)).toBeNull()
    expect(subjectOf(named('onCrmDealAdd', { FIELDS: 'undefined' }), DOMAIN)).toBeNull()
    expect(idsOf(named('acme:visit', { ID: '7' }))).toEqual([])
  })
})

describe('pageOf()', () => {
  it.each(DOCUMENTED_EVENTS)(
    'line $line, $event: is known where the subject has a link',
    ({ event, data, path }) => {
      const page = pageOf(named(event, data))
      expect(page === null).toBe(path === '-')
      expect(path).toContain(page === null ? '-' : `/${page.id}/`)
    },
  )

  it.each<readonly [string, Json, unknown]>([
    ['OnTaskUpdate', { FIELDS_AFTER: { ID: '5' } }, { kind: 'task', id: '5' }],
    [
      'OnTaskCommentDelete',
      { FIELDS_BEFORE: { ID: '5', TASK_ID: '7' } },
      { kind: 'task', id: '7' },
    ],
    [
      'onCrmDynamicItemAdd',
      { FIELDS: { ID: '5', ENTITY_TYPE_ID: '31' } },
      { kind: 'smart_invoice', id: '5' },
    ],
    ['onCrmDealRecurringAdd', { FIELDS: { ID: '5', DEAL_ID: '6' } }, { kind: 'deal', id: '6' }],
    ['onCrmDealDelete', { FIELDS: { ID: '5' } }, null],
    ['onVisitAdd', { ID: '5' }, null],
  ])('of %s with %j is %j', (event, data, expected) => {
    expect(pageOf(named(event, data))).toEqual(expected)
  })
})
