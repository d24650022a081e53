/** Which events go out together when a digest is passed, halved, or cut by retention. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  halveDigest,
  gatheringBehind,
  partsUpTo,
  partWith,
  NO_GATHERING,
  type Gathering,
} from '../../../../src/core/lanes/state/gathering.ts'
import { oneTo } from '../../../support/builders/a-lane.ts'

const NONE = NO_GATHERING

describe('halveDigest()', () => {
  it.each([
    [[1, 2, 3, 4], { underWay: [1, 2], halves: [[3, 4]] }],
    [[1, 2, 3], { underWay: [1, 2], halves: [[3]] }],
    [[4, 9], { underWay: null, halves: [[9]], singlyUpTo: 4 }],
  ])('puts the larger half of %j in front', (underWay, expected) => {
    expect(halveDigest({ ...NONE, underWay })).toEqual({ ...NONE, ...expected })
  })

  it('keeps the halves that wait already behind the new ones', () => {
    const parts = { ...NONE, underWay: [1, 2, 3, 4], halves: [[5, 6], [7]] }
    expect(halveDigest(parts)).toEqual({
      ...NONE,
      underWay: [1, 2],
      halves: [[3, 4], [5, 6], [7]],
    })
  })

  it('changes nothing where no digest is under way', () => {
    const parts = { ...NONE, singlyUpTo: 3, halves: [[4, 5]] }
    expect(halveDigest(parts)).toEqual(parts)
  })
})

describe('gatheringBehind()', () => {
  const parts = { ...NONE, underWay: [1, 2, 3], halves: [[4], [5, 6]] }

  it.each<[number, Partial<Gathering>]>([
    [1, { underWay: [2, 3], halves: [[4], [5, 6]] }],
    [2, { halves: [[4], [5, 6]], singlyUpTo: 3 }],
    [3, { halves: [[5, 6]], singlyUpTo: 4 }],
    [4, { underWay: [5, 6] }],
    [5, { singlyUpTo: 6 }],
    [6, {}],
  ])('behind %i is %j', (settled, expected) => {
    expect(gatheringBehind(parts, settled)).toEqual({ ...NONE, ...expected })
  })

  it('keeps the halves back until every event in front of them has gone out singly', () => {
    const singly = { ...NONE, singlyUpTo: 3, halves: [[4, 5]] }
    expect(gatheringBehind(singly, 2)).toEqual(singly)
    expect(gatheringBehind(singly, 3)).toEqual({ ...NONE, singlyUpTo: 3, underWay: [4, 5] })
  })
})

describe('partWith() and partsUpTo()', () => {
  const parts = { ...NONE, underWay: [1, 2, 3], halves: [[4], [5, 7]] }

  it('tell the part of an event, and the last event that stands in one', () => {
    expect([1, 3, 4, 6, 7].map((sequence) => partWith(parts, sequence))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [4],
      null,
      [5, 7],
    ])
    expect(partsUpTo(parts)).toBe(7)
    expect(partsUpTo(NONE)).toBe(0)
    expect(partsUpTo({ ...NONE, singlyUpTo: 9 })).toBe(9)
    expect(partsUpTo({ ...NONE, underWay: [1, 2] })).toBe(2)
  })
})

describe('G2 order: the parts of a digest', () => {
  it('hold each event once and in order, however it is halved and passed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 100 }),
        fc.array(fc.boolean(), { maxLength: 300 }),
        (size, halvings) => {
          let parts: Gathering = { ...NONE, underWay: oneTo(size) }
          const passed: number[] = []
          for (const isHalved of [...halvings, ...oneTo(size).map(() => false)]) {
            const front =
              parts.underWay ?? (passed.length < parts.singlyUpTo ? [parts.singlyUpTo] : [])
            if (isHalved && parts.underWay !== null) parts = halveDigest(parts)
            else {
              passed.push(...front)
              parts = gatheringBehind(parts, passed.at(-1) ?? 0)
            }
          }
          expect(passed).toEqual(oneTo(size))
          expect(parts).toMatchObject({ underWay: null, halves: [] })
        },
      ),
    )
  })
})
