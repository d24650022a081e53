import { describe, expect, it } from 'vitest'
import { batchId, deliveryId } from '../../../src/core/log/delivery-id.ts'

describe('G3 at least once: deliveryId()', () => {
  it('is made of portal and sequence alone, without the dot that Standard Webhooks forbids', () => {
    const id = deliveryId('a223c6b3710f85df22e9377d6c4f7553', 42)
    expect(id).toBe('a223c6b3710f85df22e9377d6c4f7553-42')
    expect(id).not.toContain('.')
  })
})

describe('batchId()', () => {
  it('names the first and the last sequence, and is no delivery id', () => {
    const memberId = 'a223c6b3710f85df22e9377d6c4f7553'
    expect(batchId(memberId, { first: 41, last: 57 })).toBe(`${memberId}-41-57`)
  })
})
