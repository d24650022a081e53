/**
 * Cleans text of a CRM for messages: one line of a limited length, without invisible characters, without marks
 * that change the direction of writing, without broken code points, and with few marks on a letter. Each
 * receiver escapes it afterwards.
 */

// Direction marks, overrides and isolates, zero-width characters, tags, fillers, variation selectors, and
// U+2800, the blank of Braille. Joiners go too, so an emoji of a family falls apart; in return no name can
// pretend to be another one.
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu

// Any number of marks may stand on one letter, and then they cover the lines around it. The longest letters of
// living scripts have five (Burmese လျှို့).
const TOO_MANY_MARKS = /(\p{M}{6})\p{M}+/gu

const BLANK = /[\s\p{Cc}\p{Z}]+/gu

// The blocks of scripts written from right to left (UnicodeData, Bidi_Class R and AL).
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

const ELLIPSIS = '…'

/** One clean line of at most `maxLength` code points, cut at the end; may be empty. */
export function safeText(text: string, maxLength: number): string {
  return isolate(cutEnd(cleanLine(text), maxLength))
}

/** One clean line of at most `maxLength` code points, cut in the middle so that both ends stay readable. */
export function safeValue(text: string, maxLength: number): string {
  return isolate(cutMiddle(cleanLine(text), maxLength))
}

function cleanLine(text: string): string {
  const visible = text.toWellFormed().replace(INVISIBLE, '').replace(BLANK, ' ').trim()
  return visible.replace(TOO_MANY_MARKS, '$1')
}

// "before → after" would be shown the wrong way round when both are Hebrew or Arabic, so such text stands in
// an isolate, U+2068 … U+2069 (UAX 9, section 2.4). The isolate is always closed, as it is added after the
// cut.
function isolate(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text
}

function cutEnd(text: string, maxLength: number): string {
  const points = Array.from(text)
  if (points.length <= maxLength) return text
  return (
    points
      .slice(0, maxLength - 1)
      .join('')
      .trimEnd() + ELLIPSIS
  )
}

function cutMiddle(text: string, maxLength: number): string {
  const points = Array.from(text)
  if (points.length <= maxLength) return text
  const head = Math.ceil((maxLength - 1) / 2)
  const tail = maxLength - 1 - head
  return points.slice(0, head).join('') + ELLIPSIS + points.slice(points.length - tail).join('')
}
