/** Turns the character references of HTML and Markdown into text; unknown ones stay as they are. */

const NAMED = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: '\u00a0' }

/** Replaces the references of a text once. The result is text, and is never read again. */
export function decodeEntities(text) {
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]+);/gi, (reference) => {
    const name = reference.slice(1, -1).toLowerCase()
    if (!name.startsWith('#')) return NAMED[name] ?? reference
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : reference
  })
}
