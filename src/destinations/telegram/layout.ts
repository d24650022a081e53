/** Lays a message out in the HTML of Telegram. */
import type { Message } from '../message/message.ts'
import { escapeHtml } from '../message/text/inert-text.ts'
import { joinTexts, writeRest } from '../message/text/joined-text.ts'
import { formatSpanUtc } from '../message/wording.ts'
import { linkTelegram, tagTelegram, writeTelegram } from './text.ts'

/** Lays a message out with all of its lines. */
export function layOutTelegram(message: Message): string {
  const { title, lead, alert, groups, notes, link } = message
  const paragraphs = [
    [writeTelegram(title), writeTelegram(lead), escapeHtml(alert ?? '')],
    ...groups.map(({ heading, lines }) => [
      writeTelegram(heading),
      ...lines.map(({ text }) => `• ${writeTelegram(text)}`),
    ]),
    [writeRest(message, { writeLink: linkTelegram, escape: escapeHtml })],
    notes.map((note) => tagTelegram('i', note)),
    [link === null ? '' : linkTelegram(link), writeFooter(message)],
  ]
  return joinTexts(
    paragraphs.map((lines) => joinTexts(lines, '\n')),
    '\n\n',
  )
}

function writeFooter({ portal, firstAt, lastAt }: Message): string {
  const time = formatSpanUtc(firstAt, lastAt)
  return portal === '' ? time : `${tagTelegram('code', portal)} · ${time}`
}
