/**
 * The routes that Bitrix24 calls: one for events, one for the application's page. Both take both kinds of
 * body. The checks go from cheap to costly: method, content type, size, shape, and at last trust, which the
 * intake decides.
 */
import { Hono, type Context } from 'hono'
import { EVENTS_PATH } from '../bitrix24/events-path.ts'
import { decodeBody } from '../bitrix24/wire/decode-body.ts'
import type { DecodeReason } from '../bitrix24/wire/decode-request.ts'
import type { IncomingRequest } from '../bitrix24/wire/request.ts'
import { err, type Result } from '../core/result.ts'
import { takeRequest } from '../edge/intake.ts'
import type { IntakeDeps } from '../edge/intake-deps.ts'
import { readFormOrJson } from './body.ts'
import { clientAddress } from './client-address.ts'
import { errorResponse } from './error-response.ts'
import { eventAnswer } from './event-answer.ts'
import { noteAnswer, noteUnnamedCaller } from './refused-caller-of.ts'
import { pageLanguage } from './install-page/languages.ts'
import { errorPage, installPage, type PageErrorCode } from './install-page/page.ts'

const INSTALL_PATH = '/bitrix24/install'

/** Makes the routes. `intakeOf` gives the ports of the intake for one request. */
export function createBitrix24Routes(intakeOf: (c: Context) => IntakeDeps): Hono {
  const routes = new Hono()
  for (const path of [EVENTS_PATH, INSTALL_PATH]) {
    routes.post(path, (c) => receive(c, intakeOf(c)))
    routes.all(path, (c) => refuse(c.req.raw, 'method_not_allowed', { allow: 'POST' }))
  }
  return routes
}

async function receive(c: Context, deps: IntakeDeps): Promise<Response> {
  const url = new URL(c.req.url)
  const decoded = await decode(c.req.raw, url)
  if (!decoded.ok) {
    deps.callers.memory.counts.noteRefused(decoded.error)
    if (decoded.error === 'untrusted') {
      noteUnnamedCaller(c, deps, { request: 'unknown', reason: 'missing_credentials' })
    }
    return refuse(c.req.raw, decoded.error)
  }
  const request = decoded.value
  const source = { address: clientAddress(c.req.raw), calledUrl: url.origin }
  const taken = takeRequest(deps, request, source)
  c.executionCtx.waitUntil(taken)
  const answer = await taken
  noteAnswer(c, deps, { request, answer })
  const isPage = request.kind === 'install' && request.cause === 'page'
  return isPage ? installPage(answer, pageLanguage(request.language)) : eventAnswer(answer)
}

/** The error code for each fault that the decoder finds. */
const DECODE_ERRORS: Readonly<Record<DecodeReason, PageErrorCode>> = {
  malformed: 'malformed_body',
  invalid_auth: 'invalid_event',
  invalid_member_id: 'invalid_event',
  invalid_application_token: 'invalid_event',
  robot_without_token: 'robot_without_token',
  missing_credentials: 'untrusted',
}

async function decode(
  request: Request,
  { searchParams }: URL,
): Promise<Result<IncomingRequest, PageErrorCode>> {
  const body = await readFormOrJson(request)
  if (!body.ok) return body
  const { text, isForm } = body.value
  const query = Object.fromEntries(searchParams)
  const decoded = decodeBody(text, { isForm, query })
  return decoded.ok ? decoded : err(DECODE_ERRORS[decoded.error])
}

/**
 * Refuses a request before anybody looks for its caller. A person in a frame reads a page, everybody else
 * JSON.
 */
async function refuse(
  request: Request,
  code: PageErrorCode,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const wantsPage = pathname === INSTALL_PATH && acceptsHtml(request)
  if (!wantsPage) return errorResponse(code, headers)
  return errorPage(code, pageLanguage(searchParams.get('LANG')), headers)
}

function acceptsHtml(request: Request): boolean {
  return (request.headers.get('accept') ?? '').toLowerCase().includes('text/html')
}
