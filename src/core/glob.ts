/**
 * Globs of the configuration: `*` is any run, `?` one character, everything else stands for itself.
 * No regular expressions, so that no pair of pattern and text costs more than their lengths' product.
 */

const MAX_GLOB_LENGTH = 200

/** Tells whether a text is usable as a glob: 1 to 200 characters. */
export function isGlob(pattern: string): boolean {
  return pattern.length > 0 && pattern.length <= MAX_GLOB_LENGTH
}

/**
 * Prepares a test whether a whole text matches any of the globs. Letters A–Z match in either case,
 * characters are code points. No globs match nothing.
 */
export function compileGlobs(patterns: readonly string[]): (text: string) => boolean {
  const compiled = patterns.map((pattern) => toCharacters(pattern))
  return (text) => {
    const characters = toCharacters(text)
    return compiled.some((pattern) => matches(pattern, characters))
  }
}

/**
 * Walks both lists; where they part, the last star takes one character more. Only the last star can
 * be worth moving: an earlier one that took more would leave less for the same rest of the pattern.
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
