/** Answers with pages, under headers that keep other sites, caches and scripts out. */
import type { Context } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { renderDocument, type PageContent } from '../../../dashboard/frame/document.tsx'
import type { PageTerms } from '../../../dashboard/terms.ts'
import { termsOf, type PageContext } from './page-context.ts'

/** The headers of every answer of the dashboard, redirects included. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // A form of a page without any referrer has the origin `null`, and could not be told from a foreign one.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Puts the headers on an answer. */
export function protect(c: Context): void {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value)
}

/** Answers with a page, which gets a nonce of its own. `now` gives unix milliseconds. */
export async function replyPage(
  c: PageContext,
  page: (terms: PageTerms) => PageContent,
  { now, status = 200 }: { readonly now: () => number; readonly status?: StatusCode },
): Promise<Response> {
  const nonce = crypto.randomUUID()
  c.header('content-security-policy', policyOf(nonce))
  c.status(status)
  const terms = { ...termsOf(c, now()), nonce }
  return c.html(await renderDocument(page(terms), terms))
}

function policyOf(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `img-src data:`,
    `connect-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}
