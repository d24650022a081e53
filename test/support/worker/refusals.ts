/** What the HTTP contract says to a caller who is refused, word for word. */

/** Status, message and, where it may help to come back, Retry-After of each code. */
export const REFUSALS = {
  malformed_body: [400, 'The body is not a form or a JSON object within the limits'],
  invalid_event: [400, 'The body is not an event of Bitrix24'],
  robot_without_token: [
    400,
    'The robot "Outgoing webhook" proves nothing here: give it the address below /bitrix24/robots/ that the admin API makes (POST /admin/api/portals/{memberId}/robot-address)',
  ],
  robot_with_token: [
    400,
    'This address takes the hints of the robot "Outgoing webhook" only: a robot or an event of an application belongs to /bitrix24/events',
  ],
  invalid_hint: [
    400,
    'The body is not that of the robot "Outgoing webhook", which names a document',
  ],
  untrusted: [403, 'The caller could not prove that it speaks for the portal'],
  not_found: [404, 'Nothing is found at this address'],
  method_not_allowed: [405, 'This address does not take this method'],
  body_too_large: [413, 'The body is larger than 256 KiB'],
  unsupported_media_type: [
    415,
    'The content type must be application/x-www-form-urlencoded or application/json',
  ],
  too_many_requests: [429, 'Too many requests that could not be trusted', '60'],
  too_many_hints: [429, 'The robots of this portal send more than 60 hints a minute', '60'],
  not_stored: [503, 'The event could not be stored', '10'],
  misconfigured: [503, 'The relay cannot verify any portal: see /healthz', '300'],
} as const satisfies Readonly<Record<string, readonly [number, string, string?]>>

/** The codes that are listed here. */
export type Refusal = keyof typeof REFUSALS

/** The answer with this code, as `answerOf` reads it. */
export function refused(code: Refusal) {
  const [status, message, retryAfter] = REFUSALS[code]
  const body = { error: { code, message } }
  return { status, body, ...(retryAfter === undefined ? {} : { retryAfter }) }
}
