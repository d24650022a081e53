/**
 * Calls of a portal's object that must not hang. The edge tries twice, each time with a new stub, and both
 * tries have two seconds together (docs/cloudflare.md, "Calling an object").
 */
import { err, ok, type Result } from '../core/result.ts'
import { describeError } from '../core/safety/redact.ts'
import type { LineWriter } from '../log.ts'
import { withTimeout } from '../storage/with-timeout.ts'

/** The time that both tries have together, in milliseconds. */
export const STORE_BUDGET_MS = 2000

/**
 * Tries twice. The first try may have done its work although its answer was lost, so `call` must be one that
 * may be repeated. An append may, because the object recognises the receipt.
 */
export async function tryTwice<T>(
  call: () => Promise<T>,
  now: () => number,
  again: () => Promise<T> = call,
): Promise<Result<T, { readonly error: unknown }>> {
  const start = now()
  try {
    return ok(await withTimeout(call(), STORE_BUDGET_MS / 2))
  } catch {
    // The object was unreachable, overloaded or too slow. The second try has the rest of the time.
  }
  try {
    // A clock that was set back meanwhile does not lengthen the second try.
    const left = Math.min(STORE_BUDGET_MS, STORE_BUDGET_MS - (now() - start))
    return ok(await withTimeout(again(), Math.max(1, left)))
  } catch (error) {
    return err({ error })
  }
}

/** Tells the operator's log that the object of a portal has not answered, and by which error its last try has ended. */
export function logUnreachable(
  { logLine }: { readonly logLine: LineWriter },
  memberId: string,
  error: unknown,
): void {
  logLine('warn', 'portal_unreachable', { memberId, error: describeError(error) })
}
