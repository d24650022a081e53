/** The whole view of a portal. Its pieces are tested beside it. */
import { expect, it } from 'vitest'
import { wholePortal } from '../../../src/portal/views/whole-portal.ts'
import { aShownPortal, INSTALLED } from '../../support/builders/a-shown-portal.ts'
import { NOW } from '../../support/time.ts'

function wholeView(robotsSince: number | null) {
  return wholePortal({
    ...aShownPortal({ install: INSTALLED }),
    config: { wantedEvents: [] },
    space: { bytes: () => 5000, limit: () => 9000 },
    robotAddress: { since: () => robotsSince },
    bulletinLog: { newest: () => [] },
    bulletinBook: { findLane: () => null },
    world: { now: () => NOW },
  })
}

it('joins what four views say of the portal', () => {
  expect(wholeView(null)).toMatchObject({
    memberId: 'a'.repeat(32),
    state: 'active',
    subscriptions: { missing: [] },
    storage: { bytes: 5000, maxBytes: 9000 },
    bulletins: [],
  })
})

it.each([
  ['tells since when there is a robot address', NOW, { since: new Date(NOW).toISOString() }],
  ['tells that there is no robot address', null, null],
])('%s', (_, since, shown) => {
  expect(wholeView(since).robotAddress).toEqual(shown)
})
