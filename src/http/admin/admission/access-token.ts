/**
 * Verifies the token that Cloudflare Access puts on each request that it lets through: its signature, its issuer, its
 * audience and its end
 * (https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/).
 */
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import type { Fetch } from '../../../core/fetch.ts'
import { describeError } from '../../../core/safety/redact.ts'
import type { LineWriter } from '../../../log.ts'

/** The header with the token. */
export const ACCESS_HEADER = 'cf-access-jwt-assertion'

/** The path at which a team publishes its keys. */
const KEYS_PATH = '/cdn-cgi/access/certs'

/** The time that the keys may take, in milliseconds. */
const KEYS_TIMEOUT_MS = 5 * SECOND_MS

/** The time for which keys are used without a new look, in milliseconds: a team rotates them every six weeks. */
const KEYS_MAX_AGE_MS = 10 * MINUTE_MS

/**
 * The shortest time between two looks for new keys, in milliseconds. A token under an unknown key brings such a look
 * about.
 */
const KEYS_COOLDOWN_MS = 30 * SECOND_MS

/** The application in Cloudflare Access that stands in front of `/admin`. */
export interface AdminAccess {
  /** For example `https://acme.cloudflareaccess.com`: it signs the tokens, and publishes its keys. */
  readonly issuer: string
  /** The audience tag of the application, which each of its tokens names. */
  readonly audience: string
}

/** The outside world of the verifier. */
export interface AccessWorld {
  readonly fetch: Fetch
  /** Unix milliseconds. */
  readonly now: () => number
  readonly logLine: LineWriter
}

/** The verifier of one isolate, which remembers the keys. */
export class AccessVerifier {
  readonly #world: AccessWorld
  readonly #keys = new Map<string, ReturnType<typeof createRemoteJWKSet>>()

  constructor(world: AccessWorld) {
    this.#world = world
  }

  /** Whether Access has let the bearer of a token through. It never rejects. */
  async verify(token: string, { issuer, audience }: AdminAccess): Promise<boolean> {
    const { now, logLine } = this.#world
    try {
      const terms = { issuer, audience, algorithms: ['RS256'], requiredClaims: ['exp', 'sub'] }
      await jwtVerify(token, this.#keysOf(issuer), { ...terms, currentDate: new Date(now()) })
      return true
    } catch (error) {
      // The reason helps the operator, and tells the caller nothing. The token stands in none of these errors.
      logLine('warn', 'access_refused', { error: describeError(error) })
      return false
    }
  }

  #keysOf(issuer: string): ReturnType<typeof createRemoteJWKSet> {
    const known = this.#keys.get(issuer)
    if (known !== undefined) return known
    const { fetch } = this.#world
    const keys = createRemoteJWKSet(new URL(KEYS_PATH, issuer), {
      timeoutDuration: KEYS_TIMEOUT_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      cooldownDuration: KEYS_COOLDOWN_MS,
      [customFetch]: (url, options) => fetch(url, options),
    })
    this.#keys.set(issuer, keys)
    return keys
  }
}
