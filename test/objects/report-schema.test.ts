/** The form of a stored report. */
import { expect, it } from 'vitest'
import * as v from 'valibot'
import { PortalReportSchema } from '../../src/objects/report-schema.ts'
import { aLaneReport, aReport, LANE_DISABLED } from '../support/builders/a-report.ts'

it('takes what a portal reports, words of another version included', () => {
  const lastOutcome = { outcome: 'failed', reason: 'gone', at: 1 } as const
  const report = aReport({ problem: LANE_DISABLED, lanes: [aLaneReport({ lastOutcome })] })
  expect(v.parse(PortalReportSchema, report)).toEqual(report)
  expect(v.is(PortalReportSchema, { ...report, state: 'asleep' })).toBe(true)
})

it.each([
  null,
  {},
  { ...aReport(), head: '7' },
  { ...aReport(), lanes: [{}] },
  { ...aReport(), log: {} },
])('refuses %j', (value) => {
  expect(v.is(PortalReportSchema, value)).toBe(false)
})
