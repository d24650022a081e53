/**
 * Opens the admin surface to the bearer of ADMIN_TOKEN. Without a configured token the surface does not
 * exist (404). Wrong tokens are counted by source address.
 */
import { createMiddleware } from 'hono/factory'
import type { Context } from 'hono'
import { equalInConstantTime } from '../core/safety/constant-time.ts'
import { sha256Hex } from '../core/safety/sha256.ts'
import { clientAddress } from './client-address.ts'
import { errorResponse } from './error-response.ts'

/** What the middleware needs of the request's environment. */
export interface AdminAuth {
  readonly adminToken: string | null
  /** Counts a wrong token; false when it is one too many. */
  readonly isWrongTokenWithinLimit: (address: string) => Promise<boolean>
}

/** The middleware in front of every admin route. */
export function requireAdmin(authOf: (c: Context) => AdminAuth) {
  return createMiddleware(async (c, next) => {
    const { adminToken, isWrongTokenWithinLimit } = authOf(c)
    if (adminToken === null) return errorResponse('not_found')
    const presented = /^Bearer +(\S+)$/iu.exec(c.req.header('authorization') ?? '')?.[1]
    if (presented !== undefined && (await isSame(presented, adminToken))) {
      await next()
      return undefined
    }
    const isWithin = await isWrongTokenWithinLimit(clientAddress(c.req.raw))
    return errorResponse(isWithin ? 'unauthorized' : 'too_many_requests')
  })
}

/** Hashes have one length, so that not even the token's length can be timed. */
async function isSame(presented: string, token: string): Promise<boolean> {
  return equalInConstantTime(await sha256Hex(presented), await sha256Hex(token))
}
