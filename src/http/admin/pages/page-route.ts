/** The common part of all pages: the portal that the path names, its page, and the way back from an act. */
import type { Context } from 'hono'
import { FEEDBACK_NAME, type Feedback } from '../../../dashboard/parts/feedback.tsx'
import { ownPath } from '../../../dashboard/paths.ts'
import { problemPage, type PageProblem } from '../../../dashboard/pages/problem-page.tsx'
import type { PortalClient } from '../../../edge/portal-client.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { ADMIN_MS, findMemberId } from '../api/json-route.ts'
import type { AdminDeps } from '../routes.ts'
import type { PageAuth } from './admission.ts'
import { protect, replyPage } from './answer.ts'
import type { PageContext } from './page-context.ts'

/** The dependencies of the pages. */
export interface PageDeps {
  readonly auth: PageAuth
  readonly admin: AdminDeps
  /** The problems of the configuration. */
  readonly problems: readonly { readonly setting: string; readonly problem: string }[]
  /** The warnings of `/healthz` about the configuration. */
  readonly warnings: readonly string[]
}

/** Gives the dependencies with the bindings of a request. */
export type PageDepsOf = (c: Context) => PageDeps

const PROBLEM_STATUSES = {
  not_found: 404,
  ambiguous_domain: 409,
  foreign_form: 403,
  failed: 500,
} as const satisfies Record<PageProblem, number>

/** Answers with a page that tells why there is no other one. */
export function replyProblem(
  c: PageContext,
  deps: PageDeps,
  problem: PageProblem,
): Promise<Response> {
  protect(c)
  const status = PROBLEM_STATUSES[problem]
  return replyPage(c, () => problemPage(problem), { now: deps.auth.now, status })
}

/** One request of a page about a portal, and the portal's object. */
export interface AskedPortal {
  readonly c: PageContext
  readonly deps: PageDeps
  readonly client: PortalClient
  readonly memberId: string
}

/**
 * The handler of a route about the portal that the path names by its member id or its domain. It says that nothing is
 * found when there is no such portal, or when the work answers null.
 */
export function aboutPortal(
  depsOf: PageDepsOf,
  work: (asked: AskedPortal) => Promise<Response | null>,
): (c: PageContext) => Promise<Response> {
  return (c) => withTimeout(answerAbout(c, depsOf(c), work), ADMIN_MS)
}

async function answerAbout(
  c: PageContext,
  deps: PageDeps,
  work: (asked: AskedPortal) => Promise<Response | null>,
): Promise<Response> {
  const { clientOf, directory } = deps.admin
  const found = await findMemberId(c.req.param('memberId') ?? '', directory)
  if (!found.ok) return replyProblem(c, deps, found.error)
  const memberId = found.value
  const response = await work({ c, deps, memberId, client: clientOf(memberId) })
  return response ?? replyProblem(c, deps, 'not_found')
}

/** Leads from an act back to the page of its button, which says what was done. */
export function replyToAct(c: PageContext, page: string, feedback: Feedback): Response {
  const back = c.get('admission').form.get('back')
  const [path = '', query] = (back === null ? page : ownPath(back)).split('?')
  const search = new URLSearchParams(query)
  search.set(FEEDBACK_NAME, feedback)
  return c.redirect(`${path}?${search.toString()}`, 303)
}

/** Reads a number from 1 on; null for every other text. */
export function parseNumber(text: string | null | undefined): number | null {
  return /^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : null
}
