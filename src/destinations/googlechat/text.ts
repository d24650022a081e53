/**
 * The two markups of Google Chat: that of the field `text`, which people type as well, and the simple HTML of
 * cards (https://developers.google.com/workspace/chat/format-messages).
 */
import {
  escapeHtml,
  HOST_POINT,
  OUTER_UNDERSCORE,
  withLookAlikes,
} from '../message/text/inert-text.ts'
import { writeLine, type Line, type Span } from '../message/text/line.ts'

// The field `text` has no escape sequence. An ampersand that begins no entity is harmless.
const INLINE = /[*~`<>@:]|&(?=#?\w+;)/g

const LIST_MARK = /^-(?=\s|$)/

/** Makes foreign text inert in the field `text`, wherever it stands. */
export function inertGoogleChat(text: string): string {
  return withLookAlikes(text, LIST_MARK, INLINE, OUTER_UNDERSCORE, HOST_POINT)
}

/** A line in the HTML of cards. */
export function writeHtml(line: Line): string {
  return writeLine(line, writeHtmlSpan)
}

/** Cards have no style for code, so it is bold. */
function writeHtmlSpan({ text, style }: Span): string {
  const html = escapeHtml(text)
  switch (style) {
    case 'plain':
      return html
    case 'strong':
    case 'code':
      return `<b>${html}</b>`
    case 'faint':
      return `<i>${html}</i>`
  }
}

/** A line in the markup of `text`. */
export function writeGoogleChat(line: Line): string {
  return writeLine(line, writeTextSpan)
}

function writeTextSpan({ text, style, isForeign }: Span): string {
  const inert = isForeign ? inertGoogleChat(text) : text
  switch (style) {
    case 'plain':
      return inert
    case 'strong':
      return `*${inert}*`
    case 'code':
      return `\`${inert}\``
    case 'faint':
      return `_${inert}_`
  }
}
