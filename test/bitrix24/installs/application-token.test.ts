import { describe, expect, test } from 'vitest'
import { mayTakeApplicationToken } from '../../../src/bitrix24/installs/application-token.ts'

describe('mayTakeApplicationToken()', () => {
  const claim = {
    known: ['hash-a', 'hash-b'],
    presented: 'hash-c',
    userId: 7,
    isAdmin: false,
    installerUserId: 1,
    systemUserId: 512,
  }

  test.for<[string, Partial<typeof claim> & { installerUserId?: null }, boolean]>([
    ['a known token from anybody', { presented: 'hash-b' }, true],
    ['a different token from an administrator', { isAdmin: true }, true],
    ['a different token from the recorded installer', { userId: 1 }, true],
    ['a different token from the system user', { userId: 512 }, true],
    ['a different token from any other user', {}, false],
    ['a first token from an administrator', { known: [], isAdmin: true }, true],
    ['a first token from the recorded installer', { known: [], userId: 1 }, true],
    ['a first token from the system user', { known: [], userId: 512 }, true],
    ['a first token from any other user', { known: [] }, false],
    ['a part of a known token', { presented: 'hash' }, false],
  ])('judges %s', ([, fields, expected]) => {
    expect(mayTakeApplicationToken({ ...claim, ...fields })).toBe(expected)
  })

  test('takes nothing from an ordinary user when nobody is recorded', () => {
    const nobody = { known: [], installerUserId: null, systemUserId: null }
    expect(mayTakeApplicationToken({ ...claim, ...nobody })).toBe(false)
  })
})
