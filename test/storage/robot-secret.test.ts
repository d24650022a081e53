import { describe, expect, it } from 'vitest'
import { createRobotSecret, parseRobotSecret } from '../../src/storage/robot-secret.ts'
import { ApplicationTokenSchema, parseOrNull } from '../../src/bitrix24/wire/wire-schemas.ts'
import { hashToken } from '../../src/storage/token-hash.ts'

const MEMBER = 'a223c6b3710f85df22e9377d6c4f7553'

describe('a robot secret', () => {
  it('names its portal, and its hash is that of its token', async () => {
    const { secret, hash } = await createRobotSecret(MEMBER)
    const proof = parseRobotSecret(secret)
    expect(proof?.memberId).toBe(MEMBER)
    expect(await hashToken(MEMBER, proof?.token ?? '')).toBe(hash)
    expect((await createRobotSecret(MEMBER)).secret).not.toBe(secret)
  })

  it('can never be presented as an application token', async () => {
    const { secret } = await createRobotSecret(MEMBER)
    expect(parseOrNull(ApplicationTokenSchema, parseRobotSecret(secret)?.token)).toBeNull()
  })
})

it.each([
  '',
  MEMBER,
  `${MEMBER}.`,
  `${MEMBER}.short`,
  `x.${'a'.repeat(43)}`,
  `${MEMBER}.${'a'.repeat(44)}`,
])('parseRobotSecret() refuses %j', (text) => {
  expect(parseRobotSecret(text)).toBeNull()
})
