/**
 * Decides which refusals of callers are noted in the directory: the first of a kind at once, then at most one of it in ten
 * seconds and isolate. A flood of strangers so costs a few writes, and a wrong token is seen with its first event.
 */
import { SECOND_MS } from '../../core/durations.ts'
import { BoundedMap } from '../../core/bounded-map.ts'
import type { RefusedCaller } from '../../core/refused-caller.ts'

/** The time between two notes of one kind, in milliseconds. */
export const NOTE_INTERVAL_MS = 10 * SECOND_MS

/** More kinds than there are reasons. */
const MAX_KINDS = 100

/** The memory of one isolate. */
export class RefusalSampler {
  readonly #notedAt = new BoundedMap<number>(MAX_KINDS)

  /** Whether to note a refusal. Refusals at portals that the edge knows are a kind of their own. */
  takes(
    { at, request, reason }: RefusedCaller,
    { isKnown }: { readonly isKnown: boolean },
  ): boolean {
    const kind = `${request} ${reason} ${isKnown}`
    const notedAt = this.#notedAt.get(kind)
    if (notedAt !== undefined && Math.abs(at - notedAt) < NOTE_INTERVAL_MS) return false
    this.#notedAt.set(kind, at)
    return true
  }
}
