/**
 * Lays a message out for Mattermost as one attachment. Everything stands in its text, as a title is read as
 * Markdown by one client and not by another; the footer is literal in all of them.
 */
import type { Catalogue } from '../language/catalogue.ts'
import { fill } from '../language/languages.ts'
import { writeUnstyled, type Line } from '../message/line.ts'
import type { Group, Message } from '../message/message.ts'
import { formatSpanUtc } from '../message/wording.ts'
import { inertMattermost, linkMattermost, writeMattermost } from './text.ts'

// A plain host stays readable; nothing is read in the fallback but words.
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i

// The fallback is read in a notification, not studied.
const MAX_FALLBACK = 1000

/** The attachment that our messages consist of. */
export interface MattermostAttachment {
  readonly fallback: string
  readonly text: string
  /** Literal; clients show at most 300 characters. */
  readonly footer?: string
}

/** The payload of an incoming webhook. */
export interface MattermostMessage {
  readonly attachments: readonly [MattermostAttachment]
}

/** Lays a message out with all of its lines. */
export function layOutMattermost(message: Message, words: Catalogue): MattermostMessage {
  const { title, lead, groups, link, notes, portal, firstAt, lastAt } = message
  const blocks = [
    joinLines([writeMattermost(title), writeMattermost(lead)]),
    ...groups.flatMap(writeGroup),
    writeMore(message),
    joinLines(notes),
    link === null ? '' : linkMattermost(link),
  ]
  return {
    attachments: [
      {
        fallback: writeFallback(message, words),
        text: blocks.filter((block) => block !== '').join('\n\n'),
        footer: [portal, formatSpanUtc(firstAt, lastAt)].filter((text) => text !== '').join(' · '),
      },
    ],
  }
}

/** A list begins after an empty line: not every client lets it follow a paragraph directly. */
function writeGroup({ heading, lines }: Group): readonly string[] {
  return [
    writeMattermost(heading),
    joinLines(lines.map(({ text }) => `- ${writeMattermost(text)}`)),
  ]
}

function writeMore({ more }: Message): string {
  if (more === null) return ''
  return more.link === null ? more.text : `${more.text} ${linkMattermost(more.link)}`
}

function joinLines(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n')
}

/** The one line of notifications, whose foreign text is inert. */
export function writeFallback(
  { summary, portal, groups, notes, more }: Message,
  words: Catalogue,
): string {
  const sentence = writeInert(summary)
  const host = HOST.test(portal) ? portal : inertMattermost(portal)
  const place = host === '' ? sentence : fill(words.inPortal, { sentence, portal: host })
  const lines = groups.flatMap(({ heading, lines: inner }) =>
    heading.length > 0 ? [heading] : inner.map(({ text }) => text),
  )
  const rest = more === null ? notes : [more.text, ...notes]
  return joinFallback([place, ...lines.map(writeInert), ...rest])
}

/** What has no room is left out; the first part is bounded and always stands. */
function joinFallback(parts: readonly string[]): string {
  let length = 0
  const shown = parts.filter((part, index) => {
    length += part.length + 2
    return index === 0 || length <= MAX_FALLBACK
  })
  return shown.join('; ')
}

function writeInert(line: Line): string {
  return writeUnstyled(line, inertMattermost)
}
