import { describe, expect, it } from 'vitest'
import { createRobotSecret, parseRobotSecret } from '../../src/storage/robot-secret.ts'
import { ApplicationTokenSchema, parseOrNull } from '../../src/bitrix24/wire/wire-schemas.ts'
import { hashToken } from '../../src/storage/token-hash.ts'
import { MEMBER_ID } from '../support/identity.ts'

describe('a robot secret', () => {
  it('names its portal, and its hash is that of its token', async () => {
    const { secret, hash } = await createRobotSecret(MEMBER_ID)
    const proof = parseRobotSecret(secret)
    expect(proof?.memberId).toBe(MEMBER_ID)
    expect(await hashToken(MEMBER_ID, proof?.token ?? '')).toBe(hash)
    expect((await createRobotSecret(MEMBER_ID)).secret).not.toBe(secret)
  })

  it('can never be presented as an application token', async () => {
    const { secret } = await createRobotSecret(MEMBER_ID)
    expect(parseOrNull(ApplicationTokenSchema, parseRobotSecret(secret)?.token)).toBeNull()
  })
})

it.each([
  '',
  MEMBER_ID,
  `${MEMBER_ID}.`,
  `${MEMBER_ID}.short`,
  `x.${'a'.repeat(43)}`,
  `${MEMBER_ID}.${'a'.repeat(44)}`,
])('parseRobotSecret() refuses %j', (text) => {
  expect(parseRobotSecret(text)).toBeNull()
})
