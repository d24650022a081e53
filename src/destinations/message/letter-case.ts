/** Chooses the case of the first letter of our own words: large at the beginning of a line, small inside a sentence. */

// German writes nouns with a capital inside a sentence as well.
const KEEPS_CAPITALS: readonly string[] = ['de']

/** The words as they begin a line. */
export function beginLine(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
}

/** The words as they stand inside a sentence. */
export function continueLine(text: string, locale: string): string {
  if (KEEPS_CAPITALS.includes(locale)) return text
  return text.charAt(0).toLocaleLowerCase(locale) + text.slice(1)
}
