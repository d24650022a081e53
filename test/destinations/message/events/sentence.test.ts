import { describe, expect, test } from 'vitest'
import type { Json } from '../../../../src/core/log/event.ts'
import {
  catalogueOf,
  LANGUAGES,
  type Language,
} from '../../../../src/destinations/language/languages.ts'
import {
  describeHappening,
  describeKindOfHappening,
  idsBehind,
  markOf,
  writeEventIds,
} from '../../../../src/destinations/message/events/sentence.ts'
import { plainText } from '../../../../src/destinations/message/text/line.ts'

function told(name: string, data: Json, language: Language = 'en'): string {
  return plainText(describeHappening({ name, data, userId: 1 }, catalogueOf(language)))
}

function behind(name: string, data: Json): string {
  return plainText(writeEventIds(idsBehind({ name, data, userId: 1 }), catalogueOf('en')))
}

const LONG_ID = 'externalCall.7b0c7de811455ef32b18dc5917e4306a.1773239327'

describe('describeHappening()', () => {
  test.each([
    ['en', 'Task 123 created'],
    ['ru', 'Задача 123 создана'],
    ['de', 'Aufgabe 123 erstellt'],
    ['es', 'Tarea 123 creada'],
    ['pt', 'Tarefa 123 criada'],
    ['fr', 'Tâche 123 créée'],
  ] as const)('says in %s: %s', (language, expected) => {
    expect(told('ONTASKADD', { FIELDS_AFTER: { ID: '123' } }, language)).toBe(expected)
  })

  test('names the record of the CRM that an event without a thing of its own is about', () => {
    const data = { CRM_ENTITY_TYPE: 'CONTACT', CRM_ENTITY_ID: '5785' }
    expect(told('ONEXTERNALCALLBACKSTART', data)).toBe('Callback requested (Contact 5785)')
    const document = { type: 'DEAL', id: '4325' }
    expect(told('ROBOT', { document })).toBe('Automation rule sent a report (Deal 4325)')
  })

  test('names what an id is where it is not that of the noun', () => {
    const data = { jobId: '101', company: 'acme-hr' }
    const name = 'ONHUMANRESOURCESHCMLINKPINREQUESTED'
    expect(told(name, data)).toBe('Employee PIN requested (Job 101)')
    expect(behind(name, data)).toBe('HR company acme-hr')
  })

  test('calls an item of a smart process by its type', () => {
    const item = (typeId: string): Json => ({ FIELDS: { ID: '5', ENTITY_TYPE_ID: typeId } })
    expect(told('ONCRMDYNAMICITEMADD', item('31'))).toBe('Invoice 5 created')
    expect(told('ONCRMDYNAMICITEMADD', item('147'))).toBe('SPA item 5 created')
    expect(told('ONCRMDYNAMICITEMADD_147', { FIELDS: { ID: '5' } })).toBe('SPA item 5 created')
  })

  test('leaves a long id behind the sentence, in full', () => {
    const data = { CALL_ID: LONG_ID, USER_ID: '7' }
    expect(told('ONVOXIMPLANTCALLSTART', data)).toBe('Call started')
    expect(behind('ONVOXIMPLANTCALLSTART', data)).toBe(`Call ${LONG_ID} · User 7`)
  })

  test.each([
    ['2', '304', 'Call a missed'],
    ['3', '304', 'Call a missed'],
    ['1', '304', 'Call a ended'],
    ['2', '200', 'Call a ended'],
  ])('tells a call of type %s with the code %s as %s', (type, code, expected) => {
    const data = { CALL_ID: 'a', CALL_TYPE: type, CALL_FAILED_CODE: code }
    expect(told('ONVOXIMPLANTCALLEND', data)).toBe(expected)
  })

  test.each([
    ['1', 'Method im.add confirmed'],
    ['0', 'Method im.add refused'],
  ])('tells the answer %s of an administrator as %s', (confirmed, expected) => {
    expect(told('ONAPPMETHODCONFIRM', { METHOD: 'im.add', CONFIRMED: confirmed })).toBe(expected)
  })

  test('says of an unknown module that it is unknown, and splits its code', () => {
    expect(told('PARTNER.VISIT.ON.ADD', { ID: '5' })).toBe('Unknown event: partner visit add')
    expect(told('ONVISITADD', null, 'fr')).toBe('Événement inconnu\u00A0: visit add')
  })

  test.each(LANGUAGES)(
    'tells in %s a field without its code by its kind and number',
    (language) => {
      const text = told('ONCRMLEADUSERFIELDADD', { FIELDS: { ID: '5' } }, language)
      expect(text).toContain(`${catalogueOf(language).kinds.lead} 5 `)
    },
  )

  test('shows no mark that turns text around', () => {
    expect(told('ONCRMCURRENCYADD', { FIELDS: { ID: 'A\u202EB' } })).not.toContain('\u202E')
  })
})

test('describeKindOfHappening() tells no id, and leaves no gap for it', () => {
  const event = { name: 'ONSESSIONSTART', data: { SESSION_ID: '42' }, userId: 1 }
  const texts = LANGUAGES.map((language) =>
    plainText(describeKindOfHappening(event, catalogueOf(language))),
  )
  expect(texts).toEqual([
    'Open Channel conversation started',
    'Диалог открытой линии начат',
    'Gespräch im Kommunikationskanal begonnen',
    'Conversación del Canal Abierto iniciada',
    'Conversa do Canal Aberto iniciada',
    'Conversation du canal ouvert commencée',
  ])
})

test.each([
  ['ONTASKADD', 'added'],
  ['ONTASKCOMMENTADD', 'added'],
  ['ONTASKUPDATE', 'updated'],
  ['ONCRMDEALMOVETOCATEGORY', 'updated'],
  ['ONTASKDELETE', 'deleted'],
  ['ONSESSIONSTART', null],
  ['ONVISITADD', null],
])('markOf() of %s is %s', (name, mark) => {
  expect(markOf({ name, data: null, userId: null })).toBe(mark)
})
