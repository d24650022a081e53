/**
 * The errors of Bitrix24's REST and OAuth servers, with the texts and statuses of the recorded answers
 * in `test/fixtures/bitrix24/rest`.
 */

/** One error answer. `error` may be empty, as Bitrix24 itself does for missing rights, or the number 0. */
export interface RestError {
  readonly error: string | 0
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
  INVALID_CREDENTIALS: [401, 'Invalid request credentials'],
  METHOD_CONFIRM_WAITING: [401, 'Waiting for confirmation'],
  METHOD_CONFIRM_DENIED: [403, 'Method call denied'],
  WRONG_AUTH_TYPE: [403, 'Current authorization type is denied for this method'],
  PORTAL_DELETED: [403, 'Portal was deleted'],
  QUERY_LIMIT_EXCEEDED: [503, 'Too many requests'],
  OVERLOAD_LIMIT: [503, 'REST API is blocked due to overload.'],
  OPERATION_TIME_LIMIT: [429, 'Method is blocked due to operation time limit.'],
  ERROR_METHOD_NOT_FOUND: [404, 'Method not found!'],
  INTERNAL_SERVER_ERROR: [500, 'Internal server error'],
  ERROR_BATCH_LENGTH_EXCEEDED: [400, 'Max batch length exceeded'],
  ERROR_BATCH_METHOD_NOT_ALLOWED: [400, 'Method is not allowed for batch usage'],
  ERROR_EVENT_NOT_FOUND: [400, 'Event not found'],
  ERROR_WRONG_HANDLER_URL: [400, 'Wrong handler URL'],
  ERROR_UNSUPPORTED_PROTOCOL: [400, 'Unsupported event handler protocol'],
  invalid_request: [400, null],
  invalid_client: [400, null],
  invalid_grant: [400, null],
  // Seen with the status 200 (docs/bitrix24.md#oauth-servers).
  wrong_client: [200, null],
} as const

/** A code that the servers answer with; every one has its recorded status and text. */
export type RestErrorCode = keyof typeof ERRORS

/** The recorded answer for a code, with another `status` where Bitrix24 sends the code with several. */
export function restError(code: RestErrorCode, status?: number): RestError {
  const [usual, description] = ERRORS[code]
  return { error: code, description, status: status ?? usual }
}

/** An error of one method, 400 as the server's `RestException` does when nothing else is said. */
export function methodError(error: RestError['error'], description: string): RestError {
  return { error, description, status: 400 }
}

/** The body of an error answer. */
export function formatRestError({ error, description }: RestError): Record<string, string | 0> {
  return description === null ? { error } : { error, error_description: description }
}
