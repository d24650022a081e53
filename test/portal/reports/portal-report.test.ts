/** The report of a portal, and the signs that decide when it is made. */
import { expect, it } from 'vitest'
import { portalReport, portalSigns } from '../../../src/portal/reports/portal-report.ts'
import { aLane, anEntry } from '../../support/builders/a-lane.ts'
import { aShownPortal, INSTALLED } from '../../support/builders/a-shown-portal.ts'
import { NOW } from '../../support/time.ts'

const ENTRIES = [1, 2, 3].map((sequence) => anEntry({ sequence, receivedAt: NOW + sequence }))

it('portalReport() tells what waits in each lane, and what to mend first', () => {
  const lanes = [aLane({ cursor: 1 }), aLane({ destination: 'crm', cursor: 3 })]
  const parts = aShownPortal({ install: INSTALLED, entries: ENTRIES, lanes, parked: { crm: 2 } })
  expect(portalReport(parts, NOW)).toMatchObject({
    tally: { since: 0, accepted: 3 },
    domain: INSTALLED.application.domain,
    state: 'active',
    problem: { reason: 'parked', destination: 'crm' },
    reportedAt: NOW,
    lastEventAt: ENTRIES[2]?.receivedAt,
    head: 3,
    log: { entries: 3 },
    lanes: [
      { destination: 'erp', backlog: 2, parked: 0, oldestWaitingAt: ENTRIES[1]?.receivedAt },
      { destination: 'crm', backlog: 0, parked: 2, oldestWaitingAt: null },
    ],
  })
})

it('portalReport() names the domain of an installation that has ended', () => {
  const parts = aShownPortal({ install: { endedDomain: 'was.bitrix24.com' } })
  expect(portalReport(parts, NOW)).toMatchObject({
    domain: 'was.bitrix24.com',
    state: 'uninstalled',
    problem: null,
    lastEventAt: null,
  })
})

it('portalSigns() reads nothing from storage', () => {
  const {
    log: _log,
    fates: _fates,
    ...inMemory
  } = aShownPortal({
    install: INSTALLED,
    lanes: [aLane()],
  })
  expect(portalSigns(inMemory)).toEqual({
    signs: JSON.stringify(['active', INSTALLED.application.domain, 0]),
    parked: 0,
  })
})
