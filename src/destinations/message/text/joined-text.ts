/** Texts of a message that are put together; an empty text leaves no gap and no separator behind. */
import { MINUTE_MS } from '../../../core/durations.ts'
import type { Catalogue } from '../../language/catalogue.ts'
import { fill } from '../../language/languages.ts'
import type { Line } from './line.ts'
import type { Link, Message } from '../message.ts'

// The host of a portal, with its port.
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i

/** The texts that are not empty, with the separator between them. */
export function joinTexts(texts: readonly string[], separator: string): string {
  return texts.filter((text) => text !== '').join(separator)
}

/**
 * Joins texts up to a length. `before` and `after` always stand; of `texts` only those that have room between them. A
 * text that is too long is left out, and a shorter one behind it may still find room.
 */
export function joinWithin(
  texts: readonly string[],
  { before, after, max, separator }: JoinTerms,
): string {
  let length = [...before, ...after].join(separator).length
  const shown = texts.filter((text) => {
    const longer = length + separator.length + text.length
    if (longer > max) return false
    length = longer
    return true
  })
  return [...before, ...shown, ...after].join(separator)
}

/** The room for texts, and the ones before and after them that always stand. */
export interface JoinTerms {
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** The most UTF-16 units of all together. */
  readonly max: number
  readonly separator: string
}

/**
 * The number of lines that had no room, with the link to the page that shows them; empty when all are here.
 */
export function writeRest(
  { more }: Pick<Message, 'more'>,
  {
    writeLink,
    escape = (text) => text,
  }: { writeLink: (link: Link) => string; escape?: (text: string) => string },
): string {
  if (more === null) return ''
  return joinTexts([escape(more.text), more.link === null ? '' : writeLink(more.link)], ' ')
}

/** The time of one event, or from the first to the last, in a form that tells no seconds. */
export function writeTimes(
  { firstAt, lastAt }: Pick<Message, 'firstAt' | 'lastAt'>,
  format: (at: number) => string,
): string {
  return isOneTime({ firstAt, lastAt }) ? format(firstAt) : `${format(firstAt)} – ${format(lastAt)}`
}

/** Whether all that a message tells happened within one minute. */
export function isOneTime({ firstAt, lastAt }: Pick<Message, 'firstAt' | 'lastAt'>): boolean {
  return Math.floor(firstAt / MINUTE_MS) === Math.floor(lastAt / MINUTE_MS)
}

/**
 * The message in one sentence, for notifications: `Task 123 created — Anna
 * (acme.bitrix24.com)`. A host stays readable as it is; a portal without one is named by text that was made
 * inert.
 */
export function writeOneLine(
  { summary, portal }: Pick<Message, 'summary' | 'portal'>,
  words: Catalogue,
  { write, inert }: OneLineTerms,
): string {
  const sentence = write(summary)
  const host = HOST.test(portal) ? portal : inert(portal)
  return host === '' ? sentence : fill(words.inPortal, { sentence, portal: host })
}

/** The functions by which a receiver writes a line in its notifications, and makes a text inert there. */
export interface OneLineTerms {
  readonly write: (line: Line) => string
  readonly inert: (text: string) => string
}
