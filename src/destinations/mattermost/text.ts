/**
 * The Markdown of Mattermost. Its clients read a text twice: first an old Markdown
 * (github.com/mattermost/marked), then mentions, channels, hashtags, addresses and emoji in the text that is
 * left (github.com/mattermost/mattermost, webapp/channels/src/utils/text_formatting.tsx). A backslash helps
 * only against the first reading, and the mobile clients read CommonMark; so every character that could mean
 * something gets a look-alike. Code is shown as it is both times.
 */
import {
  linkAddress,
  lookAlike,
  OUTER_UNDERSCORE,
  withLookAlikes,
} from '../message/text/inert-text.ts'
import type { Link } from '../message/message.ts'
import { writeLine, type Line, type Span } from '../message/text/line.ts'

const ALWAYS = '[*~`:@#<>[\\]\\\\$|]'
// A point inside a word makes a host of the word.
const POINT = '\\.(?=\\S)'
const ENTITY = '&(?=#?\\w+;)'
// The characters that make a list, a rule or a heading of a line. A text has one line, so they count at its
// beginning only.
const START = '^[-+=]|(?<=^\\d+)[.)]'
// The emoticons without a colon are ;) ;-) x-d (github.com/mattermost/mattermost,
// webapp/channels/src/utils/emoticons.tsx). The bracket may be one of ours behind the text.
const EMOTICON = ';(?=-?(?:\\)|$))|(?<=(?<![A-Za-z0-9])x)-(?=d(?![A-Za-z0-9]))'

const MARKUP = new RegExp([ALWAYS, POINT, ENTITY, START, EMOTICON].join('|'), 'gi')

// A hyphen looks better between letters than the minus sign that other receivers get.
const HYPHEN = '\u2010'

// The server makes mentions of Slack's control sequences, in code as well (its function ProcessSlackText).
const SLACK_MENTION = /<(?=[!@])/g

/** Makes foreign text inert, wherever it stands. */
export function inertMattermost(text: string): string {
  const marked = text.replace(MARKUP, (character) =>
    character === '-' ? HYPHEN : lookAlike(character),
  )
  return withLookAlikes(marked, OUTER_UNDERSCORE)
}

/** Foreign text as it can stand between backticks. */
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
