/** The rows of fates and delivered digests: which of them a range of events finds, and when they go. */
import { describe, expect, it } from 'vitest'
import type { ExactFate } from '../../../../src/core/lanes/state/fate.ts'
import { FateStore } from '../../../../src/portal/lanes/book/fate-store.ts'
import { SegmentStore } from '../../../../src/portal/log/rows/segment-store.ts'
import { migrate } from '../../../../src/portal/state/migrations.ts'
import { withDatabase } from '../../../support/storage/object-database.ts'
import { NOW } from '../../../support/time.ts'

function aParked(sequence: number): ExactFate {
  return { sequence, state: 'parked', reason: 'http_422', status: 422, at: NOW, attempts: 1 }
}

function aDelivered(sequence: number): ExactFate {
  return { sequence, state: 'delivered', reason: null, status: 200, at: NOW, attempts: 3 }
}

function inStore<T>(work: (fates: FateStore) => T): Promise<T> {
  return withDatabase((db) => {
    migrate(db)
    return work(new FateStore(db, new SegmentStore(db)))
  })
}

/** `erp` has parked 2, 4 and 6 and has got 5 late; `crm` has parked 4. */
function fill(fates: FateStore): FateStore {
  for (const sequence of [6, 2, 4]) fates.save('erp', aParked(sequence))
  fates.save('erp', aDelivered(5))
  fates.save('crm', aParked(4))
  return fates
}

describe('fates', () => {
  it('are found by destination and sequence, and a later one takes the place of an earlier one', async () => {
    const found = await inStore((fates) => {
      fill(fates).save('erp', aDelivered(4))
      return [fates.find('erp', 4), fates.find('crm', 4), fates.find('erp', 3)]
    })
    expect(found).toEqual([
      { destination: 'erp', ...aDelivered(4) },
      { destination: 'crm', ...aParked(4) },
      null,
    ])
  })

  it('of a range are those of one destination, its ends included', async () => {
    const found = await inStore((fates) => fill(fates).inRange('erp', { from: 4, to: 5 }))
    expect(found).toEqual([
      { destination: 'erp', ...aParked(4) },
      { destination: 'erp', ...aDelivered(5) },
    ])
  })

  it('that are parked are listed by destination and sequence, up to a limit', async () => {
    const found = await inStore((fates) => fill(fates).parked(3))
    expect(found.map(({ destination, sequence }) => [destination, sequence])).toEqual([
      ['crm', 4],
      ['erp', 2],
      ['erp', 4],
    ])
  })

  it('that are parked are counted and found in order, and no others', async () => {
    const found = await inStore((fates) => {
      fill(fates)
      return {
        counts: [fates.countParked('erp'), fates.countParked('crm'), fates.countParked('x')],
        next: [
          fates.nextParked('erp', { from: 1, to: 9 }),
          fates.nextParked('erp', { from: 4, to: 4 }),
          fates.nextParked('erp', { from: 5, to: 5 }),
          fates.nextParked('erp', { from: 7, to: 9 }),
        ],
      }
    })
    expect(found).toEqual({ counts: [3, 1, 0], next: [2, 4, null, null] })
  })
})

describe('digestsInRange()', () => {
  it.each([
    ['the digest around it', { from: 4, to: 4 }, [[3, 4, 6]]],
    [
      'the digests that begin or end in it',
      { from: 4, to: 8 },
      [
        [3, 4, 6],
        [7, 9],
      ],
    ],
    [
      'its ends',
      { from: 6, to: 7 },
      [
        [3, 4, 6],
        [7, 9],
      ],
    ],
    ['nothing behind the last one', { from: 10, to: 12 }, []],
  ])('finds %s', async (_case, range, sequences) => {
    const found = await inStore((fates) => {
      for (const told of [
        [1, 2],
        [3, 4, 6],
        [7, 9],
      ]) {
        fates.saveDigest('chat', { sequences: told, at: NOW, attempts: 1 })
      }
      fates.saveDigest('team', { sequences: [1, 9], at: NOW, attempts: 1 })
      return fates.digestsInRange('chat', range)
    })
    expect(found).toEqual(sequences.map((told) => ({ sequences: told, at: NOW, attempts: 1 })))
  })
})

describe('what is written down', () => {
  function left(fates: FateStore) {
    const everything = { from: 0, to: 99 }
    return {
      fates: fates.inRange('erp', everything).map(({ sequence }) => sequence),
      digests: fates.digestsInRange('chat', everything).map(({ sequences }) => sequences),
    }
  }

  it('goes with its events, and a digest with its last event', async () => {
    const found = await inStore((fates) => {
      fill(fates)
      for (const sequences of [
        [1, 4],
        [3, 5],
      ]) {
        fates.saveDigest('chat', { sequences, at: NOW, attempts: 1 })
      }
      fates.dropUpTo(4)
      return left(fates)
    })
    expect(found).toEqual({ fates: [5, 6], digests: [[3, 5]] })
  })
})
