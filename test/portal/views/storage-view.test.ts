/** The storage of a portal as the admin API shows it. */
import { expect, it } from 'vitest'
import { storageView } from '../../../src/portal/views/storage-view.ts'
import { aLane } from '../../support/builders/a-lane.ts'

it('storageView() names the destinations that had still to get what went early', () => {
  const lanes = [
    aLane({ destination: 'erp', expired: 2 }),
    aLane({ destination: 'dead', expired: 9, crowdedOut: 7 }),
    aLane({ destination: 'slow', expired: 1, crowdedOut: 1 }),
  ]
  const view = storageView({
    space: { bytes: () => 5000, limit: () => 0 },
    state: { isFull: () => true },
    book: { all: () => lanes },
  })
  expect(view).toEqual({
    bytes: 5000,
    maxBytes: null,
    full: true,
    crowdedOut: 8,
    heldBy: ['dead', 'slow'],
  })
})
