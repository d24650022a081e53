/** Rows of fates and digests that another version wrote, or that were damaged outside of the program. */
import { describe, expect, it } from 'vitest'
import { parseDigest, parseFate } from '../../../../src/portal/lanes/book/fate-rows.ts'
import type { SqlRow } from '../../../../src/storage/database.ts'
import { NOW } from '../../../support/time.ts'

const FATE = {
  destination: 'erp',
  sequence: 42,
  state: 'parked',
  reason: 'http_422',
  status: 422,
  at: NOW,
  attempts: 3,
} as const

const DIGEST = { destination: 'chat', last: 44, sequences: '[41,44]', at: NOW, attempts: 1 }

describe('parseFate()', () => {
  it.each<[string, SqlRow, object]>([
    ['a row of this version', {}, {}],
    ['an event that expired', { state: 'expired' }, { state: 'expired' }],
    ['a state that it does not know', { state: 'lost' }, { state: 'parked' }],
    ['no reason and no status', { reason: null, status: null }, { reason: null, status: null }],
    ['a reason that is no text', { reason: 7 }, { reason: null }],
    ['a status that is no number', { status: 'no' }, { status: null }],
    ['a sequence that is no number', { sequence: 'x' }, { sequence: 0 }],
    ['a time and a count that are no numbers', { at: 'x', attempts: 'x' }, { at: 0, attempts: 0 }],
    ['a destination that is no text', { destination: 7 }, { destination: '' }],
  ])('reads %s', (_case, changes, expected) => {
    expect(parseFate({ ...FATE, ...changes })).toEqual({ ...FATE, ...expected })
  })
})

describe('parseDigest()', () => {
  it.each([
    ['[41,44]', [41, 44]],
    ['[41,"x",44]', [41, 44]],
    ['{"0":41}', []],
    ['[41', []],
  ])('reads the sequences %s', (sequences, expected) => {
    expect(parseDigest({ ...DIGEST, sequences })).toEqual({
      sequences: expected,
      at: NOW,
      attempts: 1,
    })
  })

  it('takes members that are damaged for nothing', () => {
    const damaged = { ...DIGEST, sequences: 7, at: 'x', attempts: null }
    expect(parseDigest(damaged)).toEqual({ sequences: [], at: 0, attempts: 0 })
  })
})
