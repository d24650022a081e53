/** The headline of a field and the lines below it. */
import { describe, expect, test } from 'vitest'
import type { Change, Enrichment, FieldAction } from '../../../../src/core/log/event.ts'
import { en } from '../../../../src/destinations/language/en.ts'
import { catalogueOf, type Language } from '../../../../src/destinations/language/languages.ts'
import { composeField } from '../../../../src/destinations/message/fields/compose-field.ts'
import {
  aChange,
  aDelivery,
  anEnrichment,
  anEvent,
  aUserField,
} from '../../../support/builders/a-delivery.ts'
import { showLine } from '../../../support/messages/show-line.ts'

const ANNA = { id: 1, name: 'Anna Petrova' }
const MAX = { id: 2, name: 'Max Weber' }
const REQUIRED = aChange('MANDATORY', 'N', 'Y')

function told(action: FieldAction, enrichment: Partial<Enrichment>, words = en) {
  const field = aUserField({ action })
  const delivery = aDelivery({
    event: anEvent({ field }),
    enrichment: anEnrichment(enrichment),
  })
  return composeField([delivery], field, words)
}

function titleOf(changes: readonly Change[] | null, language: Language = 'en'): string {
  return showLine(told('updated', { changes }, catalogueOf(language)).title)
}

describe('composeField() says first what happened', () => {
  test.each<readonly [FieldAction, string]>([
    ['added', '➕ *Created*: *«Tax number»* — *«Anna Petrova»*'],
    ['deleted', '❌ *Deleted*: *«Tax number»* — *«Anna Petrova»*'],
    ['updated', '🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»*'],
    ['enum_values_set', '🔄 *List values changed*: *«Tax number»* — *«Anna Petrova»*'],
  ])('for a field with the action %s', (action, expected) => {
    for (const changes of [[], null]) {
      const { title, lead } = told(action, { changes })
      expect(showLine(title)).toBe(expected)
      expect(showLine(lead)).toBe('Company details field `«UF_CRM_TAX»`')
    }
  })

  test.each<readonly [Language, string]>([
    ['en', '🔄 *«Tax number»*: required `no` → `yes` — *«Anna Petrova»*'],
    ['ru', '🔄 *«Tax number»*: обязательное `нет` → `да` · *«Anna Petrova»*'],
    ['de', '🔄 *«Tax number»*: Erforderlich `nein` → `ja` – *«Anna Petrova»*'],
    ['es', '🔄 *«Tax number»*: requerido `no` → `sí` — *«Anna Petrova»*'],
    ['pt', '🔄 *«Tax number»*: obrigatório `não` → `sim` — *«Anna Petrova»*'],
    ['fr', '🔄 *«Tax number»*\u00A0: obligatoire `non` → `oui` — *«Anna Petrova»*'],
  ])('and tells a single change itself, in %s', (language, expected) => {
    expect(titleOf([REQUIRED], language)).toBe(expected)
  })

  test('and lists the change of the headline once more for templates alone', () => {
    const { headlined, lines } = told('updated', { changes: [REQUIRED] })
    expect(headlined.map(({ text }) => showLine(text))).toEqual(['Required: `no` → `yes`'])
    expect(lines).toEqual([])
  })

  test.each<readonly [string, readonly Change[]]>([
    ['several changes', [REQUIRED, aChange('MULTIPLE', 'N', 'Y')]],
    ['a long one', [aChange('XML_ID', 'a'.repeat(50), 'b')]],
  ])('and leaves %s to the lines', (_what, changes) => {
    const { title, headlined, lines } = told('updated', { changes })
    expect(showLine(title)).toBe('🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»*')
    expect(headlined).toEqual([])
    expect(lines).toHaveLength(changes.length)
  })

  test('and names a list whose other settings changed too by these', () => {
    const item = aChange('LIST.7.VALUE', 'A', 'B')
    const { title } = told('enum_values_set', { changes: [item, REQUIRED] })
    expect(showLine(title)).toContain('*Settings changed*')
  })

  test('and that others changed a new field before it was told', () => {
    const title = (users: Enrichment['users']): string =>
      showLine(told('added', { changes: [], users, covers: [42, 43] }).title)
    expect(title([ANNA])).toBe('➕ *Created*: *«Tax number»* — *«Anna Petrova»*')
    expect(title([ANNA, MAX])).toBe(
      '➕ *Created, settings changed*: *«Tax number»* — *«Anna Petrova»*, *«Max Weber»*',
    )
  })

  test('and calls a field without a label by its code', () => {
    const { title, lead } = told('deleted', { field: null, changes: null })
    expect(showLine(title)).toBe('❌ *Deleted*: `«UF_CRM_TAX»` — *«Anna Petrova»*')
    expect(showLine(lead)).toBe('Company details field')
  })
})

test('composeField() calls a list value by the text that the read gave', () => {
  const { headlined } = told('updated', {
    field: { label: 'Tax number', listValues: { 7: 'AG', 8: 5 } },
    changes: [aChange('LIST.7.DEF', 'N', 'Y')],
  })
  expect(headlined.map(({ text }) => showLine(text))).toEqual([
    'List value `«AG»`, default: `no` → `yes`',
  ])
})
