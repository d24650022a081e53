/**
 * The errors of Bitrix24's REST and OAuth servers, with the texts and statuses of the recorded answers
 * in `test/fixtures/bitrix24/rest`, and the failures that a test can switch on.
 */
import type { ServerResponse } from 'node:http'
import { pause, sendJson } from '../local-server.ts'

/** One error answer. `error` may be empty, as Bitrix24 itself does for missing rights. */
export interface RestError {
  readonly error: string
  /** Null where Bitrix24 sends none. */
  readonly description: string | null
  readonly status: number
}

const ERRORS = {
  expired_token: [401, 'The access token provided has expired.'],
  invalid_token: [401, 'Unable to get application by token'],
  NO_AUTH_FOUND: [401, 'Wrong authorization data'],
  authorization_error: [401, 'Unable to authorize user'],
  user_access_error: [403, 'The user does not have access to the application.'],
  insufficient_scope: [
    403,
    'The request requires higher privileges than provided by the access token',
  ],
  ACCESS_DENIED: [403, 'REST is available only on commercial plans.'],
  APPLICATION_NOT_FOUND: [401, 'Application not found'],
  NOT_INSTALLED: [401, 'Application not installed'],
  PAYMENT_REQUIRED: [401, 'Payment required'],
  WRONG_AUTH_TYPE: [403, 'Current authorization type is denied for this method'],
  PORTAL_DELETED: [403, 'Portal was deleted'],
  QUERY_LIMIT_EXCEEDED: [503, 'Too many requests'],
  OVERLOAD_LIMIT: [503, 'REST API is blocked due to overload.'],
  OPERATION_TIME_LIMIT: [429, 'Method is blocked due to operation time limit.'],
  ERROR_METHOD_NOT_FOUND: [404, 'Method not found!'],
  INTERNAL_SERVER_ERROR: [500, 'Internal server error'],
  ERROR_BATCH_LENGTH_EXCEEDED: [400, 'Max batch length exceeded'],
  ERROR_EVENT_NOT_FOUND: [400, 'Event not found'],
  ERROR_WRONG_HANDLER_URL: [400, 'Wrong handler URL'],
  ERROR_UNSUPPORTED_PROTOCOL: [400, 'Unsupported event handler protocol'],
  invalid_request: [400, null],
  invalid_client: [400, null],
  invalid_grant: [400, null],
  // Bitrix24 answers this one with 200.
  wrong_client: [200, null],
} as const

/** A code that the servers answer with; every one has its recorded status and text. */
export type RestErrorCode = keyof typeof ERRORS

/** The recorded answer for a code. */
export function restError(code: RestErrorCode): RestError {
  const [status, description] = ERRORS[code]
  return { error: code, description, status }
}

/** An error of one method, 400 as the server's `RestException` does when nothing else is said. */
export function methodError(error: string, description: string): RestError {
  return { error, description, status: 400 }
}

/** The body of an error answer. */
export function formatRestError({ error, description }: RestError): Record<string, string> {
  return description === null ? { error } : { error, error_description: description }
}

/**
 * What a server does instead of, or before, its work.
 * - `down`: cuts the connection without an answer.
 * - `slow`: waits, then works.
 * - `error`: answers with a recorded error.
 * - `raw`: answers with anything.
 */
export type Failure =
  | { readonly kind: 'down' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'error'; readonly code: RestErrorCode }
  | {
      readonly kind: 'raw'
      readonly status: number
      readonly body: string
      readonly headers?: Record<string, string>
    }

/** Plays a failure. True when the request has been dealt with and must not be worked on. */
export async function playFailure(
  failure: Failure | null,
  response: ServerResponse,
): Promise<boolean> {
  switch (failure?.kind) {
    case undefined:
      return false
    case 'down':
      response.socket?.destroy()
      return true
    case 'slow':
      await pause(failure.ms)
      return response.destroyed
    case 'error': {
      const error = restError(failure.code)
      sendJson(response, error.status, { value: formatRestError(error) })
      return true
    }
    case 'raw':
      response.writeHead(failure.status, failure.headers ?? {})
      response.end(failure.body)
      return true
  }
}
