/** The list of portals as the operator sees it, in the names of the HTTP contract. */
import * as v from 'valibot'
import { PORTAL_STATUSES } from '../access/portal-status.ts'
import type { ProblemReason } from '../reports/problem.ts'
import { listOf, TextOrNullSchema, TimeOrNullSchema, wordOf } from './schema.ts'

/** One line of the list. */
export const PortalRowSchema = v.object({
  memberId: v.string(),
  domain: TextOrNullSchema,
  state: v.picklist(PORTAL_STATUSES),
  /** Deliveries that wait in all lanes together. */
  backlog: v.number(),
  parked: v.number(),
  oldestWaitingAt: TimeOrNullSchema,
  lastEventAt: TimeOrNullSchema,
  /** The trouble that should be mended first, in one word; null when all is well. */
  problem: v.nullable(wordOf<ProblemReason>()),
  /** The destination that the problem is about; null for the portal itself. */
  destination: TextOrNullSchema,
  remedy: TextOrNullSchema,
  /**
   * The time of the portal's report. A portal reports at once when its state changes, and each hour while it has
   * work.
   */
  reportedAt: TimeOrNullSchema,
})

/** The type of a line. */
export type PortalRow = v.InferOutput<typeof PortalRowSchema>

/** A page of the list. */
export const PortalListSchema = v.object({
  portals: listOf(PortalRowSchema),
  /** The cursor of the next page; null on the last one. */
  cursor: TextOrNullSchema,
})

/** The type of a page. */
export type PortalList = v.InferOutput<typeof PortalListSchema>
