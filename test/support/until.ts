/** Waits for the work that an object does by itself, and holds back an answer for which it waits. */
import { vi } from 'vitest'

/** Waits until something holds; fails after two seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error('Waited in vain')
    },
    { interval: 2, timeout: 2000 },
  )
}

/** A promise that a test releases, to hold an answer back. */
export interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
}

/** A gate that is closed. */
export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}
