/** The admin API of the list of portals. It reads the directory alone, so it asks no portal's object. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import { PORTAL_STATUSES } from '../../../core/access/portal-status.ts'
import type { DirectoryRemote } from '../../../objects/directory.ts'
import type { PendingListing } from '../../../objects/directory-store.ts'
import type { ListedPortal, ReportQuery } from '../../../objects/report-store.ts'
import { isMemberId } from '../../../core/access/member-id.ts'
import { remedyOfPending } from '../../../portal/views/install-views.ts'
import { isoTime } from '../../../portal/views/iso-time.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import type { PortalList, PortalRow } from '../../../core/views/portal-list.ts'
import { errorResponse } from '../../error-response.ts'
import { ADMIN_MS, readQuery, reply } from './json-route.ts'

/** The longest text by which the list is searched. */
export const MAX_SEARCH_TEXT = 255

/** The query of the list: a misspelt filter must not show everything. */
export const ListQuerySchema = v.strictObject({
  state: v.optional(v.picklist(PORTAL_STATUSES)),
  q: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_SEARCH_TEXT))),
  problem: v.optional(v.picklist(['true', 'false'])),
  cursor: v.optional(v.pipe(v.string(), v.check(isMemberId, 'Must be a cursor'))),
})

/** The terms by which the list is searched. */
export type ListQuery = v.InferOutput<typeof ListQuerySchema>

/** The dependencies of the list. */
export interface ListDeps {
  readonly directory: Pick<DirectoryRemote, 'listReports' | 'listPending'>
  readonly now: () => number
}

/** Adds the route; `depsOf` gives the dependencies with the bindings of the request. */
export function addListRoute(routes: Hono, depsOf: (c: Context) => ListDeps): void {
  routes.get('/portals', async (c) => {
    const query = readQuery(c, ListQuerySchema)
    if (query === null) return errorResponse('invalid_request')
    return reply(await withTimeout(listPortals(depsOf(c), query), ADMIN_MS))
  })
}

/** One page of the list; the first one begins with portals of which only a pending install is known. */
export async function listPortals(
  { directory, now }: ListDeps,
  query: ListQuery,
): Promise<PortalList> {
  const [page, pending] = await Promise.all([
    directory.listReports(reportQuery(query)),
    directory.listPending(now()),
  ])
  const rows = page.portals.map(rowOf)
  const known = new Set(rows.map(({ memberId }) => memberId))
  const waiting = pending.filter((one) => isListed(one, query) && !known.has(one.memberId))
  return { portals: [...waiting.map(pendingRow), ...rows], cursor: page.cursor }
}

function reportQuery({ state, q, problem, cursor = '' }: ListQuery): ReportQuery {
  return {
    ...(state !== undefined && { state }),
    ...(problem !== undefined && { problem: problem === 'true' }),
    ...(q !== undefined && { text: q.toLowerCase() }),
    after: cursor,
  }
}

/** A portal of which only a pending install is known has not reported: it stands on the first page. */
function isListed(
  { memberId, domain }: PendingListing,
  { state = 'pending', q = '', problem, cursor }: ListQuery,
): boolean {
  const text = q.toLowerCase()
  const isNamed = domain.toLowerCase().includes(text) || memberId.startsWith(text)
  return cursor === undefined && state === 'pending' && problem !== 'false' && isNamed
}

function pendingRow({ memberId, domain, clientId }: PendingListing): PortalRow {
  return {
    memberId,
    domain,
    state: 'pending',
    backlog: 0,
    parked: 0,
    oldestWaitingAt: null,
    lastEventAt: null,
    problem: 'pending',
    destination: null,
    remedy: remedyOfPending('unknown_application', clientId),
    reportedAt: null,
  }
}

function rowOf({ memberId, report }: ListedPortal): PortalRow {
  const { domain, state, problem, lastEventAt, reportedAt } = report
  const lanes = report.lanes.filter((lane) => lane.state !== 'removed')
  const waiting = lanes.flatMap(({ oldestWaitingAt }) => oldestWaitingAt ?? [])
  return {
    memberId,
    domain,
    state,
    backlog: lanes.reduce((sum, { backlog }) => sum + backlog, 0),
    parked: lanes.reduce((sum, { parked }) => sum + parked, 0),
    oldestWaitingAt: isoTime(waiting.length === 0 ? null : Math.min(...waiting)),
    lastEventAt: isoTime(lastEventAt),
    problem: problem?.reason ?? null,
    destination: problem?.destination ?? null,
    remedy: problem?.remedy ?? null,
    reportedAt: isoTime(reportedAt),
  }
}
