import { describe, expect, test } from 'vitest'
import type { Names } from '../../../../src/core/events/names.ts'
import type { Json } from '../../../../src/core/log/event.ts'
import { catalogueOf } from '../../../../src/destinations/language/languages.ts'
import { listFacts } from '../../../../src/destinations/message/events/facts.ts'
import { plainText } from '../../../../src/destinations/message/text/line.ts'
import { anEvent } from '../../../support/builders/a-delivery.ts'

function facts(
  name: string,
  data: Json,
  language: 'en' | 'fr' = 'en',
  names?: Names,
): readonly string[] {
  const event = anEvent({ name, data, field: null })
  return listFacts(event, catalogueOf(language), names).map(plainText)
}

const CALL_END = 'ONVOXIMPLANTCALLEND'

describe('listFacts() of a call', () => {
  test.each([
    ['+49 (906) 123-45-67', '•••4567'],
    ['101', '101'],
    ['4567', '4567'],
    ['12345', '•••2345'],
  ])('shows of the number %s no more than %s', (number, shown) => {
    expect(facts(CALL_END, { PHONE_NUMBER: number })).toEqual([`Phone number: ${shown}`])
  })

  test.each(['reg150908', '', 'x'.repeat(50), '+'])('tells no number where %j stands', (number) => {
    expect(facts(CALL_END, { PHONE_NUMBER: number })).toEqual([])
  })

  test.each([
    ['0', '0:00'],
    ['59', '0:59'],
    ['725', '12:05'],
    ['3723', '1:02:03'],
  ])('tells %s seconds as %s', (seconds, told) => {
    expect(facts(CALL_END, { CALL_DURATION: seconds })).toEqual([`Duration: ${told}`])
  })

  test.each(['', '-1', '1e3', 'abc', '99999999'])(
    'tells no duration where %j stands',
    (seconds) => {
      expect(facts(CALL_END, { CALL_DURATION: seconds })).toEqual([])
    },
  )

  test.each([
    ['1', 'outgoing'],
    ['2', 'incoming'],
    ['3', 'incoming, redirected'],
    ['4', 'callback'],
    ['5', 'information call'],
  ])('tells the type %s as %s', (type, told) => {
    expect(facts(CALL_END, { CALL_TYPE: type })).toEqual([`Direction: ${told}`])
  })

  test('tells why it failed, and nothing when it did not', () => {
    const data = { CALL_TYPE: '1', CALL_FAILED_REASON: 'Busy' }
    expect(facts(CALL_END, { ...data, CALL_FAILED_CODE: '486' })).toEqual([
      'Direction: outgoing',
      'Result: Busy',
    ])
    expect(facts(CALL_END, { ...data, CALL_FAILED_CODE: '200' })).toEqual(['Direction: outgoing'])
    expect(facts(CALL_END, { CALL_TYPE: '9' })).toEqual([])
  })
})

describe('listFacts()', () => {
  test('tells the title of a smart process where the portal has told it, and only then', () => {
    const data = { FIELDS: { ID: '45' } }
    const names = new Map([
      ['smart_process_by_id 45', 'Rentals'],
      ['smart_process 45', 'Another one, whose type has this number'],
    ])
    expect(facts('ONCRMTYPEADD', data, 'en', names)).toEqual(['Name: Rentals'])
    expect(facts('ONCRMTYPEDELETE', data, 'fr', names)).toEqual(['Nom\u00A0: Rentals'])
    expect(facts('ONCRMTYPEADD', data)).toEqual([])
  })

  test('tells how an application is paid for, and for how long', () => {
    const data = { CODE: 'x', STATUS: 'T', PAYMENT_EXPIRED: 'Y', DAYS: 0 }
    expect(facts('ONAPPPAYMENT', data)).toEqual([
      'License: trial',
      'Payment expired: yes',
      'Days left: 0',
    ])
    expect(facts('ONAPPPAYMENT', { STATUS: 'L', DAY: '3' })).toEqual([
      'License: local application',
      'Days left: 3',
    ])
    expect(facts('ONAPPPAYMENT', data, 'fr')[0]).toBe('Licence\u00A0: d’essai')
  })

  test('tells what waits in the queue in words', () => {
    expect(facts('ONOFFLINEEVENT', { event: 'onTaskAdd' })).toEqual(['Waiting: Task created'])
    expect(facts('ONOFFLINEEVENT', { event: 'onVisitAdd' })).toEqual([
      'Waiting: Unknown event: visit add',
    ])
    expect(facts('ONOFFLINEEVENT', { event: '<b>' })).toEqual([])
  })

  test('tells the name of a new user, and no address or birthday', () => {
    const data = { ID: '5', NAME: 'Anna', LAST_NAME: 'Petrova', EMAIL: 'a@example.com' }
    expect(facts('ONUSERADD', data)).toEqual(['Name: Anna Petrova'])
  })

  test.each(['ONTASKADD', 'ONVISITADD', 'ONAPPSETTINGSCHANGE'])('has none for %s', (name) => {
    expect(facts(name, { STATUS: 'S', 'api-key': 'secret', CALL_TYPE: '1', NAME: 'x' })).toEqual([])
  })
})
