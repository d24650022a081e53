import { describe, expect, test } from 'vitest'

import { fieldLink } from '../../../src/bitrix24/fields/field-link.ts'
import type { LinkedField } from '../../../src/bitrix24/fields/field-link.ts'
import type { FieldFamily } from '../../../src/core/log/event.ts'

const FIELD: LinkedField = {
  domain: 'acme.bitrix24.com',
  family: 'requisite',
  id: 235,
  entityId: 'CRM_REQUISITE',
  fieldName: 'UF_CRM_TAX',
}

function link(field: Partial<LinkedField> = {}, template?: string) {
  const merged = { ...FIELD, ...field }
  return fieldLink(merged, new Map(template === undefined ? [] : [[merged.family, template]]))
}

describe('fieldLink()', () => {
  test.for<[FieldFamily, string | null]>([
    ['lead', 'CRM_LEAD'],
    ['contact', 'CRM_CONTACT'],
    ['company', 'CRM_COMPANY'],
    ['deal', 'CRM_DEAL'],
    ['quote', 'CRM_QUOTE'],
    ['invoice', 'CRM_INVOICE'],
  ])('knows the edit form of a %s field', ([family, entityId]) => {
    expect(link({ family, entityId: entityId ?? '' })).toBe(
      `https://acme.bitrix24.com/crm/configs/fields/${entityId}/edit/UF_CRM_TAX/`,
    )
  })

  test.for<[FieldFamily]>([['requisite'], ['type']])('knows no page for a %s field', ([family]) => {
    expect(link({ family })).toBe(null)
  })

  test('fills in a template of the family and leaves other families alone', () => {
    const page = 'https://{domain}/crm/configs/preset/8/ufields/'
    expect(link({}, page)).toBe('https://acme.bitrix24.com/crm/configs/preset/8/ufields/')
    expect(link({}, 'https://{domain}/x/{entityId}?f={fieldName}&id={id}')).toBe(
      'https://acme.bitrix24.com/x/CRM_REQUISITE?f=UF_CRM_TAX&id=235',
    )
    expect(fieldLink({ ...FIELD, family: 'type' }, new Map([['requisite', page]]))).toBe(null)
  })

  test('prefers a template to the known page', () => {
    expect(link({ family: 'deal' }, 'https://{domain}/own/')).toBe('https://acme.bitrix24.com/own/')
  })

  test('keeps the port of a portal', () => {
    const domain = 'crm.example.com:8443'
    expect(link({ domain }, 'https://{domain}/x/')).toBe('https://crm.example.com:8443/x/')
  })

  test.for([
    ['another scheme', 'http://{domain}/x/'],
    ['a script', 'javascript:alert(1)//{domain}'],
    ['another host', 'https://evil.example.com/{domain}/'],
    ['a host that only begins like the portal', 'https://{domain}.evil.example.com/'],
    ['user info', 'https://{domain}@evil.example.com/'],
    ['user info before the portal', 'https://user:pass@{domain}/'],
    ['another port', 'https://{domain}:8443/'],
    ['an unknown place', 'https://{domain}/{member}/'],
    ['an open bracket', 'https://{domain}/{id'],
    ['a blank', 'https://{domain}/a b/'],
    ['no address', '{domain}'],
  ] as const)('gives no link for a template with %s', ([, template]) => {
    expect(link({}, template)).toBe(null)
  })

  test.for<[string, Partial<LinkedField>]>([
    ['a domain with a path', { domain: 'acme.bitrix24.com/evil' }],
    ['a domain with user info', { domain: 'user@evil.example.com' }],
    ['an empty domain', { domain: '' }],
    ['a name that climbs', { fieldName: '..' }],
    ['a name with a slash', { fieldName: 'UF/../x' }],
    ['an entity that climbs', { entityId: '..' }],
    ['an empty name', { fieldName: '' }],
  ])('gives no link for %s', ([, field]) => {
    expect(link({ family: 'deal', entityId: 'CRM_DEAL', ...field })).toBe(null)
  })
})
