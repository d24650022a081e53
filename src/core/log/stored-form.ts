/**
 * The stored form of an event has a limit of its own. A body of 256 KiB may become 1.5 MB of JSON, since a control
 * character takes six bytes there, and a row of a log is read into memory as a whole. An event of people is never that
 * large: JSON doubles quotes and line breaks at most.
 */
import type { RelayEvent } from './event.ts'

/** The most bytes of one event as it is stored. */
export const MAX_STORED_BYTES = 512 * 1024

/** The length of the head that is kept of a larger event's data, in characters of its JSON. */
const HEAD_LENGTH = 1000

/** An event on its way to a row: the text that is stored, and what it means; null for a text that is no event. */
export interface StoredForm {
  readonly text: string
  readonly event: RelayEvent | null
}

/** The form in which an event is stored. One that is too large is quarantined, with its head and its size. */
export function storedForm(form: StoredForm): StoredForm {
  const bytes = bytesOf(form.text)
  if (bytes <= MAX_STORED_BYTES) return form
  const { text, event } = form
  const whole = event === null ? text : JSON.stringify(event.data)
  const head = whole.slice(0, HEAD_LENGTH).toWellFormed()
  const kept: RelayEvent = {
    ...(event ?? UNKNOWN),
    data: { head, bytes },
    field: null,
    quarantined: 'too_large',
  }
  return { text: JSON.stringify(kept), event: kept }
}

const UNKNOWN = { name: 'UNREADABLE', ts: null, handlerId: null, userId: null } as const

function bytesOf(text: string): number {
  // A character takes three bytes of UTF-8 at most, so most texts need not be encoded to be measured.
  return text.length * 3 <= MAX_STORED_BYTES ? text.length : new TextEncoder().encode(text).length
}
