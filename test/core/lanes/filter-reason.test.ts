import { describe, expect, it } from 'vitest'
import { filterReason } from '../../../src/core/lanes/filter-reason.ts'
import { isMeant } from '../../../src/core/lanes/lane-reader.ts'
import { aLane, anEntry, anEpoch } from '../../support/lane-builders.ts'

describe('filterReason()', () => {
  const lane = aLane({
    epochs: [
      anEpoch({ from: 3, events: ['a'], fields: ['x'] }),
      anEpoch({ from: 5, silent: 'portal' }),
      anEpoch({ from: 7, silent: 'no_value' }),
      anEpoch({ from: 9, events: ['b'] }),
    ],
  })

  function reasonAt(sequence: number, quarantined: 'invalid_fields' | null = null): string | null {
    return filterReason(
      lane,
      anEntry({ sequence, event: { quarantined } }),
      (events, fields, entry) =>
        events[0] === 'a' ? [...events, ...fields, entry.sequence].join('/') : null,
    )
  }

  it.each([
    [2, 'older_than_destination'],
    [3, 'a/x/3'],
    [4, 'a/x/4'],
    [5, 'portal'],
    [8, 'no_value'],
    [9, null],
  ])('asks the filter that stood at event %i: %s', (sequence, expected) => {
    expect(reasonAt(sequence)).toBe(expected)
  })

  it.each([2, 3, 5, 9])('says quarantined before everything else, at event %i', (sequence) => {
    expect(reasonAt(sequence, 'invalid_fields')).toBe('quarantined')
  })
})
describe('isMeant()', () => {
  const lane = aLane({ epochs: [anEpoch({ from: 3 }), anEpoch({ from: 5, silent: 'portal' })] })

  it.each<[string, number, 'invalid_fields' | null, boolean]>([
    ['older than the lane', 2, null, false],
    ['taken by the filter', 3, null, true],
    ['quarantined', 3, 'invalid_fields', false],
    ['of a silent epoch', 5, null, false],
  ])('of an event %s', (_name, sequence, quarantined, expected) => {
    const entry = anEntry({ sequence, event: { quarantined } })
    expect(isMeant({ takes: (epoch) => epoch.silent === null }, lane, entry)).toBe(expected)
  })
})
