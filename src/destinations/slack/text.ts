/**
 * Slack's escaping (https://docs.slack.dev/messaging/formatting-message-text). It is needed in text objects
 * and in the top-level `text` only: the text elements of rich_text are literal.
 */
import { lookAlike, OUTER_UNDERSCORE, withLookAlikes } from '../message/text/inert-text.ts'

// The characters of formats, emoji codes, mentions and links; Slack has no escape sequence for them. A point
// at the end of a word is harmless.
const MARKUP = /[*~`:@#]|\.(?=\S)/g

/** Escapes the three control characters of Slack's text objects. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Makes foreign text inert inside mrkdwn, anywhere but at the beginning of a line. */
export function inertSlack(text: string): string {
  return escapeSlack(withLookAlikes(text, MARKUP, OUTER_UNDERSCORE))
}

/** Makes text inert for the beginning of a line, where `>` would make a quotation even when it is escaped. */
export function inertSlackStart(text: string): string {
  return inertSlack(text.replace(/^>/, lookAlike))
}
