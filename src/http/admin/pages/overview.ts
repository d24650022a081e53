/** The overview. It reads the directory alone, so it asks no portal's object. */
import type { Hono } from 'hono'
import { parseFeedback } from '../../../dashboard/parts/feedback.tsx'
import { overviewPage, type ToldPortal } from '../../../dashboard/pages/overview-page.tsx'
import { OVERVIEW_PATH } from '../../../dashboard/paths.ts'
import { isMemberId } from '../../../core/access/member-id.ts'
import type { ProblemReason } from '../../../core/reports/problem.ts'
import type { PortalRow } from '../../../core/views/portal-list.ts'
import type { ListedPortal } from '../../../objects/report-store.ts'
import { isoTime } from '../../../portal/views/iso-time.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { ADMIN_MS } from '../api/json-route.ts'
import { listPortals, MAX_SEARCH_TEXT, type ListQuery } from '../api/portal-list.ts'
import { listRefusedCallers } from '../api/refused-callers.ts'
import { replyPage } from './answer.ts'
import type { PageDeps, PageDepsOf } from './page-route.ts'
import type { PageContext, PageEnv } from './page-context.ts'

/** The most portals with a problem that are told one by one. */
const MAX_TROUBLED = 20

/** Adds the page. */
export function addOverviewPage(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  routes.get(OVERVIEW_PATH, (c) => withTimeout(showOverview(c, depsOf(c)), ADMIN_MS))
}

async function showOverview(c: PageContext, deps: PageDeps): Promise<Response> {
  const query = new URL(c.req.url).searchParams
  const text = (query.get('q') ?? '').trim().slice(0, MAX_SEARCH_TEXT)
  const { admin, problems, warnings } = deps
  const [totals, troubled, told, listed, refused] = await Promise.all([
    admin.directory.sumReports(admin.now()),
    listPortals(admin, { problem: 'true' }),
    listTold(admin),
    listPortals(admin, listQuery(text, query.get('cursor') ?? '')),
    listRefusedCallers(admin),
  ])
  const page = {
    feedback: parseFeedback(query),
    settings: problems,
    warnings,
    refused,
    told,
    troubled: mostTroubled(troubled.portals),
    counts: { portals: sum(totals.portals), problems: sum(totals.problems) },
    ...listed,
    text,
  }
  return replyPage(c, (terms) => overviewPage({ ...page, terms }), deps.auth)
}

/** Strangers may let installations wait, as many as they like: a portal that is connected stands before them. */
function mostTroubled(rows: readonly PortalRow[]): readonly PortalRow[] {
  const known = rows.filter(({ reportedAt }) => reportedAt !== null)
  const waiting = rows.filter(({ reportedAt }) => reportedAt === null)
  return [...known, ...waiting].slice(0, MAX_TROUBLED)
}

/** The portals with open troubles; a directory of the former release knows none. */
async function listTold({ directory }: PageDeps['admin']): Promise<readonly ToldPortal[]> {
  try {
    return (await directory.listTold()).map(toldPortal).filter(({ open }) => open.length > 0)
  } catch {
    // Swallowed: the other calls of the page tell whether the directory answers at all.
    return []
  }
}

/** A trouble that is the problem of its portal stands among the troubled ones already. */
function toldPortal({ memberId, report }: ListedPortal): ToldPortal {
  const { domain, state, problem, open = [] } = report
  const { reason = null, destination = null } = problem ?? {}
  const shown = open.filter(({ type, about }) => {
    if (about === null) return type !== `relay.portal.${state}`
    const isProblem = destination === about && reason === PROBLEMS.get(type)
    return !isProblem
  })
  return {
    memberId,
    domain,
    open: shown.map(({ type, about, since }) => ({ type, about, since: isoTime(since) })),
  }
}

const PROBLEMS: ReadonlyMap<string, ProblemReason> = new Map([
  ['relay.lane.disabled', 'lane_disabled'],
  ['relay.lane.behind', 'lane_failing'],
])

function listQuery(text: string, cursor: string): ListQuery {
  return { ...(text !== '' && { q: text }), ...(isMemberId(cursor) && { cursor }) }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0)
}
