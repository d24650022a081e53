import { describe, expect, it } from 'vitest'
import { reseal } from '../../src/storage/reseal.ts'
import { createSealer } from '../../src/storage/seal.ts'
import type { TokenKey } from '../../src/storage/token-keys.ts'
import { MEMBER_ID } from '../support/identity.ts'

const CONTEXT = { memberId: MEMBER_ID, field: 'tokens' }

function aKey(id: string, byte: number): TokenKey {
  return { id, key: new Uint8Array(32).fill(byte) }
}

const OLD = aKey('k1', 1)
const NEW = aKey('k2', 2)

async function sealedBy(...keys: TokenKey[]): Promise<string> {
  const sealed = await createSealer(keys).seal('secret', CONTEXT)
  if (!sealed.ok) throw new Error('Cannot seal without a key')
  return sealed.value
}

describe('reseal()', () => {
  it('seals a text of a former key under the newest one', async () => {
    const sealer = createSealer([NEW, OLD])
    const again = await reseal(sealer, await sealedBy(OLD), CONTEXT)
    expect(again).toMatch(/^v1\.k2\./u)
    expect(await sealer.open(again, CONTEXT)).toEqual({ ok: true, value: 'secret' })
  })

  it.each([
    ['is sealed under the newest key', [NEW], [NEW, OLD]],
    ['was sealed under a key that is not configured any more', [OLD], [NEW]],
    ['was sealed while there was a key, and there is none now', [OLD], []],
  ])('leaves a text as it is that %s', async (_, former, present) => {
    const sealed = await sealedBy(...former)
    expect(await reseal(createSealer(present), sealed, CONTEXT)).toBe(sealed)
  })
})
