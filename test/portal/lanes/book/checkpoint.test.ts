/** When the lanes that only memory knows are stored while nobody waits for it. */
import { describe, expect, it } from 'vitest'
import {
  Checkpoint,
  CHECKPOINT_MS,
  MAX_SKIPPED,
  REFUSED_FLUSH_RETRY_MS,
} from '../../../../src/portal/lanes/book/checkpoint.ts'

/** A checkpoint, the timers that it has started and not cancelled, and how often its book was stored. */
function aCheckpoint() {
  const timers = new Map<number, () => void>()
  const book = { unsaved: false, isFull: false, saves: 0 }
  const checkpoint = new Checkpoint(
    {
      hasUnsavedSends: () => book.unsaved,
      saveEverything: () => {
        if (book.isFull) throw new Error('disk is full')
        book.saves += 1
        book.unsaved = false
        checkpoint.noteStored()
      },
    },
    {
      after: (ms, work) => {
        timers.set(ms, work)
        return () => timers.delete(ms)
      },
    },
  )
  /** The time of the timer passes. */
  const rings = (ms: number): void => {
    const work = timers.get(ms)
    timers.delete(ms)
    work?.()
  }
  return { checkpoint, book, rings, waits: () => [...timers.keys()] }
}

describe('flush()', () => {
  it('writes nothing that storage knows already', () => {
    const { checkpoint, book, waits } = aCheckpoint()
    checkpoint.flush()
    checkpoint.flushInTime()
    expect([book.saves, waits()]).toEqual([0, []])
  })

  it('stores sends that only memory knows', () => {
    const { checkpoint, book } = aCheckpoint()
    book.unsaved = true
    checkpoint.flush()
    expect(book.saves).toBe(1)
  })

  it('tries again by a timer, until storage takes it', () => {
    const { checkpoint, book, rings, waits } = aCheckpoint()
    book.unsaved = true
    book.isFull = true
    expect(() => checkpoint.flush()).toThrow('disk is full')
    expect(() => rings(REFUSED_FLUSH_RETRY_MS)).toThrow('disk is full')
    expect(waits()).toEqual([REFUSED_FLUSH_RETRY_MS])
    book.isFull = false
    rings(REFUSED_FLUSH_RETRY_MS)
    expect([book.saves, waits()]).toEqual([1, []])
  })
})

describe('flushInTime()', () => {
  it('stores in time, with one timer for all sends of that time', () => {
    const { checkpoint, book, rings, waits } = aCheckpoint()
    book.unsaved = true
    checkpoint.flushInTime()
    checkpoint.flushInTime()
    expect([book.saves, waits()]).toEqual([0, [CHECKPOINT_MS]])
    rings(CHECKPOINT_MS)
    expect(book.saves).toBe(1)
  })

  it('keeps no timer when something else has stored the lanes', () => {
    const { checkpoint, book, waits } = aCheckpoint()
    book.unsaved = true
    checkpoint.flushInTime()
    checkpoint.noteStored()
    expect(waits()).toEqual([])
  })
})

describe('noteCorrected()', () => {
  it('stores waits that were measured anew in time, and once', () => {
    const { checkpoint, book, rings, waits } = aCheckpoint()
    checkpoint.noteCorrected()
    rings(CHECKPOINT_MS)
    checkpoint.flushInTime()
    expect([book.saves, waits()]).toEqual([1, []])
  })
})

describe('noteSkipped()', () => {
  it.each([
    [MAX_SKIPPED - 1, 0],
    [MAX_SKIPPED, 1],
  ])('after %i events in two steps has stored %i times', (events, saves) => {
    const { checkpoint, book } = aCheckpoint()
    checkpoint.noteSkipped(1)
    checkpoint.noteSkipped(events - 1)
    expect(book.saves).toBe(saves)
  })

  it('counts those no more that storage knows', () => {
    const { checkpoint, book } = aCheckpoint()
    checkpoint.noteSkipped(MAX_SKIPPED - 1)
    checkpoint.noteStored()
    checkpoint.noteSkipped(MAX_SKIPPED - 1)
    expect(book.saves).toBe(0)
  })

  it.each([
    [1, 1],
    [0, 0],
  ])('of %i events lets saveSkipped() write %i times', (events, saves) => {
    const { checkpoint, book } = aCheckpoint()
    checkpoint.noteSkipped(events)
    checkpoint.saveSkipped()
    expect(book.saves).toBe(saves)
  })
})
