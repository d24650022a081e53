/**
 * Discord's Markdown (https://support.discord.com/hc/articles/210298617), as far as an embed reads it:
 * all of it in the description, and all but lists and headings in the title. A footer is literal.
 */
import { linkAddress } from '../message/inert-text.ts'
import type { Link } from '../message/message.ts'
import { writeLine, type Line, type Span } from '../message/line.ts'

// A backslash takes its meaning from each of these, as in CommonMark (section 2.4): formats, mentions,
// emoji codes, times, links, and what begins a line.
const PUNCTUATION = /[!-/:-@[-`{-~]/g

/** Makes foreign text inert; what people read stays the same. */
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
      // Code is literal, but knows no escape for its own end; a value that holds one does without.
      return text.includes('`') ? escapeDiscord(text) : `\`${text}\``
    case 'faint':
      return `*${escaped}*`
  }
}
