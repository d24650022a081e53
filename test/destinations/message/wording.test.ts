import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/durations.ts'
import type { UserField } from '../../../src/core/log/event.ts'
import { en } from '../../../src/destinations/language/en.ts'
import {
  describeAction,
  describeCode,
  describeKind,
  describeLabel,
  describePortal,
  formatSpanUtc,
  formatUtc,
} from '../../../src/destinations/message/wording.ts'
import { EVENT_TS, aDelivery, anEnrichment, aUserField } from '../../support/builders/a-delivery.ts'
import { showLine } from '../../support/messages/show-line.ts'
import { MEMBER_ID } from '../../support/identity.ts'

describe('describeLabel()', () => {
  test.each([
    [{ label: 'Tax number' }, 'Tax number'],
    [{ label: '' }, null],
    [{ label: { en: 'Tax number' } }, null],
    [{}, null],
    [null, null],
  ])('reads from %j the label %j', (field, expected) => {
    expect(describeLabel(aDelivery({ enrichment: anEnrichment({ field }) }))).toBe(expected)
  })
})

describe('describeKind()', () => {
  test.each<readonly [UserField['family'], string, string]>([
    ['requisite', 'CRM_REQUISITE', 'Company details field'],
    ['deal', 'CRM_DEAL', 'Deal field'],
    ['type', 'CRM_13', 'SPA field'],
    ['type', 'CRM_SMART_INVOICE', 'Invoice field'],
    ['type', 'CRM_SMART_DOCUMENT', 'Document field'],
    ['invoice', 'CRM_SMART_INVOICE', 'Invoice field (old version)'],
  ])('calls a field of %s and %s "%s"', (family, entityId, expected) => {
    const field = { family, action: 'updated', id: 1, entityId, fieldName: 'UF_X' } as const
    expect(describeKind(field, en)).toBe(expected)
  })
})

describe('describePortal()', () => {
  test('names the host, else the member_id', () => {
    expect(describePortal(aDelivery())).toBe('acme.bitrix24.com')
    expect(describePortal(aDelivery({ domain: null }))).toBe(MEMBER_ID)
  })
})

test('formatUtc() names the zone', () => {
  expect(formatUtc(EVENT_TS * 1000)).toBe('2026-09-21 14:13 UTC')
})

test.each([
  [[0, 0], '2026-09-21 14:13 UTC'],
  [[0, 39_999], '2026-09-21 14:13 UTC'],
  [[0, 40_000], '2026-09-21 14:13 – 14:14 UTC'],
  [[0, DAY_MS], '2026-09-21 14:13 – 2026-09-22 14:13 UTC'],
] as const)('formatSpanUtc() tells %j ms after the event as "%s"', ([first, last], expected) => {
  const at = EVENT_TS * 1000
  expect(formatSpanUtc(at + first, at + last)).toBe(expected)
})

test.each([
  ['UF_CRM_TAX', '`«UF_CRM_TAX»`'],
  ['\u200B', '`field 235`'],
  ['x'.repeat(81), `\`«${'x'.repeat(79)}…»\``],
])('describeCode() shows the code %j as %s', (fieldName, expected) => {
  expect(showLine(describeCode(aUserField({ fieldName }), en))).toBe(expected)
})

test.each([
  ['enum_values_set', ['LIST.7.VALUE'], 'enum_values_set'],
  ['enum_values_set', ['LIST.7.VALUE', 'LISTS'], 'updated'],
  ['enum_values_set', [], 'enum_values_set'],
  ['added', ['MANDATORY'], 'added'],
  ['deleted', ['MANDATORY'], 'deleted'],
] as const)('describeAction() judges %s with changes of %j as %s', (action, names, expected) => {
  const changes = names.map((attribute) => ({ attribute, before: null, after: 'x' }))
  expect(describeAction(aUserField({ action }), changes)).toBe(expected)
})
