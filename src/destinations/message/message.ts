/**
 * A message for people, independent of the receiver: which words stand where, and which of them are
 * text of the CRM. Receivers only lay it out in their own form.
 */
import type { Line } from './line.ts'

/** One line of a list: a change, ready to be read, and its parts for wording of one's own. */
export interface ChangeLine {
  readonly text: Line
  /** What changed; empty for a remark that is no change. */
  readonly label: Line
  /** Null: there was nothing. */
  readonly before: Line | null
  readonly after: Line | null
}

/** Lines that belong to one field; the heading is empty in a message about a single event. */
export interface Group {
  readonly heading: Line
  readonly lines: readonly ChangeLine[]
}

/** A page that the relay itself names: never taken from the CRM. */
export interface Link {
  /** https, or http of a local development. */
  readonly url: string
  readonly text: string
}

/** What a person reads. */
export interface Message {
  readonly kind: 'change' | 'event' | 'test' | 'digest'
  /** The headline: which field, which event, how many changes. */
  readonly title: Line
  /** What happened and who did it; may be empty. */
  readonly lead: Line
  readonly groups: readonly Group[]
  /** Says how many lines had no room; null when all are here. */
  readonly more: {
    readonly text: string
    readonly count: number
    readonly link: Link | null
  } | null
  readonly notes: readonly string[]
  /** The same as title and lead in one sentence, for notifications. */
  readonly summary: Line
  /** The portal's host, or its member_id. */
  readonly portal: string
  /** When the first and the last of the events happened, in unix milliseconds. */
  readonly firstAt: number
  readonly lastAt: number
  readonly link: Link | null
  /** The relay's own page that shows everything that the message tells; null when none is known. */
  readonly overview: Link | null
  /** The same for all messages about one field of one portal: receivers with threads use it. */
  readonly threadKey: string
}

/** The number of lines in all groups. */
export function countLines({ groups }: Message): number {
  return groups.reduce((sum, { lines }) => sum + lines.length, 0)
}
