import { describe, expect, test } from 'vitest'

import { userNameOf } from '../../../src/bitrix24/fields/users.ts'
import type { Json } from '../../../src/core/log/event.ts'

describe('userNameOf()', () => {
  test.for<[string, Json | undefined, string | null]>([
    ['both names', [{ ID: '7', NAME: ' Anna ', LAST_NAME: ' Petrova ' }], 'Anna Petrova'],
    ['a first name alone', [{ ID: 7, NAME: 'Anna', LAST_NAME: null }], 'Anna'],
    ['a last name alone', [{ ID: '7', NAME: '', LAST_NAME: 'Petrova' }], 'Petrova'],
    ['blanks', [{ ID: '7', NAME: '  ', LAST_NAME: '' }], null],
    ['names that are no text', [{ ID: '7', NAME: 1, LAST_NAME: ['x'] }], null],
    ['somebody else', [{ ID: '8', NAME: 'Ivan' }], null],
    ['the user behind others', ['x', { ID: '8', NAME: 'Ivan' }, { ID: '7', NAME: 'A' }], 'A'],
    ['nobody', [], null],
    ['no list', { ID: '7', NAME: 'Anna' }, null],
    ['nothing', undefined, null],
    ['a very long name', [{ ID: '7', NAME: '€'.repeat(500) }], '€'.repeat(200)],
  ])('reads %s', ([, result, expected]) => {
    expect(userNameOf(7, result)).toBe(expected)
  })
})
