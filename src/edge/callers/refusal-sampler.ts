/**
 * Decides which refusals of callers are noted: the first of a kind at once, then few. The directory gets at most one of
 * a kind in ten seconds and isolate, so a flood of strangers costs a few writes, and a wrong token is seen with its
 * first event. The operator's log gets one of a kind an hour and isolate, and each known portal is a kind of its own
 * there.
 */
import { HOUR_MS, SECOND_MS } from '../../core/durations.ts'
import { BoundedMap } from '../../core/bounded-map.ts'
import type { RefusedCaller } from '../../core/refused-caller.ts'

/** The time between two notes of one kind, in milliseconds. */
export const NOTE_INTERVAL_MS = 10 * SECOND_MS

/** The time between two lines about one kind, in milliseconds. */
export const LINE_INTERVAL_MS = HOUR_MS

/** More kinds than there are reasons, and room for portals. */
const MAX_KINDS = 500

/** What the edge knows of the portal that the caller names. */
interface RefusedPortal {
  readonly isKnown: boolean
}

/** The memory of one isolate. */
export class RefusalSampler {
  readonly #notedAt = new BoundedMap<number>(MAX_KINDS)
  readonly #writtenAt = new BoundedMap<number>(MAX_KINDS)

  /** Whether to note a refusal. Refusals at portals that the edge knows are a kind of their own. */
  takes({ at, request, reason }: RefusedCaller, { isKnown }: RefusedPortal): boolean {
    const kind = `${request} ${reason} ${isKnown}`
    return isFirst(this.#notedAt, { kind, at, intervalMs: NOTE_INTERVAL_MS })
  }

  /**
   * Whether to write a line about a refusal. Strangers share one kind, since they choose the portals that they name.
   */
  takesLine({ at, memberId, request, reason }: RefusedCaller, { isKnown }: RefusedPortal): boolean {
    const kind = `${request} ${reason} ${isKnown ? memberId : ''}`
    return isFirst(this.#writtenAt, { kind, at, intervalMs: LINE_INTERVAL_MS })
  }
}

/** Whether the last one of a kind is so long ago; then this one is noted as the last. */
function isFirst(
  notedAt: BoundedMap<number>,
  {
    kind,
    at,
    intervalMs,
  }: { readonly kind: string; readonly at: number; readonly intervalMs: number },
): boolean {
  const last = notedAt.get(kind)
  if (last !== undefined && Math.abs(at - last) < intervalMs) return false
  notedAt.set(kind, at)
  return true
}
