/** The page of the callers that were not let through. */
import type { Hono } from 'hono'
import { refusedPage } from '../../../dashboard/pages/refused-page.tsx'
import { REFUSED_PATH } from '../../../dashboard/paths.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { ADMIN_MS } from '../api/json-route.ts'
import { listRefusedCallers } from '../api/refused-callers.ts'
import { replyPage } from './answer.ts'
import type { PageDepsOf } from './page-route.ts'
import type { PageEnv } from './page-context.ts'

/** Adds the page. */
export function addRefusedPage(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  routes.get(REFUSED_PATH, async (c) => {
    const { admin, auth } = depsOf(c)
    const refused = await withTimeout(listRefusedCallers(admin), ADMIN_MS)
    return replyPage(c, (terms) => refusedPage({ terms, refused }), auth)
  })
}
