/**
 * Checks the tags of a template for the HTML of Telegram (https://core.telegram.org/bots/api#html-style). One
 * wrong tag is enough for Telegram to refuse every message ("can't parse entities").
 */

const SIMPLE_TAGS: readonly string[] = [
  'b',
  'strong',
  'i',
  'em',
  'u',
  'ins',
  's',
  'strike',
  'del',
  'code',
  'pre',
  'blockquote',
  'tg-spoiler',
]

const LINK = /^<a href="[^"<>]*">$/
const REFERENCE = /&(?!(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-f]{1,6});)/i

/** The sentence about the first mistake in the markup; null when Telegram takes it. */
export function findTagProblem(html: string): string | null {
  const open: string[] = []
  for (const [tag] of html.matchAll(/<[^>]*>?/g)) {
    const problem = judgeTag(tag, open)
    if (problem !== null) return problem
  }
  const last = open.at(-1)
  if (last !== undefined) return `Must close <${last}>`
  return REFERENCE.test(html) ? 'Must write & as &amp;' : null
}

/** Checks one tag, and adds it to the open tags or takes it away from them. */
function judgeTag(tag: string, open: string[]): string | null {
  const closed = /^<\/([a-z-]+)>$/.exec(tag)?.[1]
  if (closed !== undefined) {
    return open.pop() === closed
      ? null
      : `Must close the tags in the reverse order of their opening: </${closed}> does not`
  }
  const simple = SIMPLE_TAGS.find((known) => tag === `<${known}>`)
  const name = LINK.test(tag) ? 'a' : simple
  if (name === undefined) {
    return `Must use Telegram's own tags: ${tag.slice(0, 40)} is not one of them; write < as &lt;`
  }
  open.push(name)
  return null
}
