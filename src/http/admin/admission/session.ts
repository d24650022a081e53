/**
 * The session of the dashboard: a cookie that the admin token has signed. Nothing is stored, so a session ends by its
 * time, by a sign-out in its browser, and everywhere with the next admin token.
 */
import type { Context } from 'hono'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'
import { HOUR_MS, SECOND_MS } from '../../../core/durations.ts'
import { equalInConstantTime } from '../../../core/safety/constant-time.ts'
import { sha256Hex } from '../../../core/safety/sha256.ts'

/** The time that a session lasts, in milliseconds. */
export const SESSION_MS = 12 * HOUR_MS

/** The name of the cookie behind its prefix `__Host-`. */
const COOKIE = 'relay-session'

/** The admin token and the time. */
export interface SessionTerms {
  readonly adminToken: string
  /** Unix milliseconds. */
  readonly now: number
}

/** Begins a session. */
export async function beginSession(c: Context, { adminToken, now }: SessionTerms): Promise<void> {
  const value = `${now + SESSION_MS}.${crypto.randomUUID()}`
  await setSignedCookie(c, COOKIE, value, keyOf(adminToken), {
    // The name then begins with `__Host-`: Secure, path `/`, and no other host may set it. Browsers keep such a cookie
    // of
    // http://localhost too, which they trust like https.
    prefix: 'host',
    httpOnly: true,
    sameSite: 'Strict',
    maxAge: SESSION_MS / SECOND_MS,
  })
}

/** Ends the session of this browser. */
export function endSession(c: Context): void {
  deleteCookie(c, COOKIE, { prefix: 'host' })
}

/** The name of the reader's session, a secret of it; null without a session that is valid. */
export async function readSession(
  c: Context,
  { adminToken, now }: SessionTerms,
): Promise<string | null> {
  const value = await getSignedCookie(c, keyOf(adminToken), COOKIE, 'host')
  if (typeof value !== 'string') return null
  const expiresAt = Number(value.split('.')[0])
  // A clock that was set back must not make a session longer.
  return expiresAt > now && expiresAt <= now + SESSION_MS ? value : null
}

/** The proof that a form comes from a page of a session. It does not tell the session. */
export function formTokenOf(session: string): Promise<string> {
  return sha256Hex(`form of ${session}`)
}

/** Whether a form brings the proof. */
export async function isFormOf(session: string, presented: string | null): Promise<boolean> {
  return presented !== null && equalInConstantTime(presented, await formTokenOf(session))
}

/** The key of the signatures. Its first words keep it apart from every other use of the token. */
function keyOf(adminToken: string): string {
  return `session of the dashboard ${adminToken}`
}
