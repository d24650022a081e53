/**
 * A message for people, the same for every receiver: a headline, groups of lines, notes. Each receiver lays
 * it out in its own form.
 */
import type { Line } from './text/line.ts'

/** A line that tells one change, ready to be read, and its parts for templates. */
export interface ChangeLine {
  readonly text: Line
  /** The text of the line as it stands inside a sentence: `required no → yes`; empty for a remark. */
  readonly brief: Line
  /** The attribute that changed; empty for a remark, which tells no change. */
  readonly label: Line
  /** The value before; null when there was none. */
  readonly before: Line | null
  /** The value after; null when there is none. */
  readonly after: Line | null
}

/** Lines that belong to one field; the heading is empty in a message about a single event. */
export interface Group {
  readonly heading: Line
  /** The change that the heading or the title tells already. No line repeats it; templates list it with the others. */
  readonly headlined: readonly ChangeLine[]
  readonly lines: readonly ChangeLine[]
}

/** A page whose address the relay has made itself; nothing of it is taken from the CRM. */
export interface Link {
  /** Begins with https, or with http in local development. */
  readonly url: string
  readonly text: string
}

/** Everything that a person reads about one delivery or one digest. */
export interface Message {
  readonly kind: 'change' | 'event' | 'test' | 'digest'
  /** The headline, since a phone shows little more: what happened and who did it. */
  readonly title: Line
  /**
   * The kind and the code of the thing that the headline names, for readers who want more than the headline; may be
   * empty.
   */
  readonly lead: Line
  /** The trouble that keeps the relay from telling more, with its remedy; null in the usual case. */
  readonly alert: string | null
  readonly groups: readonly Group[]
  /** The number of lines that had no room; null when all are here. */
  readonly more: {
    readonly text: string
    readonly count: number
    readonly link: Link | null
  } | null
  readonly notes: readonly string[]
  /** The headline for notifications, of a field with its kind and code. */
  readonly summary: Line
  /** The portal's host, or its member_id. */
  readonly portal: string
  /** The times of the first and the last of the events, in unix milliseconds. */
  readonly firstAt: number
  readonly lastAt: number
  readonly link: Link | null
  /** The page of the relay that shows everything of the message; null when none is known. */
  readonly overview: Link | null
  /**
   * The name of the thread, for receivers that have threads. All messages about one field of one portal have one key.
   */
  readonly threadKey: string
}
