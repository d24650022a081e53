/**
 * Discord's Markdown (https://support.discord.com/hc/articles/210298617). An embed reads all of it in its
 * description, and all but lists and headings in its title. The footer is shown as it is.
 */
import { linkAddress } from '../message/text/inert-text.ts'
import type { Link } from '../message/message.ts'
import { writeLine, type Line, type Span } from '../message/text/line.ts'

// A backslash before one of these takes its meaning away, as in CommonMark (section 2.4): formats, mentions,
// emoji codes, times, links, and the beginnings of lists, headings and quotations.
const PUNCTUATION = /[!-/:-@[-`{-~]/g

/** Makes foreign text inert; people read the same text. */
export function escapeDiscord(text: string): string {
  return text.replace(PUNCTUATION, '\\$&')
}

/** A line of a message with its styles. */
export function writeDiscord(line: Line): string {
  return writeLine(line, writeSpan)
}

/** A link that the relay made. */
export function linkDiscord({ url, text }: Link): string {
  return `[${escapeDiscord(text)}](${linkAddress(url)})`
}

function writeSpan({ text, style, isForeign }: Span): string {
  const escaped = isForeign ? escapeDiscord(text) : text
  switch (style) {
    case 'plain':
      return escaped
    case 'strong':
      return `**${escaped}**`
    case 'code':
      // Text in code is shown as it is, but no escape exists for the backtick that ends it. A value with a
      // backtick does without the style.
      return text.includes('`') ? escapeDiscord(text) : `\`${text}\``
    case 'faint':
      return `*${escaped}*`
  }
}
