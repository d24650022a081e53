/** Calls of a portal's object that must not hang: two tries with a new stub each, 2 s together. */
import { err, ok, type Result } from '../core/result.ts'

/** The time that both tries have together, in milliseconds. */
export const STORE_BUDGET_MS = 2000

/** Rejects when `work` takes longer than `ms`; the work itself goes on. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('Cannot wait any longer for the portal')), ms)
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Tries twice. The second try may find the work of the first one done: `call` must be repeatable, which
 * the receipt makes of an append.
 */
export async function tryTwice<T>(
  call: () => Promise<T>,
  now: () => number,
): Promise<Result<T, { readonly error: unknown }>> {
  const start = now()
  try {
    return ok(await withTimeout(call(), STORE_BUDGET_MS / 2))
  } catch {
    // Unreachable, overloaded or too slow: the second try tells which of them it is.
  }
  try {
    return ok(await withTimeout(call(), Math.max(1, STORE_BUDGET_MS - (now() - start))))
  } catch (error) {
    return err({ error })
  }
}
