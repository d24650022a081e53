/**
 * Google Chat's two markups: that of the field `text`, which people type as well, and the small HTML of
 * cards (https://developers.google.com/workspace/chat/format-messages).
 */
import { HOST_POINT, OUTER_UNDERSCORE, withLookAlikes } from '../message/inert-text.ts'

// The field `text` has no escape sequence. An ampersand that begins no entity is harmless.
const INLINE = /[*~`<>@:]|&(?=#?\w+;)/g

const LIST_MARK = /^-(?=\s|$)/

/** Makes foreign text inert in the field `text`, wherever it stands. */
export function inertGoogleChat(text: string): string {
  return withLookAlikes(text, LIST_MARK, INLINE, OUTER_UNDERSCORE, HOST_POINT)
}
