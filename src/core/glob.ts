/**
 * Matches the globs of the configuration. `*` stands for any text, `?` for one character, and every other
 * character for itself. Example: `onCrm*Add` matches `onCrmDealAdd`. Globs are not translated into regular
 * expressions, so the time is at most the product of the lengths of glob and text.
 */

import { BoundedMap } from './bounded-map.ts'

const MAX_GLOB_LENGTH = 200

/** The most texts of which a test remembers the result. */
const MAX_DECIDED = 50

/** Whether a text can be used as a glob: it has 1 to 200 characters. */
export function isGlob(pattern: string): boolean {
  return pattern.length > 0 && pattern.length <= MAX_GLOB_LENGTH
}

/**
 * Compiles globs into one test, which tells whether a whole text matches any of them. The letters A to Z
 * match in upper and lower case, and a character is a code point. An empty list of globs matches nothing.
 */
export function compileGlobs(patterns: readonly string[]): (text: string) => boolean {
  const compiled = patterns.map((pattern) => toCharacters(pattern))
  // A portal has few names of events, and each comes often.
  const decided = new BoundedMap<boolean>(MAX_DECIDED)
  return (text) => {
    const known = decided.get(text)
    if (known !== undefined) return known
    const characters = toCharacters(text)
    const isMatch = compiled.some((pattern) => matches(pattern, characters))
    decided.set(text, isMatch)
    return isMatch
  }
}

/**
 * Walks along glob and text together. Where they differ, the last star so far takes one more character and
 * the walk goes on behind it. Only the last star has to be tried again: if an earlier one took more, less
 * text would be left for the same rest of the glob.
 */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0
  let star = -1
  let resumeAt = 0
  let index = 0
  while (index < text.length) {
    const wanted = pattern[at]
    if (wanted === '*') {
      star = at
      resumeAt = index
      at += 1
    } else if (wanted === '?' || wanted === text[index]) {
      at += 1
      index += 1
    } else if (star >= 0) {
      resumeAt += 1
      index = resumeAt
      at = star + 1
    } else {
      return false
    }
  }
  return pattern.slice(at).every((left) => left === '*')
}

function toCharacters(text: string): readonly string[] {
  return Array.from(text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
}
