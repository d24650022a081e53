/** The form of a stored report. A report that does not have it counts as none, until its portal reports again. */
import * as v from 'valibot'
import type { BulletinType } from '../core/bulletins/bulletin.ts'
import { LANE_WORDS } from '../core/reports/lane-report.ts'
import type { PortalReport } from '../core/reports/portal-report.ts'
import type { PastTallies } from '../core/reports/past-tallies.ts'
import { OUTCOME_WORDS, ProblemReasonSchema, StatusSchema } from '../core/reports/report-words.ts'
import { NO_REPORTED_TALLY } from '../core/tallies/portal-tally.ts'
import { CountsSchema, EdgeTallySchema, LatenciesSchema } from '../core/tallies/tally-schemas.ts'

// Sound: this program writes no other types, and one of another version is only shown and counted.
const BulletinTypeSchema = v.custom<BulletinType>((word) => typeof word === 'string')
const NumberOrNull = v.nullable(v.number())

const LaneTallySchema = v.object({
  delivered: v.number(),
  parked: v.number(),
  attempts: v.object({ delivered: v.number(), unreachable: v.number(), rejected: v.number() }),
  // Absent in reports of older versions.
  latencies: v.fallback(LatenciesSchema, () => ({ counts: [], sumMs: 0 })),
})

const LaneReportSchema = v.object({
  destination: v.string(),
  state: v.picklist(LANE_WORDS),
  backlog: v.number(),
  parked: v.number(),
  oldestWaitingAt: NumberOrNull,
  tally: LaneTallySchema,
  lastOutcome: v.nullable(v.object({ ...OUTCOME_WORDS, at: v.number() })),
})

const OpenCauseSchema = v.object({
  type: BulletinTypeSchema,
  about: v.nullable(v.string()),
  since: NumberOrNull,
})

const TALLY_SUMS = {
  accepted: v.number(),
  quarantined: v.number(),
  reconciled: v.number(),
  drained: v.number(),
  explained: CountsSchema,
  refreshes: CountsSchema,
  edge: EdgeTallySchema,
} as const

const ReportedTallySchema = v.object({ since: v.number(), ...TALLY_SUMS })

/** The form of the past tallies. */
export const PastTalliesSchema: v.GenericSchema<unknown, PastTallies> = v.object({
  portals: v.object(TALLY_SUMS),
  destinations: v.record(v.string(), LaneTallySchema),
})

/** The form of a stored report. */
export const PortalReportSchema: v.GenericSchema<unknown, PortalReport> = v.object({
  domain: v.nullable(v.string()),
  state: StatusSchema,
  problem: v.nullable(
    v.object({
      reason: ProblemReasonSchema,
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
  // Absent in reports of older versions.
  tally: v.fallback(ReportedTallySchema, () => structuredClone(NO_REPORTED_TALLY)),
  lanes: v.array(LaneReportSchema),
  open: v.exactOptional(v.array(OpenCauseSchema)),
})
