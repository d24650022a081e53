/**
 * Makes a text harmless for a terminal. Names, reasons and texts come from portals and receivers: an escape sequence
 * among them could move the cursor, change the title, or write what nobody has said. So each character that a terminal
 * obeys, and each that changes the direction of a text or is not seen, is written as its number.
 */

// Controls, among them those of C1; signs of format such as direction, joining and no width; separators of lines;
// halves of characters; fillers that are not seen.
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu

/** The text in one line, with `\x1b` and the like in the place of characters that a terminal would obey. */
export function plainText(text: string): string {
  return text.replaceAll(OBEYED, numberOf)
}

function numberOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === '\n') return String.raw`\n`
  if (character === '\t') return String.raw`\t`
  const hex = code.toString(16)
  return code < 0x100 ? String.raw`\x${hex.padStart(2, '0')}` : String.raw`\u{${hex}}`
}

/**
 * JSON text with the same characters as escapes of JSON. Its value stays the same, since such characters stand within
 * texts only; line breaks and blanks between its parts stay as they are.
 */
export function plainJson(json: string): string {
  return json.replaceAll(OBEYED, (character) =>
    character === '\n' ? character : escapesOf(character),
  )
}

function escapesOf(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16).padStart(4, '0')
    return String.raw`\u${unit}`
  }).join('')
}
