/**
 * The means by which foreign text loses the meaning that a receiver's markup would give it. Each receiver
 * names its own characters (`<receiver>/text.ts`); the means that several receivers share stand here.
 */

// Characters that look like those of a markup. They are used where a markup has no escape sequence, or not
// in every client. A zero-width character in between would do as well, but could be searched for, and would
// be copied without being seen.
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '*': '\u2217',
  _: '\u02CD',
  '~': '\u223C',
  '`': '\u02CB',
  ':': '\u2236',
  ';': '\uFF1B',
  '@': '\uFF20',
  '#': '\uFF03',
  $: '\uFF04',
  '.': '\u2024',
  '<': '\uFF1C',
  '>': '\uFF1E',
  '[': '\uFF3B',
  ']': '\uFF3D',
  '{': '\uFF5B',
  '}': '\uFF5D',
  ')': '\uFF09',
  '\\': '\uFF3C',
  '/': '\u2215',
  '|': '\u2223',
  '&': '\uFF06',
  '-': '\u2212',
  '+': '\uFF0B',
  '=': '\uFF1D',
  '!': '\uFF01',
  // Points of other scripts, which browsers read as the point of a host.
  '\u3002': '\u2024',
  '\uFF0E': '\u2024',
  '\uFF61': '\u2024',
}

/** An underscore inside a word begins no italics in any markup, so that field codes can be copied. */
export const OUTER_UNDERSCORE = /_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_/g

/** A point that makes a host of the words around it, which many receivers show as a link. */
export const HOST_POINT = /\.(?=[\p{L}\p{M}])/gu

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// The characters that could end the address of a link in Markdown; backticks are read before links.
const LINK_BREAKING = /[()<>[\]\\`\s]/g

/** A harmless character that looks like the given one; the given one where none is known. */
export function lookAlike(character: string): string {
  return LOOK_ALIKES[character] ?? character
}

/** The text with a look-alike for each match of the patterns, one pattern after the other. */
export function withLookAlikes(text: string, ...markup: readonly RegExp[]): string {
  return markup.reduce((rest, pattern) => rest.replace(pattern, lookAlike), text)
}

/** Escapes every character that has a meaning in HTML, in attributes as well. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** A URL as it can stand between the parentheses of a Markdown link: nothing in it ends the link. */
export function linkAddress(url: string): string {
  return url.replace(LINK_BREAKING, percentEncode)
}

/** `encodeURIComponent` alone leaves parentheses as they are. */
function percentEncode(character: string): string {
  if (character === '(') return '%28'
  return character === ')' ? '%29' : encodeURIComponent(character)
}
