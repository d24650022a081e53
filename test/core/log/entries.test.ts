import { describe, expect, it } from 'vitest'
import {
  countMeant,
  entriesAfter,
  MAX_COUNTED,
  outlinesAfter,
  outlinesBefore,
} from '../../../src/core/log/entries.ts'
import type { LogEntry } from '../../../src/core/log/event.ts'
import { anEntry, oneTo, pagesOf } from '../../support/builders/a-lane.ts'

/** A log of some events that writes down each page that was asked for: from where, and how many. */
function aLog(count: number) {
  const pages = pagesOf(oneTo(count).map((sequence) => anEntry({ sequence })))
  const asked: [number, number][] = []
  const noting =
    (read: typeof pages.after) =>
    (from: number, limit: number): LogEntry[] => {
      asked.push([from, limit])
      return read(from, limit)
    }
  return {
    asked,
    after: noting(pages.after),
    outlinesAfter: noting(pages.after),
    outlinesBefore: noting(pages.before),
  }
}

function sequences(entries: Iterable<LogEntry>): number[] {
  return [...entries].map(({ sequence }) => sequence)
}

describe('entriesAfter()', () => {
  it('gives the entries of all pages, oldest first', () => {
    expect(sequences(entriesAfter(aLog(7), 2, { page: 2 }))).toEqual([3, 4, 5, 6, 7])
  })

  it('reads a first page of its own size, and goes on until a page is empty', () => {
    const log = aLog(6)
    expect(sequences(entriesAfter(log, 0, { first: 1, page: 3 }))).toEqual(oneTo(6))
    expect(log.asked).toEqual([
      [0, 1],
      [1, 3],
      [4, 3],
      [6, 3],
    ])
  })

  it('goes on after a page with few entries, since these may be large', () => {
    const pages = pagesOf(oneTo(5).map((sequence) => anEntry({ sequence })))
    const log = { after: (sequence: number) => pages.after(sequence, 1) }
    expect(sequences(entriesAfter(log, 0, { page: 3 }))).toEqual(oneTo(5))
  })

  it('reads no page that its reader does not come to', () => {
    const log = aLog(9)
    for (const { sequence } of entriesAfter(log, 0, { first: 1, page: 3 })) {
      if (sequence === 1) break
    }
    expect(log.asked).toEqual([[0, 1]])
  })

  it('of an empty log gives nothing', () => {
    expect(sequences(entriesAfter(aLog(0), 0, { page: 2 }))).toEqual([])
  })
})

describe('outlinesAfter()', () => {
  it('gives the outlines of all pages, oldest first', () => {
    const { outlinesAfter: read } = aLog(7)
    expect(sequences(outlinesAfter({ outlinesAfter: read }, 2, { page: 2 }))).toEqual([
      3, 4, 5, 6, 7,
    ])
  })
})

describe('outlinesBefore()', () => {
  it('gives the entries of all pages, newest first', () => {
    const log = aLog(7)
    expect(sequences(outlinesBefore(log, 6, { first: 1, page: 2 }))).toEqual([5, 4, 3, 2, 1])
    expect(log.asked).toEqual([
      [6, 1],
      [5, 2],
      [3, 2],
      [1, 2],
    ])
  })
})

describe('countMeant()', () => {
  const isEven = ({ sequence }: LogEntry): boolean => sequence % 2 === 0

  it('counts what is meant up to the last sequence', () => {
    const entries = oneTo(9).map((sequence) => anEntry({ sequence }))
    expect(countMeant(entries, { last: 7, isMeant: isEven })).toBe(3)
    expect(countMeant([], { last: 7, isMeant: isEven })).toBe(0)
  })

  it('looks at ten thousand entries, and counts each one behind them', () => {
    let read = 0
    function* log(): Generator<LogEntry, void> {
      for (;;) yield anEntry({ sequence: (read += 1) })
    }
    const count = countMeant(log(), { last: 110_000, isMeant: isEven })
    expect(count).toBe(MAX_COUNTED / 2 + 100_000)
    expect(read).toBe(MAX_COUNTED)
  })
})
