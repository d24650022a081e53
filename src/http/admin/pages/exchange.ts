/** The common part of all pages: the portal that the path names, its page, and the way back from an act. */
import type { Context } from 'hono'
import { isMemberId } from '../../../core/access/member-id.ts'
import { FEEDBACK_NAME, type Feedback } from '../../../dashboard/feedback.tsx'
import type { PageContent } from '../../../dashboard/document.tsx'
import { ownPath, portalPath } from '../../../dashboard/paths.ts'
import { problemPage, type PageProblem } from '../../../dashboard/problem-page.tsx'
import type { PageTerms } from '../../../dashboard/terms.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { ADMIN_MS } from '../exchange.ts'
import type { AdminDeps } from '../routes.ts'
import type { PageAuth, PageEnv } from './admission.ts'
import { protect, replyPage } from './answer.ts'

/** The dependencies of the pages. */
export interface PageDeps {
  readonly auth: PageAuth
  readonly admin: AdminDeps
}

/** Gives the dependencies with the bindings of a request. */
export type PageDepsOf = (c: Context) => PageDeps

/** One request of a page: its circumstances, and its form. */
export type PageContext = Context<PageEnv>

/** The circumstances of the page that a request gets; its nonce comes with the answer. */
export type AskedTerms = Omit<PageTerms, 'nonce'>

/** The circumstances of the page that a request gets. */
export function termsOf(c: PageContext, { auth }: PageDeps): AskedTerms {
  // A request whose admission failed has none.
  const admission: PageEnv['Variables']['admission'] | undefined = c.get('admission')
  return { formToken: admission?.formToken ?? null, now: auth.now() }
}

/** Answers with a page that tells why there is no other one. */
export function replyProblem(
  c: PageContext,
  deps: PageDeps,
  problem: PageProblem,
): Promise<Response> {
  protect(c)
  const status = problem === 'failed' ? 500 : 404
  return replyPage(c, () => problemPage(problem), { terms: termsOf(c, deps), status })
}

/** Does the work with the object of the portal that the path names, or says that there is none. */
export async function withPortal(
  c: PageContext,
  deps: PageDeps,
  work: (portal: PortalClient, memberId: string) => Promise<Response | null>,
): Promise<Response> {
  const memberId = (c.req.param('memberId') ?? '').toLowerCase()
  if (!isMemberId(memberId)) return replyProblem(c, deps, 'not_found')
  const response = await withTimeout(work(deps.admin.portals(memberId), memberId), ADMIN_MS)
  return response ?? replyProblem(c, deps, 'not_found')
}

/** Answers with a page. */
export function reply(
  c: PageContext,
  deps: PageDeps,
  page: (terms: PageTerms) => PageContent,
): Promise<Response> {
  return replyPage(c, page, { terms: termsOf(c, deps) })
}

/** Leads from an act back to the page of its button, which says what was done. */
export function replyToAct(c: PageContext, memberId: string, feedback: Feedback): Response {
  const back = c.get('admission').form.get('back')
  const [path = '', query] = (back === null ? portalPath(memberId) : ownPath(back)).split('?')
  const search = new URLSearchParams(query)
  search.set(FEEDBACK_NAME, feedback)
  return c.redirect(`${path}?${search.toString()}`, 303)
}

/** Reads a number from 1 on; null for every other text. */
export function parseNumber(text: string | null | undefined): number | null {
  return /^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : null
}
