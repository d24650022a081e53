/**
 * Slack's escaping (https://docs.slack.dev/messaging/formatting-message-text). It is needed in text
 * objects and in the top-level `text` only; the text elements of rich_text are literal.
 */

// Look-alikes for what Slack reads as a format, an emoji code, a mention or a link when it stands in
// mrkdwn. There is no escape sequence for these, and a zero-width character could be searched for.
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '*': '\u2217',
  _: '\u02CD',
  '~': '\u223C',
  '`': '\u02CB',
  ':': '\u2236',
  '@': '\uFF20',
  '#': '\uFF03',
  '.': '\u2024',
}

// An underscore inside a word and a point at its end are harmless, and field codes stay copyable.
const MARKUP = /[*~`:@#]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_|\.(?=\S)/g

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i

/** Escapes the three control characters of Slack's text objects. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Makes foreign text inert inside mrkdwn, anywhere but at the beginning of a line. */
export function inertSlack(text: string): string {
  return escapeSlack(text.replace(MARKUP, (character) => LOOK_ALIKES[character] ?? character))
}

/** A portal's host stays readable as it is; whatever is not a plain host becomes inert. */
export function hostSlack(text: string): string {
  return HOST.test(text) ? text : inertSlack(text)
}
