/** The clock of the platform, as far as work waits for it. */

/** Resolves after a time, in milliseconds, or as soon as `ends` is aborted. */
export async function sleep(ms: number, ends?: AbortSignal): Promise<void> {
  if (ends === undefined) return scheduler.wait(ms)
  try {
    await scheduler.wait(ms, { signal: ends })
  } catch (error) {
    if (!ends.aborted) throw error
  }
}
