/**
 * Opens the admin surface to the bearer of ADMIN_TOKEN, and to whom Cloudflare Access lets through. While neither is
 * configured, the surface does not exist (404). Wrong tokens are counted by the caller's address.
 */
import { createMiddleware } from 'hono/factory'
import type { Context } from 'hono'
import { addressKeys } from '../../edge/callers/address-keys.ts'
import { equalInConstantTime } from '../../core/safety/constant-time.ts'
import { describeError } from '../../core/safety/redact.ts'
import { sha256Hex } from '../../core/safety/sha256.ts'
import type { LineWriter } from '../../log.ts'
import { ACCESS_HEADER } from './access-token.ts'
import { clientAddress } from '../client-address.ts'
import { errorResponse } from '../error-response.ts'

/** The admin token, and the limit for wrong ones. */
export interface AdminAuth {
  readonly adminToken: string | null
  /** Verifies a token of Cloudflare Access; null when Access is not configured. It never rejects. */
  readonly isLetThrough: ((token: string) => Promise<boolean>) | null
  /** Counts one wrong token of an address; false when it is one too many. It rejects when the limiter fails. */
  readonly isWrongTokenWithinLimit: (address: string) => Promise<boolean>
  readonly log: LineWriter
}

/**
 * The middleware in front of every admin route. `authOf` reads the token and the limit from the bindings of
 * the request.
 */
export function requireAdmin(authOf: (c: Context) => AdminAuth) {
  return createMiddleware(async (c, next) => {
    const auth = authOf(c)
    if (auth.adminToken === null && auth.isLetThrough === null) return errorResponse('not_found')
    if ((await isBearer(c, auth)) || (await isLetThrough(c, auth))) {
      await next()
      return undefined
    }
    const isWithin = await countWrongToken(auth, clientAddress(c.req.raw))
    return errorResponse(isWithin ? 'unauthorized' : 'too_many_requests')
  })
}

async function isBearer(c: Context, { adminToken }: AdminAuth): Promise<boolean> {
  const presented = /^Bearer +(\S+)$/iu.exec(c.req.header('authorization') ?? '')?.[1]
  if (adminToken === null || presented === undefined) return false
  return isSame(presented, adminToken)
}

async function isLetThrough(c: Context, auth: AdminAuth): Promise<boolean> {
  const token = c.req.header(ACCESS_HEADER)
  if (auth.isLetThrough === null || token === undefined) return false
  return auth.isLetThrough(token)
}

/** Counts a wrong token of an address; false when it is one too many. */
async function countWrongToken(
  { isWrongTokenWithinLimit, log }: AdminAuth,
  address: string,
): Promise<boolean> {
  try {
    const answers = await Promise.all(addressKeys(address).map(isWrongTokenWithinLimit))
    return answers.every(Boolean)
  } catch (error) {
    // A limiter that fails opens nothing: the token is wrong all the same.
    log('warn', 'rate_limit_failed', { error: describeError(error) })
    return true
  }
}

/** Compares hashes, which all have one length, so that not even the length of the token can be measured. */
async function isSame(presented: string, token: string): Promise<boolean> {
  return equalInConstantTime(await sha256Hex(presented), await sha256Hex(token))
}
