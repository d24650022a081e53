/**
 * Decides who may see the pages: a caller with the admin token, and a browser with a session of the sign-in or of
 * Cloudflare Access. Everyone else gets the page of the sign-in in place of every page, or the error of the admin API
 * when no browser asks.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { FORM_TOKEN_NAME } from '../../../dashboard/parts/buttons.tsx'
import { OVERVIEW_PATH, ownPath } from '../../../dashboard/paths.ts'
import { problemPage } from '../../../dashboard/pages/problem-page.tsx'
import { admissionPage, type AdmissionReason } from '../../../dashboard/pages/admission-page.tsx'
import { readBody } from '../../body.ts'
import { errorResponse } from '../../error-response.ts'
import { ACCESS_HEADER } from '../admission/access-token.ts'
import {
  countWrongToken,
  isAdminToken,
  isBearer,
  isAdmitted,
  refuseAdmin,
  type AdminAuth,
} from '../admission/auth.ts'
import { isFromOwnPage } from '../admission/own-origin.ts'
import { protect, replyPage } from './answer.ts'
import type { PageContext, PageEnv } from './page-context.ts'
import {
  beginSession,
  endSession,
  formTokenOf,
  isFormOf,
  readSession,
} from '../admission/session.ts'

/** The dependencies of the admission to the pages. */
export interface PageAuth extends AdminAuth {
  readonly now: () => number
}

/** The largest form, in bytes: a thousand parked events may be chosen. */
const MAX_FORM_BYTES = 64 * 1024

/** The middleware in front of every page. */
export function admit(authOf: (c: Context) => PageAuth): MiddlewareHandler<PageEnv> {
  return createMiddleware<PageEnv>(async (c, next) => {
    const auth = authOf(c)
    if (auth.adminToken === null && auth.isLetThrough === null) return errorResponse('not_found')
    protect(c)
    const isProgram = await isBearer(c.req.raw, auth)
    const session = isProgram ? null : await findSession(c, auth)
    if (!isProgram && session === null) return refuse(c, auth)
    const form = await readForm(c.req.raw)
    const formToken = session === null ? null : await formTokenOf(session)
    c.set('admission', { formToken, form })
    if (session !== null && isUnsafe(c) && !(await isOwnForm(c, session, form))) {
      return replyPage(c, () => problemPage('foreign_form'), { now: auth.now, status: 403 })
    }
    await next()
    return undefined
  })
}

/**
 * The reader's session: that of a sign-in, or that of Cloudflare Access, whose token is as secret as a session's name;
 * null for none.
 */
async function findSession(c: Context, auth: PageAuth): Promise<string | null> {
  const { adminToken, now } = auth
  const session = adminToken === null ? null : await readSession(c, { adminToken, now: now() })
  if (session !== null) return session
  return (await isAdmitted(c.req.raw, auth)) ? (c.req.header(ACCESS_HEADER) ?? null) : null
}

/** A request with a wrong token is counted. One without a token is not. */
async function refuse(c: PageContext, auth: PageAuth): Promise<Response> {
  if (c.req.header('authorization') !== undefined) return refuseAdmin(auth, c.req.raw)
  return wantsPage(c) && auth.adminToken !== null
    ? askToSignIn(c, auth, { reason: 'not_signed_in', to: pathOf(c.req.raw) })
    : errorResponse('unauthorized')
}

function isUnsafe(c: Context): boolean {
  return c.req.method !== 'GET' && c.req.method !== 'HEAD'
}

async function isOwnForm(c: Context, session: string, form: URLSearchParams): Promise<boolean> {
  return isFromOwnPage(c.req.raw) && (await isFormOf(session, form.get(FORM_TOKEN_NAME)))
}

/** Takes the token of a sign-in: begins a session, or asks again. A wrong token is counted like that of a bearer. */
export async function signIn(c: PageContext, auth: PageAuth): Promise<Response> {
  const { adminToken } = auth
  if (adminToken === null) return errorResponse('not_found')
  protect(c)
  if (!isFromOwnPage(c.req.raw)) return askToSignIn(c, auth, { reason: 'foreign_form', to: null })
  const form = await readForm(c.req.raw)
  // A token that was copied out of a terminal often brings a blank or a line end along.
  const presented = (form.get('token') ?? '').trim()
  if (!(await isAdminToken(presented, adminToken))) {
    const isWithin = await countWrongToken(auth, c.req.raw)
    const reason = isWithin ? 'wrong_token' : 'too_many_wrong_tokens'
    return askToSignIn(c, auth, { reason, to: form.get('to') })
  }
  await beginSession(c, { adminToken, now: auth.now() })
  return c.redirect(ownPath(form.get('to')), 303)
}

/** Ends the session of this browser, also the one of Cloudflare Access. */
export function signOut(c: Context): Response {
  endSession(c)
  const isOfAccess = c.req.header(ACCESS_HEADER) !== undefined
  return c.redirect(isOfAccess ? ACCESS_SIGN_OUT_PATH : OVERVIEW_PATH, 303)
}

/** Cloudflare answers this address itself wherever Access stands in front of a Worker. */
const ACCESS_SIGN_OUT_PATH = '/cdn-cgi/access/logout'

async function askToSignIn(
  c: PageContext,
  auth: PageAuth,
  { reason, to }: { readonly reason: AdmissionReason; readonly to: string | null },
): Promise<Response> {
  const { protocol, hostname } = new URL(c.req.url)
  const page = admissionPage({
    reason,
    to: ownPath(to),
    isInsecure: protocol === 'http:' && !isThisMachine(hostname),
    isFromElsewhere: c.req.method === 'GET' && c.req.header('sec-fetch-site') === 'cross-site',
  })
  if (reason === 'too_many_wrong_tokens') c.header('retry-after', '60')
  return replyPage(c, () => page, { now: auth.now, status: STATUSES[reason] })
}

const STATUSES = {
  not_signed_in: 401,
  wrong_token: 401,
  too_many_wrong_tokens: 429,
  foreign_form: 403,
} as const satisfies Record<AdmissionReason, number>

/** Browsers trust the machine itself like https, and keep its cookies. */
function isThisMachine(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

function wantsPage(c: Context): boolean {
  return (c.req.header('accept') ?? '').includes('text/html')
}

/** The page that a request asks for; null when it posts a form. */
function pathOf(request: Request): string | null {
  const { pathname, search } = new URL(request.url)
  return request.method === 'GET' ? pathname + search : null
}

/** The members of a form; empty when the request brings none, or one that is too large. */
async function readForm(request: Request): Promise<URLSearchParams> {
  const body = await readBody(request, MAX_FORM_BYTES)
  return new URLSearchParams(body.ok ? body.value : '')
}
