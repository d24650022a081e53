/**
 * Draws the few HTML tags that Telegram and Google Chat read as DOM nodes. The source is cut into tags and
 * text here, and is never given to an HTML parser; a tag that is not in the list stays text.
 */
import { h } from './dom.js'
import { decodeEntities } from './entities.js'
import { drawAnchor } from './markdown.js'

/** Telegram's tags (Bot API, "HTML style"). */
export const TELEGRAM_TAGS = {
  b: plain('b'),
  strong: plain('b'),
  i: plain('i'),
  em: plain('i'),
  u: plain('u'),
  ins: plain('u'),
  s: plain('s'),
  strike: plain('s'),
  del: plain('s'),
  code: (_, children) => h('code', { class: 'md-code' }, children),
  pre: (_, children) => h('pre', { class: 'md-pre' }, children),
  blockquote: (_, children) => h('div', { class: 'md-quote' }, children),
  'tg-spoiler': plain('mark'),
  'tg-time': (attributes, children) => drawTime(attributes.unix, children),
  a: ({ href = '' }, children) => drawAnchor(href, children),
}

/** Google Chat's tags in cards ("Format text in cards"). */
export const GOOGLE_CARD_TAGS = {
  b: plain('b'),
  i: plain('i'),
  u: plain('u'),
  s: plain('s'),
  strike: plain('s'),
  font: plain('span'),
  code: (_, children) => h('code', { class: 'md-code' }, children),
  a: ({ href = '' }, children) => drawAnchor(href, children),
  time: (_, children) => h('time', {}, children),
  br: () => h('br'),
}

function plain(name) {
  return (_, children) => h(name, {}, children)
}

function drawTime(unix, children) {
  const date = new Date(Number(unix) * 1000)
  if (Number.isNaN(date.getTime())) return h('span', {}, children)
  return h('time', { title: date.toISOString() }, children)
}

/** Draws a text. A tag that is never closed holds everything after it. */
export function drawHtml(source, tags) {
  const stack = [{ name: '', attributes: {}, children: [] }]
  const close = () => {
    const { name, attributes, children } = stack.pop()
    stack.at(-1).children.push(tags[name](attributes, children))
  }
  for (const part of source.split(/(<\/?[a-z][\w-]*(?:\s[^<>]*)?\/?>)/i)) {
    const [, slash, name, rest] = /^<(\/?)([a-z][\w-]*)([^<>]*)>$/i.exec(part) ?? []
    const tag = name?.toLowerCase()
    if (tag === undefined || !Object.hasOwn(tags, tag)) {
      const { children } = stack.at(-1)
      children.push(drawLines(isBlock(children.at(-1)) ? part.replace(/^\n/, '') : part))
    } else if (slash === '/') {
      if (!stack.some((open) => open.name === tag)) continue
      while (stack.at(-1).name !== tag) close()
      close()
    } else if (tag === 'br') {
      stack.at(-1).children.push(h('br'))
    } else {
      stack.push({ name: tag, attributes: readAttributes(rest), children: [] })
    }
  }
  while (stack.length > 1) close()
  return stack[0].children
}

/** Whether a node is a block, which ends its line by itself. */
function isBlock(node) {
  return node instanceof Element && /^(DIV|PRE)$/.test(node.tagName)
}

function readAttributes(text) {
  const pairs = text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g)
  return Object.fromEntries(
    [...pairs].map(([, name, double, single, bare]) => [
      name.toLowerCase(),
      decodeEntities(double ?? single ?? bare),
    ]),
  )
}

function drawLines(text) {
  return text.split('\n').map((line, index) => [index === 0 ? null : h('br'), decodeEntities(line)])
}
