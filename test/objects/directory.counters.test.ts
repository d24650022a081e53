/** Counters over all portals only grow, whatever becomes of a portal, of its reports and of the directory's object. */
import { env } from 'cloudflare:workers'
import { evictDurableObject, reset } from 'cloudflare:test'
import { afterEach, expect, it } from 'vitest'
import { NO_TALLY } from '../../src/core/lanes/state/tally.ts'
import type { PortalReport } from '../../src/core/reports/portal-report.ts'
import { NO_EDGE_TALLY } from '../../src/core/tallies/edge-tally.ts'
import { NO_REPORTED_TALLY } from '../../src/core/tallies/portal-tally.ts'
import { realPortalList } from '../support/builders/an-intake.ts'
import { aLaneReport, aReport } from '../support/builders/a-report.ts'
import { NOW } from '../support/time.ts'

const ACME = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)
const REFUSED = {
  at: NOW,
  network: '198.51.100',
  memberId: ACME,
  request: 'event',
  reason: 'untrusted',
} as const

afterEach(() => reset())

/** A report of a portal with so many events, each delivered once. */
function counted(count: number, changes: Partial<PortalReport> = {}, since = 0): PortalReport {
  return aReport({
    reportedAt: Date.now(),
    tally: { ...NO_REPORTED_TALLY, since, accepted: count },
    lanes: [aLaneReport({ tally: { ...NO_TALLY, delivered: count } })],
    ...changes,
  })
}

/** The counters now. The object has begun anew: it remembers no sums. */
async function counters() {
  await evictDurableObject(env.DIRECTORY.getByName('portals'))
  const { totals, past } = await realPortalList().sumMetrics(NOW)
  const present = totals.destinations['erp']?.tally.delivered ?? 0
  return {
    accepted: totals.tally.accepted + past.portals.accepted,
    delivered: present + (past.destinations['erp']?.delivered ?? 0),
  }
}

function sums(count: number) {
  return { accepted: count, delivered: count }
}

it('count each report once, however often it comes', async () => {
  const list = realPortalList()
  await list.noteReport(ACME, counted(5))
  await list.noteReport(ACME, counted(5))
  await list.noteReport(OTHER, counted(2))
  expect(await counters()).toEqual(sums(7))
})

it('stay when a portal ends, and go on when it comes back', async () => {
  const list = realPortalList()
  await list.noteReport(ACME, counted(5))
  await list.notePortal(ACME, false)
  await list.notePortal(ACME, false)
  expect(await counters()).toEqual(sums(5))
  await list.noteReport(ACME, counted(1, { reportedAt: Date.now() + 1000 }, NOW))
  expect(await counters()).toEqual(sums(6))
})

it('do not take a report that the end of its portal has overtaken', async () => {
  const list = realPortalList()
  const late = counted(5, { reportedAt: Date.now() - 1000 })
  await list.noteReport(ACME, late)
  await list.notePortal(ACME, false)
  await list.noteReport(ACME, late)
  expect((await list.listReports({ after: '' })).portals).toEqual([])
  expect(await counters()).toEqual(sums(5))
})

it('go on when a portal counts anew', async () => {
  const list = realPortalList()
  await list.noteReport(ACME, counted(5))
  await list.noteReport(ACME, counted(0, {}, NOW))
  await list.noteReport(ACME, counted(3, {}, NOW))
  expect(await counters()).toEqual(sums(8))
})

it('take what an edge has counted together with the note of a refused caller', async () => {
  const list = realPortalList()
  const edge = { ...NO_EDGE_TALLY, refused: { untrusted: 12 } }
  await list.noteRefused(REFUSED, edge)
  await list.noteRefused(REFUSED, edge)
  await list.noteRefused(REFUSED)
  const { past } = await realPortalList().sumMetrics(NOW)
  expect(past.portals.edge.refused).toEqual({ untrusted: 24 })
})

it('are those of a report of an object that counts nothing yet', async () => {
  const { tally: _tally, ...former } = counted(5)
  // Sound: an object of another release reports so.
  await realPortalList().noteReport(ACME, former as PortalReport)
  expect(await counters()).toEqual({ accepted: 0, delivered: 5 })
})
