/** Lays a message out in the HTML of Telegram. */
import type { Message } from '../message/message.ts'
import { escapeHtml } from '../message/text/inert-text.ts'
import { joinTexts, writeRest, writeTimes } from '../message/text/joined-text.ts'
import { formatSpanUtc, formatUtc } from '../message/wording.ts'
import { linkTelegram, tagTelegram, writeTelegram } from './text.ts'

/** Whether the Bot API server knows `<tg-time>`. One that does not refuses the whole message. */
export interface TelegramServer {
  readonly hasLocalTime: boolean
}

/** Lays a message out with all of its lines. */
export function layOutTelegram(message: Message, server: TelegramServer): string {
  const { title, lead, alert, groups, notes, link } = message
  const paragraphs = [
    [writeTelegram(title), writeTelegram(lead), escapeHtml(alert ?? '')],
    ...groups.map(({ heading, lines }) => [
      writeTelegram(heading),
      ...lines.map(({ text }) => `• ${writeTelegram(text)}`),
    ]),
    [writeRest(message, { writeLink: linkTelegram, escape: escapeHtml })],
    notes.map((note) => tagTelegram('i', note)),
    [link === null ? '' : linkTelegram(link), writeFooter(message, server)],
  ]
  return joinTexts(
    paragraphs.map((lines) => joinTexts(lines, '\n')),
    '\n\n',
  )
}

function writeFooter(message: Message, { hasLocalTime }: TelegramServer): string {
  const { portal, firstAt, lastAt } = message
  const time = hasLocalTime ? writeTimes(message, writeTime) : formatSpanUtc(firstAt, lastAt)
  return portal === '' ? time : `${tagTelegram('code', portal)} · ${time}`
}

/**
 * Telegram shows the time in each reader's own zone; a client that cannot do so shows the text
 * (https://core.telegram.org/bots/api#date-time-entity-formatting).
 */
function writeTime(at: number): string {
  return `<tg-time unix="${Math.floor(at / 1000)}" format="Dt">${formatUtc(at)}</tg-time>`
}
