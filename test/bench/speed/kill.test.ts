import { describe, expect, it } from 'vitest'
import { computeLoss } from '../../../bench/speed/kill.ts'

function arrivals(...messages: readonly (readonly [id: number, receiver: number])[]) {
  return messages.map(([id, receiver]) => ({ id, receiver, at: 0 }))
}

describe('computeLoss()', () => {
  it('counts an acknowledged event as lost when one of the receivers never got it', () => {
    const seen = arrivals([1, 1], [1, 2], [2, 1])
    expect(computeLoss([1, 2, 3], seen, 2)).toEqual({ acknowledged: 3, lost: 2, repeated: 0 })
  })

  it('counts a second message of one event at one receiver as repeated, and not as another one', () => {
    const seen = arrivals([1, 1], [1, 1], [1, 1])
    expect(computeLoss([1], seen, 2)).toEqual({ acknowledged: 1, lost: 1, repeated: 2 })
  })

  it('ignores events that were delivered but never acknowledged', () => {
    expect(computeLoss([], arrivals([9, 1]), 1)).toEqual({ acknowledged: 0, lost: 0, repeated: 0 })
  })
})
