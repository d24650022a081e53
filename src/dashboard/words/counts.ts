/** Numbers of things in words, for readers of English. */

/** A whole number with its thousands apart: `2,400`. */
export function formatNumber(count: number): string {
  return count.toLocaleString('en')
}

/** The words for one thing, or those for any other number of things. */
export function wordsFor(count: number, one: string, many: string): string {
  return count === 1 ? one : many
}

/** A number with the words for one thing or for many: `1 event`, `2,400 events`. By default the many end in an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${wordsFor(count, one, many)}`
}
