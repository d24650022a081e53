/** Calls of the admin API as the operator makes them. */
import { env } from 'cloudflare:workers'
import { createExecutionContext } from 'cloudflare:test'
import { expect } from 'vitest'
import { ADMIN_TOKEN } from './runtime-bindings.ts'
import { checkAnswer } from './openapi.ts'
import worker from './worker.ts'

const API = 'https://relay.example.com/admin/api'

/** A request to every route of the API, as `METHOD /path`; `{portal}` stands for a member id. */
export const ADMIN_ROUTES: readonly string[] = [
  'GET /portals',
  'GET /portals/{portal}',
  'GET /portals/{portal}/events',
  'GET /portals/{portal}/events/1',
  'GET /portals/{portal}/parked',
  'GET /portals/{portal}/export',
  'GET /portals/{portal}/why',
  'GET /portals/{portal}/seals',
  'GET /portals/{portal}/history',
  'DELETE /portals/{portal}/events/1',
  'DELETE /portals/{portal}',
  'POST /portals/{portal}/lanes/erp/replay',
  'POST /portals/{portal}/lanes/erp/pause',
  'POST /portals/{portal}/lanes/erp/resume',
  'POST /portals/{portal}/lanes/erp/park',
  'PUT /portals/{portal}/values/NAME',
  'DELETE /portals/{portal}/values/NAME',
  'DELETE /portals/{portal}/pins/1',
  'POST /portals/{portal}/robot-address',
  'DELETE /portals/{portal}/robot-address',
  'POST /portals/{portal}/reconcile',
  'GET /portals/{portal}/refused',
  'POST /portals/{portal}/refused/replay',
  'GET /openapi.json',
  'GET /refused',
  'GET /destinations',
  'POST /destinations/erp/pause',
  'POST /destinations/erp/resume',
  'POST /destinations/erp/replay',
  'POST /destinations/erp/test',
  'POST /destinations/erp/preview',
]

/** The parts of a call. */
export interface AdminCall {
  /** A text goes as it is, everything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Settings of the Worker beside the usual ones. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** An answer: its status, and its body as JSON (null when it is empty). */
export interface AdminAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * Calls `METHOD /path` below `/admin/api`, and holds the answer against the OpenAPI document. The call is made with the
 * admin token unless the headers say otherwise.
 */
export async function callAdmin(
  route: string,
  { body, headers = {}, settings = {} }: AdminCall = {},
): Promise<Response> {
  const [method = 'GET', path = ''] = route.split(' ')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const request = new Request<unknown, IncomingRequestCfProperties>(`${API}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
    ...(body === undefined ? {} : { body: text }),
  })
  // An environment of its own, since the settings are read once per environment.
  const response = await worker.fetch(request, { ...env, ...settings }, createExecutionContext())
  const [pathname = ''] = path.split('?')
  await checkAnswer(method, pathname, response.clone())
  return response
}

/** Calls and reads the answer. */
export async function askAdmin(route: string, call: AdminCall = {}): Promise<AdminAnswer> {
  const response = await callAdmin(route, call)
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** The same two for one portal: `{portal}` in a route is its member id. */
export function adminOf(memberId: () => string) {
  const own = (route: string): string => route.replace('{portal}', memberId())
  return {
    call: (route: string, call?: AdminCall) => callAdmin(own(route), call),
    ask: (route: string, call?: AdminCall) => askAdmin(own(route), call),
  }
}

/** A refusal with its code; its message is not compared. */
export function refusal(status: number, code: string): AdminAnswer {
  return { status, body: { error: { code, message: expect.any(String) } } }
}

/** Any time as the API writes it. */
export const ANY_TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u)
