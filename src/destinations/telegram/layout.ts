/** Lays a message out in Telegram's HTML. */
import type { Message } from '../message/message.ts'
import { escapeHtml } from '../message/inert-text.ts'
import { formatSpanUtc } from '../message/wording.ts'
import { linkTelegram, tagTelegram, writeTelegram } from './text.ts'

/** Lays a message out with all of its lines. */
export function layOutTelegram(message: Message): string {
  const { title, lead, groups, more, notes, link } = message
  const paragraphs = [
    [writeTelegram(title), writeTelegram(lead)],
    ...groups.map(({ heading, lines }) => [
      writeTelegram(heading),
      ...lines.map(({ text }) => `• ${writeTelegram(text)}`),
    ]),
    [more === null ? '' : [escapeHtml(more.text), linkTelegram(more.link)].join(' ').trim()],
    notes.map((note) => tagTelegram('i', note)),
    [linkTelegram(link), writeFooter(message)],
  ]
  return paragraphs
    .map((lines) => lines.filter((line) => line !== '').join('\n'))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}

function writeFooter({ portal, firstAt, lastAt }: Message): string {
  const time = formatSpanUtc(firstAt, lastAt)
  return portal === '' ? time : `${tagTelegram('code', portal)} · ${time}`
}
