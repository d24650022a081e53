/** Notes: the lines of a message about the delivery itself, for example that it is late or was sent again. */
import { fieldOf } from '../../core/fields/module-field.ts'
import { MINUTE_MS, HOUR_MS, DAY_MS } from '../../core/durations.ts'
import type { ThinReason } from '../../core/log/event.ts'
import type { Delivery } from '../receiver.ts'
import { isTestMessage, occurredAt } from '../event-body.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fill, fillPlural } from '../language/languages.ts'

/** A delivery that comes later than this after the change says that it is late. */
export const LATE_MS = 5 * MINUTE_MS

/** The notes of one delivery; `now` is the time of the attempt in unix milliseconds. */
export function listNotes(delivery: Delivery, now: number, words: Catalogue): readonly string[] {
  const notes = [
    describeGap(delivery, words),
    describeGroup(delivery, words),
    describeOrigin(delivery, words),
    describeDelay(delivery, now, words),
  ]
  return notes.filter((note) => note !== null)
}

// An administrator of the portal can mend these, so they do not stand among the notes.
const LOST_ACCESS: readonly (ThinReason | null)[] = ['no_tokens', 'tokens_lost']

/** Says that the relay has no access to the portal, and how it gets it back; null in every other case. */
export function describeAlert({ enrichment }: Delivery, words: Catalogue): string | null {
  const { status, reason } = enrichment
  if (status !== 'unavailable' || reason === null || !LOST_ACCESS.includes(reason)) return null
  const gap = fill(words.notes.detailsUnknownAs, { reason: words.reasons[reason] })
  return `❗ ${gap}. ${words.remedy}`
}

/** Says why the message tells no change; null when it tells one, or when there is nothing to say. */
function describeGap({ event, enrichment }: Delivery, words: Catalogue): string | null {
  const { notes, reasons } = words
  if (fieldOf(event) === null || enrichment.status === 'not_applicable') return null
  if (enrichment.status === 'unavailable') {
    const { reason } = enrichment
    if (LOST_ACCESS.includes(reason)) return null
    if (reason === null) return notes.detailsUnknown
    return fill(notes.detailsUnknownAs, { reason: reasons[reason] })
  }
  if (enrichment.toldBy !== null) return notes.alreadyTold
  if (enrichment.changes === null) return notes.formerUnknown
  return enrichment.changes.length > 0 ? null : notes.noDifference
}

function describeGroup({ enrichment: { covers } }: Delivery, words: Catalogue): string | null {
  const count = covers.length
  return count > 1 ? fillPlural(words, words.notes.toldTogether, { count }) : null
}

/** Whether no event told the change at all: a comparison with the portal found it. */
export function isReconciled({ origin, enrichment }: Delivery): boolean {
  const { completes, repeats } = enrichment
  return origin === 'reconciled' && completes.length === 0 && repeats === undefined
}

/**
 * Says that no event told the change, or that an earlier message told it without details; null in the usual
 * case. A delivery that completes thin events had an event: only the read was missing then.
 */
export function describeOrigin(delivery: Delivery, { notes }: Catalogue): string | null {
  if (isReconciled(delivery)) return notes.reconciled
  return delivery.enrichment.completes.length > 0 ? notes.completes : null
}

/** Says that a delivery is late, or sent again; `now` is the time of the attempt in unix milliseconds. */
export function describeDelay(delivery: Delivery, now: number, words: Catalogue): string | null {
  if (isTestMessage(delivery)) return null
  const { notes } = words
  const delayMs = now - Math.min(occurredAt(delivery), delivery.receivedAt)
  const duration = formatDuration(delayMs, words)
  const isLate = delayMs > LATE_MS
  if (!delivery.replayed) return isLate ? fill(notes.late, { duration }) : null
  return isLate ? fill(notes.againLate, { duration }) : notes.again
}

/** A duration in its largest sensible unit, rounded down: `12 min`, `2 h`, `3 d`. */
export function formatDuration(ms: number, words: Catalogue): string {
  const { minutes, hours, days } = words.durations
  if (ms < HOUR_MS) return fillPlural(words, minutes, { count: Math.floor(ms / MINUTE_MS) })
  if (ms < 2 * DAY_MS) return fillPlural(words, hours, { count: Math.floor(ms / HOUR_MS) })
  return fillPlural(words, days, { count: Math.floor(ms / DAY_MS) })
}
