/**
 * Renders one delivery as a Slack message. Text of the CRM stands only in text elements of rich_text,
 * which Slack shows literally: no mrkdwn, mention, link or emoji code is read in them, so nothing has
 * to be escaped there. The only mrkdwn is the date, made of our template and a number, and the only link
 * is the relay's own. The fallback `text` (notifications, screen readers) is inert and `mrkdwn: false`.
 */
import { displayName } from '../core/event-names.ts'
import type { UserField } from '../core/event.ts'
import { listChangeLines, type ChangeLine } from './change-lines.ts'
import type { Delivery } from './destination.ts'
import { occurredAt } from './event-body.ts'
import { listIds } from './payload-ids.ts'
import { safeText } from './safe-text.ts'
import { escapeSlack, hostSlack, inertSlack } from './slack-text.ts'
import {
  LINK_TEXT,
  describeDeed,
  describeKind,
  describeLabel,
  describePortal,
  describeUser,
  formatUtc,
  listNotes,
  type Piece,
} from './wording.ts'

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
  readonly text: typeof LINK_TEXT
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

// Slack refuses about 13,200 characters over all blocks with msg_blocks_too_long and documents no
// number (slackapi/bolt-js#2509). Whether it counts the JSON is not known, so the JSON is counted.
const MAX_MESSAGE_LENGTH = 12_000
const MAX_LINES = 12
const MAX_LINES_OF_WHOLE_FIELD = 6
const MAX_FALLBACK_LINES = 3
const MAX_FALLBACK_LENGTH = 2000
const MAX_CODE = 80
const MAX_IDS = 5
const MAX_URL_LENGTH = 2000

/** Everything the layout needs, already in words. */
interface Content {
  readonly headline: readonly SlackTextElement[]
  readonly lines: readonly ChangeLine[]
  readonly notes: readonly string[]
  readonly summary: string
}

/** Renders a delivery with as many change lines as fit. `now` is the time of the attempt. */
export function renderSlackMessage(delivery: Delivery, now: number): SlackMessage {
  const content = describeContent(delivery, now)
  const maxLines = maxLinesOf(delivery)
  let count = Math.min(maxLines, content.lines.length)
  let message = layOut(delivery, content, count)
  // One line always fits: every text in it is bounded.
  while (count > 1 && measure(message) > MAX_MESSAGE_LENGTH) {
    count -= 1
    message = layOut(delivery, content, count)
  }
  return message
}

/** The length after escaping in UTF-16 units, which is never less than in code points. */
export function measure(message: SlackMessage): number {
  return escapeSlack(JSON.stringify(message)).length
}

function maxLinesOf({ event }: Delivery): number {
  const action = event.field?.action
  return action === 'added' || action === 'deleted' ? MAX_LINES_OF_WHOLE_FIELD : MAX_LINES
}

function describeContent(delivery: Delivery, now: number): Content {
  const notes = listNotes(delivery, now)
  if (delivery.sequence === null) return { ...describeTest(), lines: [], notes }
  const { field } = delivery.event
  if (field === null) return { ...describeOther(delivery), lines: [], notes }
  const lines = listChangeLines(delivery.enrichment.changes ?? [], field.action)
  return { ...describeField(delivery, field), lines, notes }
}

type Headline = Pick<Content, 'headline' | 'summary'>

function describeTest(): Headline {
  const summary = 'Test message of bitrix24-event-relay'
  return {
    headline: [
      bold(summary),
      plain('\nThe relay reaches this channel. Nothing changed in Bitrix24'),
    ],
    summary,
  }
}

function describeField(delivery: Delivery, field: UserField): Headline {
  const label = describeLabel(delivery)
  const code = safeText(field.fieldName, MAX_CODE) || `field ${field.id}`
  const kind = describeKind(field)
  const deed = describeDeed(delivery, field)
  const title = label === null ? [] : [bold(label), plain(' ')]
  const inQuotes = label === null ? '' : `“${inertSlack(label)}” `
  return {
    headline: [
      ...title,
      { type: 'text', text: code, style: { code: true } },
      ...deed.map(({ text, isName }, index) => {
        if (isName) return bold(text)
        return plain(index === 0 ? `\n${kind}: ${text}` : text)
      }),
    ],
    summary: `${kind} ${inQuotes}(${inertSlack(code)}): ${inertSlack(textOf(deed))}`,
  }
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('')
}

function describeOther(delivery: Delivery): Headline {
  const name = safeText(displayName(delivery.event.name), MAX_CODE) || 'event'
  const user = describeUser(delivery)
  const ids = listIds(delivery.event.data, MAX_IDS)
  return {
    headline: [
      bold(name),
      plain('\nBitrix24 event caused by '),
      bold(user),
      ...ids.flatMap(({ name: key, value }, index) => [
        plain(`${index === 0 ? '\n' : ', '}${key}: `),
        { type: 'text' as const, text: value, style: { code: true as const } },
      ]),
    ],
    summary: `Bitrix24 event ${inertSlack(name)} caused by ${inertSlack(user)}`,
  }
}

function layOut(delivery: Delivery, content: Content, count: number): SlackMessage {
  const shown = content.lines.slice(0, count)
  const more = content.lines.length - count
  const list: SlackList = {
    type: 'rich_text_list',
    style: 'bullet',
    elements: [
      ...shown.map((line) => section(renderLine(line))),
      ...(more > 0 ? [section([plain(`and ${more} more`)])] : []),
    ],
  }
  const paragraphs = list.elements.length === 0 ? [] : [list]
  return {
    text: formatFallback(delivery, content, shown.slice(0, MAX_FALLBACK_LINES)),
    mrkdwn: false,
    blocks: [
      { type: 'rich_text', elements: [section(content.headline), ...paragraphs] },
      ...renderLink(delivery),
      renderContext(delivery, content.notes),
    ],
  }
}

function renderLine({ label, before, after, isWhole }: ChangeLine): readonly SlackTextElement[] {
  const start = plain(`${label}: `)
  if (isWhole) return [start, renderValue(after ?? before)]
  if (before === after) return [start, renderValue(after), plain(' differs in a part not shown')]
  return [start, renderValue(before), plain(' → '), renderValue(after)]
}

// The code style keeps a value apart from our own words, whatever it says.
function renderValue(value: string | null): SlackTextElement {
  if (value === null) return { type: 'text', text: 'empty', style: { italic: true } }
  return { type: 'text', text: value, style: { code: true } }
}

/**
 * A link and not a button: a click on a button with a `url` is sent to the app's interactivity URL too,
 * and without one Slack shows a warning beside it (slackapi/node-slack-sdk#869). A block of its own, so
 * that it stands on a line of its own.
 */
function renderLink({ link }: Delivery): readonly SlackBlock[] {
  if (link === null || !link.startsWith('https://') || link.length > MAX_URL_LENGTH) return []
  return [
    { type: 'rich_text', elements: [section([{ type: 'link', url: link, text: LINK_TEXT }])] },
  ]
}

function renderContext(delivery: Delivery, notes: readonly string[]): SlackBlock {
  const at = occurredAt(delivery)
  const date = `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${formatUtc(at)}>`
  const texts = [escapeSlack(describePortal(delivery)), ...notes].filter((text) => text !== '')
  return {
    type: 'context',
    elements: [
      { type: 'mrkdwn', text: date },
      ...texts.map((text) => ({ type: 'plain_text' as const, text, emoji: false as const })),
    ],
  }
}

/** No line of it begins with foreign text: there "&gt;" would make a quotation. */
function formatFallback(
  delivery: Delivery,
  { summary, notes }: Content,
  lines: readonly ChangeLine[],
): string {
  const portal = hostSlack(describePortal(delivery))
  const place = portal === '' ? summary : `${summary} in ${portal}`
  let length = [place, ...notes].join('; ').length
  const shown = lines.map(formatLine).filter((line) => {
    length += line.length + 2
    return length <= MAX_FALLBACK_LENGTH
  })
  return [place, ...shown, ...notes].join('; ')
}

function formatLine({ label, before, after, isWhole }: ChangeLine): string {
  const start = `${inertSlack(label)}: `
  if (isWhole) return start + inertSlack(after ?? before ?? 'empty')
  if (before === after) return `${start}differs in a part not shown`
  return `${start}${inertSlack(before ?? 'empty')} → ${inertSlack(after ?? 'empty')}`
}

function section(elements: SlackSection['elements']): SlackSection {
  return { type: 'rich_text_section', elements }
}

function plain(text: string): SlackTextElement {
  return { type: 'text', text }
}

function bold(text: string): SlackTextElement {
  return { type: 'text', text, style: { bold: true } }
}
