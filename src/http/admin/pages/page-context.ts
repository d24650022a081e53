/** One request of a page: the facts from its admission, and the terms of the page that it gets. */
import type { Context } from 'hono'
import type { PageTerms } from '../../../dashboard/terms.ts'

/** The facts about a request that was let in. */
export interface Admission {
  /** Null for the bearer of the admin token, who needs no proof of where a form comes from. */
  readonly formToken: string | null
  /** The members of the form that was posted; empty for every other request. */
  readonly form: URLSearchParams
}

/** The variables that a request carries behind `admit`. */
export interface PageEnv {
  readonly Variables: { admission: Admission }
}

/** One request of a page. */
export type PageContext = Context<PageEnv>

/**
 * The circumstances of the page that a request gets; its nonce comes with the answer. `now` is in unix milliseconds.
 */
export function termsOf(c: PageContext, now: number): Omit<PageTerms, 'nonce'> {
  // A request whose admission failed carries none.
  const admission: Admission | undefined = c.get('admission')
  return { formToken: admission?.formToken ?? null, isAdmitted: admission !== undefined, now }
}
