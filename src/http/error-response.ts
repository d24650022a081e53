/** Every error with its HTTP answer, in one table. A public text never repeats the input. */
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The code of an error, as the HTTP contract names it. */
export type ErrorCode =
  | 'malformed_body'
  | 'invalid_event'
  | 'robot_without_token'
  | 'robot_with_token'
  | 'invalid_hint'
  | 'invalid_request'
  | 'untrusted'
  | 'unauthorized'
  | 'foreign_request'
  | 'not_found'
  | 'method_not_allowed'
  | 'ambiguous_domain'
  | 'not_head'
  | 'removed_destination'
  | 'too_many_jobs'
  | 'still_waiting'
  | 'wrong_domain'
  | 'unusable_destination'
  | 'no_access'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'too_many_hints'
  | 'portal_full'
  | 'internal_error'
  | 'not_stored'
  | 'misconfigured'

interface ErrorAnswer {
  readonly status: ContentfulStatusCode
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

const ANSWERS: Readonly<Record<ErrorCode, ErrorAnswer>> = {
  malformed_body: {
    status: 400,
    message: 'The body is not a form or a JSON object within the limits',
  },
  invalid_event: { status: 400, message: 'The body is not an event of Bitrix24' },
  robot_without_token: {
    status: 400,
    message:
      'The robot "Outgoing webhook" proves nothing here: give it the address below /bitrix24/robots/ that the admin API makes (POST /admin/api/portals/{memberId}/robot-address)',
  },
  robot_with_token: {
    status: 400,
    message:
      'This address takes the hints of the robot "Outgoing webhook" only: a robot or an event of an application belongs to /bitrix24/events',
  },
  invalid_hint: {
    status: 400,
    message: 'The body is not that of the robot "Outgoing webhook", which names a document',
  },
  invalid_request: { status: 400, message: 'The request does not have the documented form' },
  untrusted: { status: 403, message: 'The caller could not prove that it speaks for the portal' },
  unauthorized: {
    status: 401,
    message: 'A valid admin token is needed',
    headers: { 'www-authenticate': 'Bearer realm="bitrix24-event-relay"' },
  },
  foreign_request: {
    status: 403,
    message: 'A page of another site has sent this request',
  },
  not_found: { status: 404, message: 'Nothing is found at this address' },
  method_not_allowed: { status: 405, message: 'This address does not take this method' },
  ambiguous_domain: {
    status: 409,
    message: 'Several portals have this domain: name one by its member id',
  },
  not_head: { status: 409, message: 'Only the event that the lane waits with can be parked' },
  removed_destination: { status: 409, message: 'The destination is not configured any more' },
  too_many_jobs: { status: 409, message: 'The lane has too many replay jobs already' },
  still_waiting: {
    status: 409,
    message: 'A lane has still to deliver this event: wait, or park it',
  },
  wrong_domain: {
    status: 409,
    message: 'The body has to name the domain of the portal, or its member id where it has none',
  },
  unusable_destination: {
    status: 409,
    message: 'A setting of the destination is wrong, or it needs a value of a portal: name one',
  },
  no_access: {
    status: 409,
    message: 'The relay has no access to this portal; its state says what to do',
  },
  body_too_large: { status: 413, message: 'The body is larger than 256 KiB' },
  unsupported_media_type: {
    status: 415,
    message: 'The content type must be application/x-www-form-urlencoded or application/json',
  },
  too_many_requests: {
    status: 429,
    message: 'Too many requests that could not be trusted',
    headers: { 'retry-after': '60' },
  },
  too_many_hints: {
    status: 429,
    message: 'The robots of this portal send more than 60 hints a minute',
    headers: { 'retry-after': '60' },
  },
  portal_full: {
    status: 429,
    message: 'The storage of this portal is full: its state in the admin API says what to do',
    headers: { 'retry-after': '60' },
  },
  internal_error: { status: 500, message: 'The request failed inside of the relay' },
  not_stored: {
    status: 503,
    message: 'The event could not be stored',
    headers: { 'retry-after': '10' },
  },
  misconfigured: {
    status: 503,
    message: 'The relay cannot verify any portal: see /healthz',
    headers: { 'retry-after': '300' },
  },
}

/** The status of an error. */
export function errorStatus(code: ErrorCode): number {
  return ANSWERS[code].status
}

/** Answers with an error: `{"error":{"code","message"}}`, never cached. */
export function errorResponse(
  code: ErrorCode,
  extraHeaders: Record<string, string> = {},
): Response {
  const { status, message, headers } = ANSWERS[code]
  return Response.json(
    { error: { code, message } },
    { status, headers: { 'cache-control': 'no-store', ...headers, ...extraHeaders } },
  )
}
