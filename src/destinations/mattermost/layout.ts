/**
 * Lays a message out for Mattermost as one attachment. The headline stands in its text, as only some clients
 * read Markdown in a title; the footer is shown as it is in all of them.
 */
import type { Catalogue } from '../language/catalogue.ts'
import { joinTexts, joinWithin, writeRest, writeOneLine } from '../message/text/joined-text.ts'
import { writeUnstyled, type Line } from '../message/text/line.ts'
import type { Group, Message } from '../message/message.ts'
import { formatSpanUtc } from '../message/wording.ts'
import { inertMattermost, linkMattermost, writeMattermost } from './text.ts'

// The fallback is read in a notification, so it must be short.
const MAX_FALLBACK = 1000

/** The attachment that our messages consist of. */
export interface MattermostAttachment {
  readonly fallback: string
  readonly text: string
  /** Shown as it is; clients show at most 300 characters. */
  readonly footer?: string
}

/** The payload of an incoming webhook. */
export interface MattermostMessage {
  readonly attachments: readonly [MattermostAttachment]
}

/** Lays a message out with all of its lines. */
export function layOutMattermost(message: Message, words: Catalogue): MattermostMessage {
  const { title, lead, alert, groups, link, notes, portal, firstAt, lastAt } = message
  const blocks = [
    joinTexts([writeMattermost(title), writeMattermost(lead), alert ?? ''], '\n'),
    ...groups.flatMap(writeGroup),
    writeRest(message, { writeLink: linkMattermost }),
    joinTexts(notes, '\n'),
    link === null ? '' : linkMattermost(link),
  ]
  return {
    attachments: [
      {
        fallback: writeFallback(message, words),
        text: joinTexts(blocks, '\n\n'),
        footer: joinTexts([portal, formatSpanUtc(firstAt, lastAt)], ' · '),
      },
    ],
  }
}

/** Lays text of a template out. There is no footer, so the template alone decides about the words. */
export function layOutMattermostText(
  text: string,
  message: Message,
  words: Catalogue,
): MattermostMessage {
  return { attachments: [{ fallback: writeFallback(message, words), text }] }
}

/** A heading and its list, with an empty line between them, which some clients need. */
function writeGroup({ heading, lines }: Group): readonly string[] {
  const items = lines.map(({ text }) => `- ${writeMattermost(text)}`)
  return [writeMattermost(heading), joinTexts(items, '\n')]
}

function writeFallback(message: Message, words: Catalogue): string {
  const { groups, alert, notes, more } = message
  const sentence = writeOneLine(message, words, { write: writeInert, inert: inertMattermost })
  const lines = groups.flatMap(({ heading, lines: inner }) =>
    heading.length > 0 ? [heading] : inner.map(({ text }) => text),
  )
  const rest = more === null ? notes : [more.text, ...notes]
  return joinWithin([...lines.map(writeInert), ...rest], {
    before: alert === null ? [sentence] : [sentence, alert],
    after: [],
    max: MAX_FALLBACK,
    separator: ' · ',
  })
}

function writeInert(line: Line): string {
  return writeUnstyled(line, inertMattermost)
}
