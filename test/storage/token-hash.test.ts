import { describe, expect, it } from 'vitest'
import { hashToken } from '../../src/storage/token-hash.ts'
import { APPLICATION_TOKEN } from '../support/identity.ts'

describe('hashToken()', () => {
  // Expected values from `printf %s … | sha256sum`.
  it('is hex SHA-256 of member_id, a bar and the token', async () => {
    expect(await hashToken('a223', APPLICATION_TOKEN)).toBe(
      '67241836599dd6df743e9fe95a75973e33150a8f8e6630f5d41fac66e318fc26',
    )
  })

  it('hashes text beyond ASCII as UTF-8', async () => {
    expect(await hashToken('a223', 'ключ😀')).toBe(
      '4b19168a836da49ba0702b69eb2ea146918aaa9db61f3dd54b3269236a56cabf',
    )
  })

  it('differs for another portal and for another token', async () => {
    const hashes = [
      await hashToken('a223', 'token'),
      await hashToken('b223', 'token'),
      await hashToken('a223', 'tokem'),
    ]
    expect(new Set(hashes).size).toBe(3)
  })
})
