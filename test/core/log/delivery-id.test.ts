import { describe, expect, it } from 'vitest'
import { batchId, deliveryId } from '../../../src/core/log/delivery-id.ts'
import { MEMBER_ID } from '../../support/identity.ts'

describe('G3 at least once: deliveryId()', () => {
  it('is made of portal and sequence alone, without the dot that Standard Webhooks forbids', () => {
    const id = deliveryId(MEMBER_ID, 42)
    expect(id).toBe(`${MEMBER_ID}-42`)
    expect(id).not.toContain('.')
  })
})

describe('batchId()', () => {
  it('names the first and the last sequence, and is no delivery id', () => {
    const memberId = MEMBER_ID
    expect(batchId(memberId, { first: 41, last: 57 })).toBe(`${memberId}-41-57`)
  })
})
