/**
 * An independent reader of Telegram messages: the runs of text with their tags as a browser's parser
 * (parse5) sees them, and what TDLib would make a link of (td/telegram/MessageEntity.cpp, here wider in
 * doubt). It knows nothing of the layout.
 */
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5'

/** A piece of text under the same tags. */
export interface TelegramRun {
  readonly text: string
  /** The tags around it, outermost first, with their attributes: `b`, `a href=https://…`. */
  readonly tags: readonly string[]
}

/** All text in reading order. */
export function readTelegramRuns(html: string): readonly TelegramRun[] {
  return parseFragment(html).childNodes.flatMap((node) => runsOf(node, []))
}

function runsOf(
  node: DefaultTreeAdapterTypes.ChildNode,
  tags: readonly string[],
): readonly TelegramRun[] {
  if ('value' in node) return [{ text: node.value, tags }]
  if (!('tagName' in node)) return [{ text: '', tags: [...tags, node.nodeName] }]
  const attributes = node.attrs.map(({ name, value }) => ` ${name}=${value}`).join('')
  const inner = [...tags, node.tagName + attributes]
  if (node.childNodes.length === 0) return [{ text: '', tags: inner }]
  return node.childNodes.flatMap((child) => runsOf(child, inner))
}

const LINKS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['mention', /(?<![\p{L}\p{N}_])@\w{2,32}/gu],
  ['command', /(?<![\p{L}\p{N}_/<>])\/\w{1,64}/gu],
  ['hashtag', /#[\p{L}\p{Nd}_]/gu],
  ['cashtag', /\$(?:1INCH|[A-Z]{1,8})/g],
  ['address', /(?:tg|ton|https?|ftp):\/\/\w/gi],
  ['host', /[\p{L}\p{Nd}_~-][.\u3002\uFF0E\uFF61][\p{L}\p{Nd}]/gu],
  ['e-mail', /\S@\S/g],
  ['telephone', /\+\d|\d(?:[ ().-]*\d){6}/g],
]

/** The links that Telegram would make by itself: every find outside of `<code>`. */
export function findTelegramLinks(runs: readonly TelegramRun[]): readonly string[] {
  const text = runs.map((run) => run.text).join('')
  const isCode = runs.flatMap((run) => {
    const inCode = run.tags.includes('code') || run.tags.some((tag) => tag.startsWith('a href='))
    return Array.from({ length: run.text.length }, () => inCode)
  })
  return LINKS.flatMap(([what, pattern]) =>
    Array.from(text.matchAll(pattern))
      // TDLib drops what it found where it crosses <code>; a link's text is a link already.
      .filter(({ index, 0: found }) => !isCode.slice(index, index + found.length).includes(true))
      .map(({ 0: found }) => `${what} ${found}`),
  )
}
