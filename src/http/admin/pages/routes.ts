/** The pages of the dashboard: thin routes over a portal's object. `admission.ts` decides before who may see them. */
import { Hono, type Context } from 'hono'
import { problemPage, type PageProblem } from '../../../dashboard/problem-page.tsx'
import { OVERVIEW_PATH, SIGN_IN_PATH, SIGN_OUT_PATH } from '../../../dashboard/paths.ts'
import { describeError } from '../../../core/safety/redact.ts'
import type { AdminDeps } from '../routes.ts'
import { admit, signIn, signOut, type PageAuth, type PageEnv } from './admission.ts'
import { protect, replyPage } from './answer.ts'

/** The dependencies of the pages. */
export interface PageDeps {
  readonly auth: PageAuth
  readonly admin: AdminDeps
}

/** Makes the pages; `depsOf` gives the dependencies with the bindings of the request. */
export function createPageRoutes(depsOf: (c: Context) => PageDeps): Hono<PageEnv> {
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
  routes.all(`${OVERVIEW_PATH}/*`, (c) => problem(c, depsOf(c), 'not_found'))
  routes.onError((error, c) => {
    const { log } = depsOf(c).auth
    log('error', 'request_failed', { error: describeError(error) })
    return problem(c, depsOf(c), 'failed')
  })
  return routes
}

function problem(c: Context<PageEnv>, { auth }: PageDeps, what: PageProblem): Promise<Response> {
  protect(c)
  const terms = { formToken: c.get('admission')?.formToken ?? null, now: auth.now() }
  return replyPage(c, problemPage(what), { terms, status: what === 'failed' ? 500 : 404 })
}
