/**
 * The questions about unknown tokens that the portals' objects have not answered yet. An isolate asks a few at
 * a time about each caller and portal, and further requests wait for these answers. Otherwise a flood that
 * comes at once would reach the object as a whole, before its first refusal is counted.
 */
import { withTimeout } from '../../storage/with-timeout.ts'

/** The most unanswered questions of one caller about one portal. */
export const MAX_OPEN_QUESTIONS = 8

/** The time for which a caller waits for the answers of others, in milliseconds. */
export const TURN_MS = 2000

interface Line {
  open: number
  readonly waiting: Set<() => void>
}

/** The unanswered questions of one isolate; a line holds those of one caller about one portal. */
export class CallerQuestions {
  readonly #lines = new Map<string, Line>()

  /** Begins a question; false when too many are open already. Each one that began needs its `end`. */
  begin(name: string): boolean {
    const line = this.#lines.get(name) ?? { open: 0, waiting: new Set() }
    if (line.open >= MAX_OPEN_QUESTIONS) return false
    line.open += 1
    this.#lines.set(name, line)
    return true
  }

  /** Ends a question, and wakes everybody who waits in its line. */
  end(name: string): void {
    const line = this.#lines.get(name)
    if (line === undefined) return
    line.open -= 1
    if (line.open === 0) this.#lines.delete(name)
    for (const wake of line.waiting) wake()
    line.waiting.clear()
  }

  /**
   * Waits for the next answer in a line; false when none came in time. The waiter has a timer of its own: the
   * request that asks may end with its isolate.
   */
  async answered(name: string): Promise<boolean> {
    const line = this.#lines.get(name)
    if (line === undefined) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    line.waiting.add(resolve)
    try {
      await withTimeout(promise, TURN_MS)
      return true
    } catch {
      // Swallows the timeout: false says that the wait was in vain.
      return false
    } finally {
      line.waiting.delete(resolve)
    }
  }
}
