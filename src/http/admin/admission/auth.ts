/**
 * Opens the admin surface to a caller with ADMIN_TOKEN, and to everyone whom Cloudflare Access lets through. While
 * neither is configured, the surface does not exist (404). Wrong tokens are counted by the caller's address.
 */
import { createMiddleware } from 'hono/factory'
import type { Context } from 'hono'
import { addressKeys } from '../../../edge/callers/address-keys.ts'
import { equalInConstantTime } from '../../../core/safety/constant-time.ts'
import { describeError } from '../../../core/safety/redact.ts'
import { sha256Hex } from '../../../core/safety/sha256.ts'
import type { LineWriter } from '../../../log.ts'
import { ACCESS_HEADER } from './access-token.ts'
import { clientAddress } from '../../client-address.ts'
import { isFromOwnPage } from './own-origin.ts'
import { errorResponse } from '../../error-response.ts'

/** The admin token, and the limit for wrong ones. */
export interface AdminAuth {
  readonly adminToken: string | null
  /** Verifies a token of Cloudflare Access; null when Access is not configured. It never rejects. */
  readonly isLetThrough: ((token: string) => Promise<boolean>) | null
  /** Counts one wrong token of an address; false when it is one too many. It rejects when the limiter fails. */
  readonly isWrongTokenWithinLimit: (address: string) => Promise<boolean>
  readonly logLine: LineWriter
}

/**
 * The middleware in front of every admin route. `authOf` reads the token and the limit from the bindings of
 * the request.
 */
export function requireAdmin(authOf: (c: Context) => AdminAuth) {
  return createMiddleware(async (c, next) => {
    const auth = authOf(c)
    if (auth.adminToken === null && auth.isLetThrough === null) return errorResponse('not_found')
    if (await isBearer(c.req.raw, auth)) {
      await next()
      return undefined
    }
    if (await isAdmitted(c.req.raw, auth)) {
      if (!isFromOwnPage(c.req.raw)) return errorResponse('foreign_request')
      await next()
      return undefined
    }
    return refuseAdmin(auth, c.req.raw)
  })
}

/** Whether a request carries the admin token in its header. */
export async function isBearer(request: Request, { adminToken }: AdminAuth): Promise<boolean> {
  const presented = /^Bearer +(\S+)$/iu.exec(request.headers.get('authorization') ?? '')?.[1]
  if (adminToken === null || presented === undefined) return false
  return isAdminToken(presented, adminToken)
}

/** Whether Cloudflare Access has let a request through. */
export async function isAdmitted(request: Request, auth: AdminAuth): Promise<boolean> {
  const token = request.headers.get(ACCESS_HEADER)
  if (auth.isLetThrough === null || token === null) return false
  return auth.isLetThrough(token)
}

/** Whether a text is the admin token. Hashes have one length, so that not even its length can be measured. */
export async function isAdminToken(presented: string, adminToken: string): Promise<boolean> {
  return equalInConstantTime(await sha256Hex(presented), await sha256Hex(adminToken))
}

/** Refuses a request without the admin token, and counts it. */
export async function refuseAdmin(auth: AdminAuth, request: Request): Promise<Response> {
  const isWithin = await countWrongToken(auth, request)
  return errorResponse(isWithin ? 'unauthorized' : 'too_many_requests')
}

/** Counts a wrong token by its caller's address; false when it is one too many. */
export async function countWrongToken(
  { isWrongTokenWithinLimit, logLine }: AdminAuth,
  request: Request,
): Promise<boolean> {
  const address = clientAddress(request)
  try {
    const answers = await Promise.all(addressKeys(address).map(isWrongTokenWithinLimit))
    return answers.every(Boolean)
  } catch (error) {
    // A limiter that fails opens nothing: the token is wrong all the same.
    logLine('warn', 'rate_limit_failed', { error: describeError(error) })
    return true
  }
}
