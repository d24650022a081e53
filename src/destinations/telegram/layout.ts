/**
 * Lays a message out in Telegram's HTML mode (https://core.telegram.org/bots/api#html-style). Telegram
 * makes links of whatever looks like one, but for text in <code>: text of the CRM that holds a character
 * of a link, a mention, a tag, a command or a long number stands there, as it is and ready to be copied.
 * Templates choose their own tags, so there the same text gets look-alikes instead.
 */
import { escapeHtml, withLookAlikes } from '../message/inert-text.ts'
import type { Link, Message } from '../message/message.ts'
import { formatSpanUtc } from '../message/wording.ts'
import { writeLine, type Line, type Span } from '../message/line.ts'

// What TDLib searches for in td/telegram/MessageEntity.cpp: "@", "#", "$", "/" (of commands and of tg://)
// and a point with something behind it, here also the points that browsers take for one. Telephone and
// card numbers are found elsewhere by rules that are not published, so any six digits in a row count.
const LINKABLE = /[@#$/]|[.\u3002\uFF0E\uFF61]\S|\+\p{Nd}|\p{Nd}(?:[^\p{L}\p{Nd}]*\p{Nd}){5}/u

// The same characters but for digits, whose look-alikes would make another number of them.
const MARKUP = /[@#$/]|[.\u3002\uFF0E\uFF61](?=\S)|\+(?=\p{Nd})/gu

/** Makes foreign text inert in the markup of a template. */
export function inertTelegram(text: string): string {
  return escapeHtml(withLookAlikes(text, MARKUP))
}

/** Lays a message out with all of its lines. */
export function layOutTelegram(message: Message): string {
  const { title, lead, groups, more, notes, link } = message
  const paragraphs = [
    [writeHtml(title), writeHtml(lead)],
    ...groups.map(({ heading, lines }) => [
      writeHtml(heading),
      ...lines.map(({ text }) => `• ${writeHtml(text)}`),
    ]),
    [more === null ? '' : [escapeHtml(more.text), writeLink(more.link)].join(' ').trim()],
    notes.map((note) => tag('i', note)),
    [writeLink(link), writeFooter(message)],
  ]
  return paragraphs
    .map((lines) => lines.filter((line) => line !== '').join('\n'))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}

/** What Telegram limits: the text without tags, a reference as one, in UTF-16 units; and the entities. */
export function measureTelegram(html: string): { length: number; entities: number } {
  const text = html.replace(/<[^>]*>/g, '').replace(/&(?:lt|gt|amp|quot|#39);/g, ' ')
  return { length: text.length, entities: html.match(/<[a-z]/gi)?.length ?? 0 }
}

function writeFooter({ portal, firstAt, lastAt }: Message): string {
  const time = formatSpanUtc(firstAt, lastAt)
  return portal === '' ? time : `${tag('code', portal)} · ${time}`
}

function writeLink(link: Link | null): string {
  if (link === null) return ''
  return `<a href="${escapeHtml(link.url)}">${escapeHtml(link.text)}</a>`
}

function writeHtml(line: Line): string {
  return writeLine(line, writeSpan)
}

function writeSpan({ text, style }: Span): string {
  if (LINKABLE.test(text)) return tag('code', text)
  switch (style) {
    case 'plain':
      return escapeHtml(text)
    case 'strong':
      return tag('b', text)
    case 'code':
      return tag('code', text)
    case 'faint':
      return tag('i', text)
  }
}

function tag(name: 'b' | 'i' | 'code', text: string): string {
  return `<${name}>${escapeHtml(text)}</${name}>`
}
