/** Finds the lines of a page that are longer than a reader of its text, or of a difference, can follow. */

/** The longest line of prose, in UTF-16 units. */
export const MAX_LINE = 120

/** A line that is no prose: a heading, a quotation, a row of a table, a picture, markup, or the address of a link. */
const NO_PROSE = /^\s*(?:[#>|<]|!\[|\[!\[|\[[^\]]+\]: )/

/** A piece that cannot be broken: a link with its words, code, or a word. */
const PIECE = /(?:!?\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])|`[^`]*`|\S)+/g

/** The numbers of the lines of prose that are too long although they have a place to be broken at. */
export function findLongLines(page: string): readonly number[] {
  let isBlock = false
  return page.split('\n').flatMap((line, index) => {
    const isFence = /^\s*```/.test(line)
    if (isFence) isBlock = !isBlock
    if (isBlock || isFence || line.length <= MAX_LINE || NO_PROSE.test(line)) return []
    const text = line.replace(/^\s*(?:[-*+]|\d+\.) /, '')
    return [...text.matchAll(PIECE)].length > 1 ? [index + 1] : []
  })
}
