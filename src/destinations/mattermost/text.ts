/**
 * Mattermost's Markdown, which its clients read in two passes: an old Markdown first, then mentions,
 * channels, hashtags, addresses and emoji in the text that is left
 * (webapp/channels/src/utils/text_formatting.tsx, github.com/mattermost/marked). A backslash helps
 * against the first pass only and the mobile clients read CommonMark, so what could mean anything is
 * replaced by a look-alike. Code is literal in both passes.
 */
import { linkAddress, lookAlike, OUTER_UNDERSCORE, withLookAlikes } from '../message/inert-text.ts'
import type { Link } from '../message/message.ts'
import { writeLine, type Line, type Span } from '../message/line.ts'

const ALWAYS = '[*~`:@#<>[\\]\\\\$|]'
// A point that a word goes on after makes a host of it.
const POINT = '\\.(?=\\S)'
const ENTITY = '&(?=#?\\w+;)'
// What makes a list, a rule or a heading of a line: only where a text begins, as it has one line.
const START = '^[-+=]|(?<=^\\d+)[.)]'
// The emoticons without a colon: ;) ;-) x-d (webapp/channels/src/utils/emoticons.tsx). The bracket may be
// a word of ours behind the text.
const EMOTICON = ';(?=-?(?:\\)|$))|(?<=(?<![A-Za-z0-9])x)-(?=d(?![A-Za-z0-9]))'

const MARKUP = new RegExp([ALWAYS, POINT, ENTITY, START, EMOTICON].join('|'), 'gi')

// Looks better between letters than the minus sign that other receivers get.
const HYPHEN = '\u2010'

// The server itself makes mentions of Slack's control sequences, in code as well (ProcessSlackText).
const SLACK_MENTION = /<(?=[!@])/g

/** Makes foreign text inert, with look-alikes for the characters that mean something. */
export function inertMattermost(text: string): string {
  const marked = text.replace(MARKUP, (character) =>
    character === '-' ? HYPHEN : lookAlike(character),
  )
  return withLookAlikes(marked, OUTER_UNDERSCORE)
}

/** Foreign text between backticks. */
export function codeMattermost(text: string): string {
  return text.replaceAll('`', lookAlike('`')).replace(SLACK_MENTION, lookAlike)
}

/** A line of a message with its styles. */
export function writeMattermost(line: Line): string {
  return writeLine(line, writeSpan)
}

/** A link that the relay made. */
export function linkMattermost({ url, text }: Link): string {
  return `[${text}](${linkAddress(url)})`
}

function writeSpan({ text, style, isForeign }: Span): string {
  if (style === 'code') return `\`${codeMattermost(text)}\``
  const inert = isForeign ? inertMattermost(text) : text
  switch (style) {
    case 'plain':
      return inert
    case 'strong':
      return `**${inert}**`
    case 'faint':
      return `*${inert}*`
  }
}
