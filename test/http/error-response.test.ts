import { describe, expect, it } from 'vitest'
import { errorResponse, type ErrorCode } from '../../src/http/error-response.ts'

/** The status of each code, as the HTTP contract names it. */
const STATUSES: Readonly<Record<ErrorCode, number>> = {
  malformed_body: 400,
  invalid_event: 400,
  robot_without_token: 400,
  robot_with_token: 400,
  invalid_hint: 400,
  invalid_request: 400,
  untrusted: 403,
  unauthorized: 401,
  foreign_request: 403,
  not_found: 404,
  method_not_allowed: 405,
  ambiguous_domain: 409,
  unusable_destination: 409,
  still_waiting: 409,
  wrong_domain: 409,
  not_head: 409,
  removed_destination: 409,
  too_many_jobs: 409,
  no_access: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  too_many_hints: 429,
  portal_full: 429,
  internal_error: 500,
  not_stored: 503,
  misconfigured: 503,
}
// Sound: the keys of the record are the codes.
const CODES = Object.keys(STATUSES) as ErrorCode[]

describe('errorResponse()', () => {
  it.each(CODES)('answers %s with its status, in the one form, never cached', async (code) => {
    const response = errorResponse(code)
    expect({
      status: response.status,
      type: response.headers.get('content-type'),
      cache: response.headers.get('cache-control'),
      body: await response.json(),
    }).toEqual({
      status: STATUSES[code],
      type: 'application/json',
      cache: 'no-store',
      body: { error: { code, message: expect.stringMatching(/^[A-Z][^.!]*$/u) } },
    })
  })

  it('asks a caller to come back exactly where that may help', () => {
    const waits = CODES.flatMap((code) => {
      const seconds = errorResponse(code).headers.get('retry-after')
      return seconds === null ? [] : [[code, seconds]]
    })
    expect(waits).toEqual([
      ['too_many_requests', '60'],
      ['too_many_hints', '60'],
      ['portal_full', '60'],
      ['not_stored', '10'],
      ['misconfigured', '300'],
    ])
  })

  it('names the scheme where a token is missing', () => {
    const { headers } = errorResponse('unauthorized')
    expect(headers.get('www-authenticate')).toBe('Bearer realm="bitrix24-event-relay"')
  })

  it('takes further headers', () => {
    const { headers } = errorResponse('method_not_allowed', { allow: 'POST' })
    expect([headers.get('allow'), headers.get('cache-control')]).toEqual(['POST', 'no-store'])
  })
})
