/** The address of a link in Markdown, for the receivers that read it. */

// What could end the address of a link; backticks are read before links.
const LINK_BREAKING = /[()<>[\]\\`\s]/g

/** A URL that stands between the parentheses of a link and ends nowhere before them. */
export function linkAddress(url: string): string {
  return url.replace(LINK_BREAKING, percentEncode)
}

/** `encodeURIComponent` alone leaves parentheses as they are. */
function percentEncode(character: string): string {
  if (character === '(') return '%28'
  return character === ')' ? '%29' : encodeURIComponent(character)
}
