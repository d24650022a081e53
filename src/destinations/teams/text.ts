/**
 * The markups of Teams: the Markdown of a TextBlock, and in every text the macros for dates and the mentions
 * that workflows resolve (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features).
 */
import { HOST_POINT, OUTER_UNDERSCORE, withLookAlikes } from '../message/text/inert-text.ts'

// A lone slash and an ampersand that begins no entity are harmless. An exclamation mark at the end would make
// an image of a link that follows. Look-alikes are used, as a backslash is no escape in every client.
const INLINE = /[*~`[\]<>{}\\|@#]|&(?=#?\w+;)|\/(?=\/)|!$/g

// The characters that make a list or a rule at the beginning of a line. Each line is a block of its own, so
// nothing can underline the line above it.
const LEADING = /^[-+](?![\p{L}\p{N}])|(?<=^\d{1,9})[.)](?=\s|$)/u

/** Makes foreign text inert in the Markdown of a TextBlock, wherever it stands. */
export function inertTeams(text: string): string {
  return withLookAlikes(text, LEADING, INLINE, OUTER_UNDERSCORE, HOST_POINT)
}

// Teams looks for `{{DATE(`, `{{TIME(`, `<at>` and `</at>` in each text run by itself, so a text that is
// parted inside of them is harmless.
const BREAKS = /(?<=\{)(?=\{[dt])|(?<=<)(?=\/?at)/i

/** Parts a text into pieces, none of which holds a macro or a mention. */
export function splitTeams(text: string): readonly string[] {
  return text.split(BREAKS)
}
