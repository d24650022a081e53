/**
 * Opens the admin surface to the bearer of ADMIN_TOKEN. While no token is configured, the surface does not
 * exist (404). Wrong tokens are counted by the caller's address.
 */
import { createMiddleware } from 'hono/factory'
import type { Context } from 'hono'
import { addressKeys } from '../../edge/address-keys.ts'
import { equalInConstantTime } from '../../core/safety/constant-time.ts'
import { sha256Hex } from '../../core/safety/sha256.ts'
import { clientAddress } from '../client-address.ts'
import { errorResponse } from '../error-response.ts'

/** The admin token, and the limit for wrong ones. */
export interface AdminAuth {
  readonly adminToken: string | null
  /** Counts one wrong token of an address; false when it is one too many. */
  readonly isWrongTokenWithinLimit: (address: string) => Promise<boolean>
}

/**
 * The middleware in front of every admin route. `authOf` reads the token and the limit from the bindings of
 * the request.
 */
export function requireAdmin(authOf: (c: Context) => AdminAuth) {
  return createMiddleware(async (c, next) => {
    const { adminToken, isWrongTokenWithinLimit } = authOf(c)
    if (adminToken === null) return errorResponse('not_found')
    const presented = /^Bearer +(\S+)$/iu.exec(c.req.header('authorization') ?? '')?.[1]
    if (presented !== undefined && (await isSame(presented, adminToken))) {
      await next()
      return undefined
    }
    const keys = addressKeys(clientAddress(c.req.raw))
    const answers = await Promise.all(keys.map((key) => isWrongTokenWithinLimit(key)))
    return errorResponse(answers.every(Boolean) ? 'unauthorized' : 'too_many_requests')
  })
}

/** Compares hashes, which all have one length, so that not even the length of the token can be measured. */
async function isSame(presented: string, token: string): Promise<boolean> {
  return equalInConstantTime(await sha256Hex(presented), await sha256Hex(token))
}
