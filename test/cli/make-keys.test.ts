/** Fresh values: each can be configured as it stands, and two runs on one day give two ids. */
import { expect, it } from 'vitest'
import { makeKeys } from '../../cli/make-keys.ts'
import { findSecretProblem, readSigning } from '../../src/destinations/webhook/secrets.ts'
import { parseTokenKeys } from '../../src/storage/token-keys.ts'
import { NOW } from '../support/time.ts'

it('makes a key id of its own at each run, with the day in it', () => {
  const [one, two] = [makeKeys(NOW), makeKeys(NOW)].map(({ tokenKeys }) => {
    const keys = parseTokenKeys(tokenKeys)
    const [first] = keys.ok ? keys.value : []
    return { id: first?.id, size: first?.key.length }
  })
  expect(one).toEqual({ id: expect.stringMatching(/^k20260921-[0-9a-f]{8}$/u), size: 32 })
  expect(two?.id).not.toBe(one?.id)
})

it('makes signing secrets that a webhook takes, and the public key of the pair', () => {
  const { signingSecret, signingKey, publicKey } = makeKeys(NOW)
  const secret = readSigning(signingSecret, 'v1')
  expect(secret).toMatchObject({ ok: true, value: [{ version: 'v1' }] })
  const read = readSigning(signingKey, 'v1a')
  const [pair] = read.ok ? read.value : []
  expect(findSecretProblem(pair === undefined ? [] : [pair])).toBeNull()
  const own = pair?.version === 'v1a' ? (pair.publicKey ?? []) : []
  expect(publicKey).toBe(`whpk_${Buffer.from(own).toString('base64')}`)
})
