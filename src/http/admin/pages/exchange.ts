/** The common part of all pages: the portal that the path names, its page, and the way back from an act. */
import type { Context } from 'hono'
import { FEEDBACK_NAME, type Feedback } from '../../../dashboard/parts/feedback.tsx'
import type { PageContent } from '../../../dashboard/frame/document.tsx'
import { ownPath } from '../../../dashboard/paths.ts'
import { problemPage, type PageProblem } from '../../../dashboard/pages/problem-page.tsx'
import type { PageTerms } from '../../../dashboard/terms.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { ADMIN_MS, findMemberId } from '../api/exchange.ts'
import type { AdminDeps } from '../routes.ts'
import type { PageAuth, PageEnv } from './admission.ts'
import { protect, replyPage } from './answer.ts'

/** The dependencies of the pages. */
export interface PageDeps {
  readonly auth: PageAuth
  readonly admin: AdminDeps
  /** What is wrong with the configuration. */
  readonly problems: readonly { readonly setting: string; readonly problem: string }[]
  /** What is unsafe about it. */
  readonly warnings: readonly string[]
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
  return {
    formToken: admission?.formToken ?? null,
    isAdmitted: admission !== undefined,
    now: auth.now(),
  }
}

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
  return replyPage(c, () => problemPage(problem), { terms: termsOf(c, deps), status })
}

/**
 * Does the work with the object of the portal that the path names by its member id or its domain, or says that there is
 * none.
 */
export async function withPortal(
  c: PageContext,
  deps: PageDeps,
  work: (portal: PortalClient, memberId: string) => Promise<Response | null>,
): Promise<Response> {
  const { portals, directory } = deps.admin
  async function find(): Promise<Response> {
    const found = await findMemberId(c.req.param('memberId') ?? '', directory)
    if (!found.ok) return replyProblem(c, deps, found.error)
    const response = await work(portals(found.value), found.value)
    return response ?? replyProblem(c, deps, 'not_found')
  }
  return withTimeout(find(), ADMIN_MS)
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
