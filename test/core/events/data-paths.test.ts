import { describe, expect, it } from 'vitest'
import { idOf, readId, readText } from '../../../src/core/events/data-paths.ts'

describe('readId()', () => {
  it.each([
    ['FIELDS[ID]', { FIELDS: { ID: '7' } }],
    ['data[ID]', { ID: '7' }],
    ['data[id]', { id: '7' }],
    ['FIELDS_AFTER[ID]', { FIELDS_BEFORE: 'undefined', FIELDS_AFTER: { ID: '7' } }],
    ['FIELDS_BEFORE[ID]', { FIELDS_BEFORE: { ID: '7' }, FIELDS_AFTER: 'undefined' }],
    ['a number', { FIELDS: { ID: 7 } }],
    ['the first of a list', { ID: ['7', '8'] }],
  ])('finds the id in the form %s', (_, data) => {
    expect(readId(data, ['ID'])).toBe('7')
  })

  it.each([
    ['the text "undefined"', { FIELDS: { ID: 'undefined' } }],
    ['0', { ID: '0' }],
    ['an empty text', { ID: '' }],
    ['a text with a blank', { ID: 'two words' }],
    ['a text of 121 characters', { ID: 'x'.repeat(121) }],
    ['an object', { ID: { ID: '7' } }],
    ['no data', null],
    ['a name of the prototype', { FIELDS: {} }],
  ])('takes %s for no id', (_, data) => {
    expect(readId(data, ['ID', 'constructor'])).toBeNull()
  })

  it('takes the next place where the first one holds 0', () => {
    const data = { FIELDS_AFTER: { ID: '0', MESSAGE_ID: '1458' } }
    expect(readId(data, ['ID', 'MESSAGE_ID'])).toBe('1458')
  })

  it('takes `*` for the first member, numbers for places of a list, and one key in all its spellings', () => {
    expect(readId({ BOT: { 571: { BOT_ID: '571' } } }, ['BOT.*.BOT_ID'])).toBe('571')
    expect(readId({ MESSAGES: [{ im: { chat_id: '1807' } }] }, ['MESSAGES.0.im.chatId'])).toBe(
      '1807',
    )
  })
})

it('idOf() keeps a long id of a call in full', () => {
  const id = 'externalCall.7b0c7de811455ef32b18dc5917e4306a.1773239327'
  expect(idOf(id)).toBe(id)
})

it.each([
  [{ CALL_DURATION: '0' }, '0'],
  [{ CALL_DURATION: 0 }, '0'],
  [{ FIELDS: { CALL_DURATION: 'two words' } }, 'two words'],
  [{ CALL_DURATION: '', OTHER: 'x' }, 'x'],
  [{ CALL_DURATION: 'undefined', OTHER: 'x' }, 'x'],
  [{ CALL_DURATION: { ID: '7' } }, null],
  [null, null],
])('readText() of %j is %j', (data, expected) => {
  expect(readText(data, ['CALL_DURATION', 'OTHER'])).toBe(expected)
})
