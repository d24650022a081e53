/** What the application's page shows of a portal. */
import { describe, expect, it } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { installStatus } from '../../../src/portal/views/install-status.ts'
import { aLane, anEntry } from '../../support/builders/a-lane.ts'
import { aShownPortal, INSTALLED } from '../../support/builders/a-shown-portal.ts'
import { NOW } from '../../support/time.ts'

describe('installStatus()', () => {
  it('tells of the slowest lane and of everything parked, and of no removed lane', () => {
    const lanes = [
      aLane({ destination: 'erp', cursor: 41 }),
      aLane({ destination: 'crm', cursor: 42 }),
      aLane({ destination: 'old', cursor: 1, status: 'removed' }),
    ]
    const entries = [anEntry({ sequence: 41 }), anEntry({ sequence: 43, receivedAt: NOW + 43 })]
    const parked = { erp: 2, crm: 1, old: 5 }
    const subscriptions = {
      ...NO_INSTALL.subscriptions,
      checkedAt: NOW,
      missing: ['ONCRMDEALADD'],
    }
    const install = { ...INSTALLED, subscriptions }
    expect(installStatus(aShownPortal({ install, lanes, entries, parked }))).toEqual({
      state: 'active',
      missing: ['onCrmDealAdd'],
      lastEventAt: NOW + 43,
      waiting: 2,
      parked: 3,
    })
  })

  it('tells of nothing before the first event', () => {
    expect(installStatus(aShownPortal({ install: INSTALLED }))).toMatchObject({
      lastEventAt: null,
      waiting: 0,
      parked: 0,
    })
  })
})
