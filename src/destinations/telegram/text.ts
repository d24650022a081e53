/**
 * The HTML of Telegram (https://core.telegram.org/bots/api#html-style). Telegram also makes links of
 * everything that looks like one, except in <code>. So text of the CRM with a character of a link, a mention,
 * a tag, a command or a long number stands in <code>, unchanged and ready to be copied. Templates choose
 * their own tags, so there the same text gets look-alikes instead.
 */
import { escapeHtml, withLookAlikes } from '../message/text/inert-text.ts'
import { writeLine, type Line, type Span } from '../message/text/line.ts'
import type { Link } from '../message/message.ts'

// The characters that TDLib searches for (github.com/tdlib/td, td/telegram/MessageEntity.cpp): "@", "#", "$",
// "/" (of commands and of tg://) and a point with something behind it, here also points of other scripts. The
// rules for telephone and card numbers are not published, so any six digits count, whatever stands between
// them.
const LINKABLE = /[@#$/]|[.\u3002\uFF0E\uFF61]\S|\+\p{Nd}|\p{Nd}(?:[^\p{L}\p{Nd}]*\p{Nd}){5}/u

// The characters of `LINKABLE` without the digits: look-alikes would make another number of these.
const MARKUP = /[@#$/]|[.\u3002\uFF0E\uFF61](?=\S)|\+(?=\p{Nd})/gu

/** Makes foreign text inert in the markup of a template. */
export function inertTelegram(text: string): string {
  return escapeHtml(withLookAlikes(text, MARKUP))
}

/**
 * The sizes that Telegram limits: the UTF-16 units without tags, where `&lt;` counts as one, and the
 * entities.
 */
export function measureTelegram(html: string): { length: number; entities: number } {
  const text = html.replace(/<[^>]*>/g, '').replace(/&(?:lt|gt|amp|quot|#39);/g, ' ')
  return { length: text.length, entities: html.match(/<[a-z]/gi)?.length ?? 0 }
}

/** A link that the relay made. */
export function linkTelegram({ url, text }: Link): string {
  return `<a href="${escapeHtml(url)}">${escapeHtml(text)}</a>`
}

/** A line of a message with its styles. */
export function writeTelegram(line: Line): string {
  return writeLine(line, writeSpan)
}

function writeSpan({ text, style }: Span): string {
  if (LINKABLE.test(text)) return tagTelegram('code', text)
  switch (style) {
    case 'plain':
      return escapeHtml(text)
    case 'strong':
      return tagTelegram('b', text)
    case 'code':
      return tagTelegram('code', text)
    case 'faint':
      return tagTelegram('i', text)
  }
}

/** A text in one style. */
export function tagTelegram(name: 'b' | 'i' | 'code', text: string): string {
  return `<${name}>${escapeHtml(text)}</${name}>`
}
