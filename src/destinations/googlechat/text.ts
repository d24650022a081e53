/**
 * Google Chat's two markups: that of the field `text`, which people type as well, and the small HTML of
 * cards (https://developers.google.com/workspace/chat/format-messages).
 */

// Look-alikes for what the field `text` reads: there is no escape sequence in it, and a zero-width
// character could be searched for.
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '*': '\u2217',
  _: '\u02CD',
  '~': '\u223C',
  '`': '\u02CB',
  '<': '\uFF1C',
  '>': '\uFF1E',
  '&': '\uFF06',
  '@': '\uFF20',
  ':': '\u2236',
  '.': '\u2024',
  '-': '\u2212',
}

// An underscore inside a word is harmless, and field codes stay copyable; so is an ampersand that begins
// no entity.
const INLINE = /[*~`<>@:]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_|&(?=#?\w+;)/g

// Chat makes a link of a bare host, too.
const HOST_POINT = /\.(?=[\p{L}\p{M}])/gu

const LIST_MARK = /^-(?=\s|$)/

/** Makes foreign text inert in the field `text`, wherever it stands. */
export function inertGoogleChat(text: string): string {
  return [LIST_MARK, INLINE, HOST_POINT].reduce(
    (rest, markup) => rest.replace(markup, (character) => LOOK_ALIKES[character] ?? character),
    text,
  )
}
