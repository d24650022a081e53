/**
 * The routes that Bitrix24 calls. Checks go from cheap to costly: method, content type, size, shape, trust.
 * Both routes accept both kinds of body.
 */
import { Hono, type Context } from 'hono'
import { decodeRequest } from '../bitrix24/wire/decode-request.ts'
import { parseForm } from '../bitrix24/wire/form.ts'
import { parseJson } from '../bitrix24/wire/json.ts'
import type { IncomingRequest } from '../bitrix24/wire/request.ts'
import { err, type Result } from '../core/result.ts'
import { mediaType, readBody } from './body.ts'
import { errorResponse } from './error-response.ts'
import { errorPage, installPage, type PageErrorCode } from './install-page/page.ts'
import { pageLanguage } from './install-page/languages.ts'
import { takeRequest } from '../edge/intake.ts'
import type { IntakeAnswer } from '../edge/intake-answer.ts'
import type { IntakeDeps } from '../edge/intake-deps.ts'

const INSTALL_PATH = '/bitrix24/install'

/** Makes the routes; `intakeOf` gives the intake of the request's own environment. */
export function createBitrix24Routes(intakeOf: (c: Context) => IntakeDeps): Hono {
  const routes = new Hono()
  for (const path of ['/bitrix24/events', INSTALL_PATH]) {
    routes.post(path, (c) => receive(c, intakeOf(c)))
    routes.all(path, (c) => refuse(c.req.raw, 'method_not_allowed', { allow: 'POST' }))
  }
  return routes
}

async function receive(c: Context, deps: IntakeDeps): Promise<Response> {
  const decoded = await decode(c.req.raw)
  if (!decoded.ok) return refuse(c.req.raw, decoded.error)
  const { origin: calledUrl } = new URL(c.req.url)
  const source = { address: clientAddress(c.req.raw), calledUrl }
  const taken = takeRequest(deps, decoded.value, source)
  c.executionCtx.waitUntil(taken)
  const answer = await taken
  const { value } = decoded
  const isPage = value.kind === 'install' && value.cause === 'page'
  return isPage ? installPage(answer, pageLanguage(value.language)) : eventResponse(answer)
}

/** A frame asks for HTML and is read by a person; whatever else calls gets the refusal in JSON. */
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

async function decode(request: Request): Promise<Result<IncomingRequest, PageErrorCode>> {
  const type = mediaType(request)
  const isForm = type === 'application/x-www-form-urlencoded'
  if (!isForm && type !== 'application/json') return err('unsupported_media_type')
  const body = await readBody(request)
  if (!body.ok) return body
  const parsed = isForm ? parseForm(body.value) : parseJson(body.value)
  if (!parsed.ok) return err('malformed_body')
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const decoded = decodeRequest(parsed.value, query)
  if (decoded.ok) return decoded
  switch (decoded.error) {
    case 'malformed':
      return err('malformed_body')
    case 'missing_credentials':
      return err('untrusted')
    default:
      return err('invalid_event')
  }
}

/** The caller's address; an IPv6 caller owns its whole /64 (RFC 6177), however it is abbreviated. */
export function clientAddress(request: Request): string {
  const address = request.headers.get('cf-connecting-ip') ?? 'unknown'
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  const given = groups.length + (tail === undefined || tail === '' ? 0 : tail.split(':').length)
  // `::` stands for as many zeros as are missing.
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - given) }, () => '0')
  const all = [...groups, ...zeros, ...(tail === undefined ? [] : tail.split(':'))]
  return all.slice(0, 4).map(withoutLeadingZeros).join(':')
}

function withoutLeadingZeros(group: string): string {
  return group.replace(/^0+(?=.)/u, '')
}

function eventResponse(answer: IntakeAnswer): Response {
  switch (answer.kind) {
    case 'stored':
      return Response.json({
        accepted: true,
        sequence: answer.sequence,
        ...(answer.duplicate ? { duplicate: true } : {}),
        ...(answer.quarantined ? { quarantined: true } : {}),
      })
    case 'spilled':
      return Response.json({ accepted: true, via: 'spill' })
    case 'accepted':
      return Response.json({ accepted: true })
    case 'pending':
      return Response.json({ accepted: true, pending: true })
    case 'refused':
      return errorResponse(answer.code)
  }
}
