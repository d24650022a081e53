import { describe, expect, it } from 'vitest'
import {
  EntryMemory,
  MAX_ENTRIES,
  MAX_LENGTH,
} from '../../../../src/portal/log/rows/entry-memory.ts'
import { anEntry, oneTo } from '../../../support/builders/a-lane.ts'

function filled(count: number, length = 1): EntryMemory {
  const memory = new EntryMemory()
  for (const sequence of oneTo(count)) memory.remember(anEntry({ sequence }), length)
  return memory
}

/** The sequences up to a number that are remembered. */
function remembered(memory: EntryMemory, upTo: number): readonly number[] {
  return oneTo(upTo).filter((sequence) => memory.find(sequence)?.sequence === sequence)
}

describe('EntryMemory', () => {
  it('forgets the oldest entries beyond its number', () => {
    expect(remembered(filled(MAX_ENTRIES), MAX_ENTRIES)).toHaveLength(MAX_ENTRIES)
    expect(remembered(filled(MAX_ENTRIES + 2), 4)).toEqual([3, 4])
  })

  it('forgets the oldest entries beyond its length, and counts what it has forgotten no more', () => {
    const memory = filled(6, MAX_LENGTH / 4)
    expect(remembered(memory, 6)).toEqual([3, 4, 5, 6])
    memory.forget(4)
    memory.remember(anEntry({ sequence: 7 }), MAX_LENGTH / 4)
    expect(remembered(memory, 7)).toEqual([3, 5, 6, 7])
  })

  it('does not take an entry that needs too much of its room', () => {
    const memory = filled(2)
    memory.remember(anEntry({ sequence: 3 }), MAX_LENGTH / 4 + 1)
    expect(remembered(memory, 3)).toEqual([1, 2])
  })

  it('takes the younger form of an entry, and forgets all when it is told to', () => {
    const memory = filled(2)
    memory.remember(anEntry({ sequence: 1, receipt: 'younger' }), 1)
    expect(memory.find(1)?.receipt).toBe('younger')
    memory.clear()
    expect(remembered(memory, 2)).toEqual([])
  })
})
