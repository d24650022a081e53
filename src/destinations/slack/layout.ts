/**
 * Lays a message out for Slack. Text of the CRM stands only in the text elements of rich_text, which Slack
 * shows as they are: it reads no mrkdwn, mention, link or emoji code in them, so nothing is escaped there.
 * The only mrkdwn is the date, which is made of our template and a number, and the only links are the relay's
 * own. The fallback `text` (for notifications and screen readers) is inert, and says `mrkdwn: false`.
 */
import type { Catalogue } from '../language/catalogue.ts'
import { joinWithin, writeOneLine, writeTimes } from '../message/text/joined-text.ts'
import { type ChangeLine, type Link, type Message } from '../message/message.ts'
import { formatUtc } from '../message/wording.ts'
import { escapeSlack, inertSlack } from './text.ts'
import {
  fillSpans,
  mergeStyles,
  own,
  writeUnstyled,
  type Line,
  type Span,
} from '../message/text/line.ts'

/** A piece of literal text. */
export interface SlackTextElement {
  readonly type: 'text'
  readonly text: string
  readonly style?: { readonly bold?: true; readonly code?: true; readonly italic?: true }
}

/** A link that the relay made. */
export interface SlackLinkElement {
  readonly type: 'link'
  readonly url: string
  readonly text: string
}

/** One paragraph. */
export interface SlackSection {
  readonly type: 'rich_text_section'
  readonly elements: readonly (SlackTextElement | SlackLinkElement)[]
}

/** A bulleted list. */
export interface SlackList {
  readonly type: 'rich_text_list'
  readonly style: 'bullet'
  readonly elements: readonly SlackSection[]
}

/** The blocks that our messages consist of. */
export type SlackBlock =
  | { readonly type: 'rich_text'; readonly elements: readonly (SlackSection | SlackList)[] }
  | { readonly type: 'section'; readonly text: { readonly type: 'mrkdwn'; readonly text: string } }
  | {
      readonly type: 'context'
      readonly elements: readonly (
        | { readonly type: 'mrkdwn'; readonly text: string }
        | { readonly type: 'plain_text'; readonly text: string; readonly emoji: false }
      )[]
    }

/** The payload of an incoming webhook. */
export interface SlackMessage {
  readonly text: string
  readonly mrkdwn: false
  readonly blocks: readonly SlackBlock[]
}

// The fallback is read aloud or shown in a notification, so it must be short.
const MAX_FALLBACK_LINES = 3
const MAX_FALLBACK_LENGTH = 2000

/** Lays a message out with all of its lines. */
export function layOutSlack(message: Message, words: Catalogue): SlackMessage {
  return {
    text: formatFallback(message, words),
    mrkdwn: false,
    blocks: [
      { type: 'rich_text', elements: [headline(message), ...message.groups.flatMap(renderGroup)] },
      ...renderMore(message),
      ...renderLink(message.link),
      renderContext(message),
    ],
  }
}

/** Lays text of a template out as mrkdwn: the template may format, its values are inert. */
export function layOutSlackText(text: string, message: Message, words: Catalogue): SlackMessage {
  return {
    text: formatFallback(message, words),
    mrkdwn: false,
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
  }
}

/** The length after escaping, in UTF-16 units; Slack counts characters, which are never more. */
export function measureSlack(json: string): number {
  return escapeSlack(json).length
}

function headline({ title, lead, alert }: Message): SlackSection {
  const rest = lead.length === 0 ? [] : [own('\n'), ...lead]
  const last = alert === null ? [] : [own(`\n${alert}`)]
  return section(renderLine([...title, ...rest, ...last]))
}

function renderGroup({
  heading,
  lines,
}: Message['groups'][number]): readonly (SlackSection | SlackList)[] {
  const above = heading.length === 0 ? [] : [section(renderLine([own('\n'), ...heading]))]
  if (lines.length === 0) return above
  const elements = lines.map(({ text }) => section(renderLine(text)))
  return [...above, { type: 'rich_text_list', style: 'bullet', elements }]
}

function renderMore({ more }: Message): readonly SlackBlock[] {
  if (more === null) return []
  const link = more.link === null ? [] : [plain(' '), linkElement(more.link)]
  return [{ type: 'rich_text', elements: [section([plain(more.text), ...link])] }]
}

/**
 * A link and not a button: Slack also sends a click on a button with a `url` to the app's interactivity URL,
 * and shows a warning when there is none (github.com/slackapi/node-slack-sdk/issues/869). It is a block of
 * its own, as only then it stands on a line of its own.
 */
function renderLink(link: Link | null): readonly SlackBlock[] {
  if (link === null) return []
  return [{ type: 'rich_text', elements: [section([linkElement(link)])] }]
}

function linkElement({ url, text }: Link): SlackLinkElement {
  return { type: 'link', url, text }
}

/** Neighbours of one style are one element, so that more lines fit; Slack refuses empty ones. */
function renderLine(line: Line): readonly SlackTextElement[] {
  return mergeStyles(line).map(renderSpan)
}

function renderSpan({ text, style }: Span): SlackTextElement {
  switch (style) {
    case 'plain':
      return plain(text)
    case 'strong':
      return { type: 'text', text, style: { bold: true } }
    case 'code':
      return { type: 'text', text, style: { code: true } }
    case 'faint':
      return { type: 'text', text, style: { italic: true } }
  }
}

/**
 * Slack shows the date in each reader's own time zone. A client that cannot do so shows the text after the
 * bar.
 */
function renderContext(message: Message): SlackBlock {
  const time = writeTimes(message, formatDate)
  const texts = [escapeSlack(message.portal), ...message.notes].filter((text) => text !== '')
  return {
    type: 'context',
    elements: [
      { type: 'mrkdwn', text: time },
      ...texts.map((text) => ({
        type: 'plain_text' as const,
        text: `· ${text}`,
        emoji: false as const,
      })),
    ],
  }
}

function formatDate(at: number): string {
  return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${formatUtc(at)}>`
}

/** The fallback. No line of it begins with foreign text, as "&gt;" would make a quotation there. */
function formatFallback(message: Message, words: Catalogue): string {
  const { groups, alert, notes } = message
  const sentence = writeOneLine(message, words, { write: writeInert, inert: inertSlack })
  const lines = groups.flatMap((group) =>
    group.heading.length > 0 ? [group.heading] : group.lines.map((line) => briefLine(line, words)),
  )
  return joinWithin(lines.slice(0, MAX_FALLBACK_LINES).map(writeInert), {
    before: [sentence],
    after: alert === null ? notes : [alert, ...notes],
    max: MAX_FALLBACK_LENGTH,
    separator: ' · ',
  })
}

/** Two values that look the same are long, so the fallback tells only their attribute and that they differ. */
function briefLine({ text, label }: ChangeLine, { values, labelled }: Catalogue): Line {
  const end = text.at(-1)
  const isAlike = end?.isForeign === false && end.text === ` ${values.differs}`
  return isAlike ? fillSpans(labelled, { label, value: [own(values.differs)] }) : text
}

function writeInert(line: Line): string {
  return writeUnstyled(line, inertSlack)
}

function section(elements: SlackSection['elements']): SlackSection {
  return { type: 'rich_text_section', elements }
}

function plain(text: string): SlackTextElement {
  return { type: 'text', text }
}
