/** The overview. It reads the directory alone, so it asks no portal's object. */
import type { Hono } from 'hono'
import { parseFeedback } from '../../../dashboard/parts/feedback.tsx'
import { overviewPage } from '../../../dashboard/pages/overview-page.tsx'
import { OVERVIEW_PATH } from '../../../dashboard/paths.ts'
import { isMemberId } from '../../../core/access/member-id.ts'
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
  const [totals, troubled, listed, refused] = await Promise.all([
    admin.directory.sumReports(admin.now()),
    listPortals(admin, { problem: 'true' }),
    listPortals(admin, listQuery(text, query.get('cursor') ?? '')),
    listRefusedCallers(admin),
  ])
  const page = {
    feedback: parseFeedback(query),
    settings: problems,
    warnings,
    refused,
    troubled: troubled.portals.slice(0, MAX_TROUBLED),
    counts: { portals: sum(totals.portals), problems: sum(totals.problems) },
    ...listed,
    text,
  }
  return replyPage(c, (terms) => overviewPage({ ...page, terms }), deps.auth)
}

function listQuery(text: string, cursor: string): ListQuery {
  return { ...(text !== '' && { q: text }), ...(isMemberId(cursor) && { cursor }) }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0)
}
