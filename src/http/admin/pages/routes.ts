/** The pages of the dashboard: thin routes over a portal's object. `admission.ts` decides before who may see them. */
import { Hono } from 'hono'
import { describeError } from '../../../core/safety/redact.ts'
import { OVERVIEW_PATH, SIGN_IN_PATH, SIGN_OUT_PATH } from '../../../dashboard/paths.ts'
import { addActs } from './acts.ts'
import { admit, signIn, signOut } from './admission.ts'
import { replyProblem, type PageDepsOf } from './page-route.ts'
import { addDestinationPages } from './destinations.ts'
import { addEventPages } from './events.ts'
import type { PageEnv } from './page-context.ts'
import { addOverviewPage } from './overview.ts'
import { addPortalPages } from './portal.ts'
import { addRefusedPage } from './refused.ts'
import { addReplayPage } from './replay.ts'

/** Makes the pages; `depsOf` gives the dependencies with the bindings of the request. */
export function createPageRoutes(depsOf: PageDepsOf): Hono<PageEnv> {
  const routes = new Hono<PageEnv>()
  routes.post(SIGN_IN_PATH, (c) => signIn(c, depsOf(c).auth))
  routes.use(
    `${OVERVIEW_PATH}/*`,
    admit((c) => depsOf(c).auth),
  )
  routes.post(SIGN_OUT_PATH, (c) => signOut(c))
  // A page that was asked for again after a sign-in or a sign-out.
  for (const path of [SIGN_IN_PATH, SIGN_OUT_PATH]) {
    routes.get(path, (c) => c.redirect(OVERVIEW_PATH, 303))
  }
  addOverviewPage(routes, depsOf)
  addRefusedPage(routes, depsOf)
  addDestinationPages(routes, depsOf)
  addPortalPages(routes, depsOf)
  addEventPages(routes, depsOf)
  addReplayPage(routes, depsOf)
  addActs(routes, depsOf)
  routes.all(`${OVERVIEW_PATH}/*`, (c) => replyProblem(c, depsOf(c), 'not_found'))
  routes.onError((error, c) => {
    depsOf(c).auth.logLine('error', 'request_failed', { error: describeError(error) })
    return replyProblem(c, depsOf(c), 'failed')
  })
  return routes
}
