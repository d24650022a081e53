/**
 * What Teams reads in text: the Markdown of a TextBlock, and in any text the macros for dates and the
 * mentions that workflows resolve (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features).
 */

// Look-alikes for what Markdown reads. A backslash is no escape in every client, and a zero-width
// character could be searched for.
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '*': '\u2217',
  _: '\u02CD',
  '~': '\u223C',
  '`': '\u02CB',
  '[': '\uFF3B',
  ']': '\uFF3D',
  '<': '\uFF1C',
  '>': '\uFF1E',
  '{': '\uFF5B',
  '}': '\uFF5D',
  '\\': '\uFF3C',
  '|': '\u2223',
  '&': '\uFF06',
  '@': '\uFF20',
  '#': '\uFF03',
  '/': '\u2215',
  '.': '\u2024',
  ')': '\uFF09',
  '-': '\u2212',
  '+': '\uFF0B',
  '!': '\uFF01',
}

// An underscore inside a word is harmless, and field codes stay copyable; so are a lone slash, an
// ampersand that begins no entity, and a point before a digit. An exclamation mark at the end would make
// an image of a link that follows.
const INLINE = /[*~`[\]<>{}\\|@#]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_|&(?=#?\w+;)|\/(?=\/)|!$/g
const HOST_POINT = /\.(?=[\p{L}\p{M}])/gu

// What makes a list or a rule when it stands at the beginning of a line. Each line is a block of its own,
// so nothing can underline the line above it.
const LEADING = /^[-+](?![\p{L}\p{N}])|(?<=^\d{1,9})[.)](?=\s|$)/u

/** Makes foreign text inert in the Markdown of a TextBlock, wherever it stands. */
export function inertTeams(text: string): string {
  return [LEADING, INLINE, HOST_POINT].reduce(
    (rest, markup) => rest.replace(markup, (character) => LOOK_ALIKES[character] ?? character),
    text,
  )
}

// `{{DATE(` and `{{TIME(` are read in each text run by itself, as are `<at>` and `</at>`.
const BREAKS = /(?<=\{)(?=\{[dt])|(?<=<)(?=\/?at)/i

/** The same text in pieces, none of which holds the beginning of a macro or of a mention. */
export function splitTeams(text: string): readonly string[] {
  return text.split(BREAKS)
}
