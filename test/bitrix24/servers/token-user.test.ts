import { describe, expect, test } from 'vitest'
import { askTokenUser } from '../../../src/bitrix24/servers/token-user.ts'
import profile from '../../fixtures/bitrix24/rest/profile-200.json' with { type: 'json' }
import { answering } from '../../support/network/simulated-fetch.ts'

const ACCESS = 'canary-access-0123456789'
const MALFORMED = {
  ok: false,
  error: { kind: 'unreachable', code: 'malformed_answer', status: 200 },
}

describe('askTokenUser()', () => {
  const ENDPOINT = 'https://acme.bitrix24.com/rest/'

  test('reads the recorded answer', async () => {
    const { deps, sent } = answering(profile)
    expect(await askTokenUser(ENDPOINT, ACCESS, deps)).toEqual({
      ok: true,
      value: { userId: 1, isAdmin: true },
    })
    expect(sent.map(({ url }) => url)).toEqual(['https://acme.bitrix24.com/rest/profile'])
    expect([...(sent[0]?.form ?? [])]).toEqual([['auth', ACCESS]])
  })

  test.for([false, 'true', 'Y', 1, {}, null, undefined])('takes ADMIN %j for no', async (ADMIN) => {
    const { deps } = answering({ result: { ...profile.result, ADMIN } })
    const expected = { ok: true, value: { userId: 1, isAdmin: false } }
    expect(await askTokenUser(ENDPOINT, ACCESS, deps)).toEqual(expected)
  })

  test.for([[], [{ ID: '1', ADMIN: true }], { ADMIN: true }, { ID: '1x', ADMIN: true }, true])(
    'takes the result %j for no answer',
    async (result) => {
      const { deps } = answering({ result })
      expect(await askTokenUser(ENDPOINT, ACCESS, deps)).toEqual(MALFORMED)
    },
  )

  test('hands on an error of the portal', async () => {
    const { deps } = answering({ error: 'insufficient_scope' }, 403)
    const error = { kind: 'no_scope', code: 'insufficient_scope', status: 403 }
    expect(await askTokenUser(ENDPOINT, ACCESS, deps)).toEqual({ ok: false, error })
  })
})
