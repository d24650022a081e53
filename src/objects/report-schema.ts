/** The form of a stored report. A report that does not have it counts as none, until its portal reports again. */
import * as v from 'valibot'
import type { PortalStatus } from '../core/access/portal-status.ts'
import type { OutcomeReason } from '../core/lanes/state/outcome.ts'
import { LANE_WORDS } from '../core/reports/lane-report.ts'
import type { PortalReport } from '../core/reports/portal-report.ts'
import type { ProblemReason } from '../core/reports/problem.ts'

// Sound: this program writes no other words, and a word of another version is only shown and counted.
const StatusSchema = v.custom<PortalStatus>((word) => typeof word === 'string')
const ReasonSchema = v.custom<ProblemReason>((word) => typeof word === 'string')
const OutcomeReasonSchema = v.custom<OutcomeReason>((word) => typeof word === 'string')
const NumberOrNull = v.nullable(v.number())

const LaneReportSchema = v.object({
  destination: v.string(),
  state: v.picklist(LANE_WORDS),
  backlog: v.number(),
  parked: v.number(),
  oldestWaitingAt: NumberOrNull,
  tally: v.object({
    delivered: v.number(),
    parked: v.number(),
    attempts: v.object({ delivered: v.number(), unreachable: v.number(), rejected: v.number() }),
  }),
  lastOutcome: v.nullable(
    v.object({
      outcome: v.picklist(['delivered', 'failed']),
      reason: v.nullable(OutcomeReasonSchema),
      at: v.number(),
    }),
  ),
})

/** The form of a stored report. */
export const PortalReportSchema: v.GenericSchema<unknown, PortalReport> = v.object({
  domain: v.nullable(v.string()),
  state: StatusSchema,
  problem: v.nullable(
    v.object({
      reason: ReasonSchema,
      destination: v.nullable(v.string()),
      remedy: v.string(),
    }),
  ),
  reportedAt: v.number(),
  lastEventAt: NumberOrNull,
  head: v.number(),
  log: v.object({
    entries: v.number(),
    reconciled: v.number(),
    thin: v.number(),
    quarantined: v.number(),
  }),
  lanes: v.array(LaneReportSchema),
})
