/**
 * A limit for the wait on somebody else: KV, another object, a server. Each of them may stay silent for ever
 * (docs/cloudflare.md, "KV"), and a request without this limit would wait as long.
 */

/** The time that a read or a list of KV may take, in milliseconds: an event waits for it. */
export const KV_READ_MS = 1000

/** The time that a write or a removal in KV may take, in milliseconds. */
export const KV_WRITE_MS = 5000

/** Rejects when `work` takes longer than `ms`; the work itself goes on. `whom` is told in the error. */
export async function withTimeout<T>(
  work: Promise<T>,
  ms: number,
  whom: 'the portal' | 'KV' | 'the directory' | 'the rate limit' = 'the portal',
): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`Cannot wait any longer for ${whom}`)), ms)
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
