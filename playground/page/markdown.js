/**
 * Draws Markdown as DOM nodes, in the dialects of the receivers that read it. It covers the forms that a
 * message can hold, and not the whole language. Every other form stays text, so that an injection is seen.
 */
import { decodeEntities } from './entities.js'
import { h } from './dom.js'

/** The forms that the Markdown of each receiver has beside the common part. */
const DIALECTS = {
  discord: { underline: true, spoilers: true, dates: true, autolinks: true, small: true },
  teams: { entities: true, dates: true, plainBlocks: true },
  mattermost: { entities: true, autolinks: true },
}

const INLINE = new RegExp(
  [
    String.raw`\\[!-/:-@[-\`{-~]`,
    '(`+)(?!`)[^]+?(?<!`)\\1(?!`)',
    String.raw`!?\[(?:\\.|[^\]\\])*\]\((?:\\.|[^()\\]|\([^()]*\))*\)`,
    String.raw`<[^<>\s][^<>]*>`,
    String.raw`\{\{(?:DATE|TIME)\([^)]*\)\}\}`,
    String.raw`\|\|[^|]+\|\|`,
    String.raw`\*\*\*(?=\S)[^]+?(?<=[^\s\\])\*\*\*`,
    String.raw`\*\*(?=\S)[^]+?(?<=[^\s\\])\*\*`,
    String.raw`__(?=\S)[^]+?(?<=[^\s\\])__(?!\w)`,
    String.raw`~~(?=\S)[^]+?(?<=[^\s\\])~~`,
    String.raw`\*(?=[^\s*])(?:\\.|[^*\\])+?(?<=\S)\*`,
    String.raw`(?<!\w)_(?=[^\s_])(?:\\.|[^_\\])+?(?<=\S)_(?!\w)`,
    String.raw`https?:\/\/[^\s<>()]*[^\s<>().,:;!?'"*_~]`,
    String.raw`(?<![\w@])@[a-z][\w.-]*`,
  ].join('|'),
  'gi',
)

/** Draws a whole text: fences, headings, quotes and lists, then inline marks. */
export function drawMarkdown(source, dialectName) {
  const dialect = DIALECTS[dialectName]
  return source.split(/(^```[^]*?^```$)/m).map((part) => {
    const fence = /^```[^\n]*\n?([^]*?)\n?```$/.exec(part)
    if (fence !== null) return h('pre', { class: 'md-pre' }, fence[1])
    return drawLines(part.replace(/^\n|\n$/g, '').split('\n'), dialect)
  })
}

/** Draws one line without blocks. */
export function drawInlineMarkdown(source, dialectName) {
  return drawInline(source, DIALECTS[dialectName])
}

function drawLines(lines, dialect) {
  const nodes = []
  let isAfterText = false
  for (const line of lines) {
    const block = drawBlock(line, dialect)
    if (block === null && isAfterText) nodes.push(h('br'))
    nodes.push(block ?? drawInline(line, dialect))
    isAfterText = block === null
  }
  return nodes
}

/** A line that is a block of its own; null for a line of running text. */
function drawBlock(line, dialect) {
  const [, heading, title] = /^(#{1,6}) +(.+)$/.exec(line) ?? []
  if (heading !== undefined && !dialect.plainBlocks) {
    return h('div', { class: `md-heading md-h${heading.length}` }, drawInline(title, dialect))
  }
  if (dialect.small && line.startsWith('-# ')) {
    return h('div', { class: 'md-small' }, drawInline(line.slice(3), dialect))
  }
  const [, quoted] = /^> ?(.*)$/.exec(line) ?? []
  if (quoted !== undefined && !dialect.plainBlocks) {
    return h('div', { class: 'md-quote' }, drawInline(quoted, dialect))
  }
  const [, bullet, item] = /^ {0,3}([-*+•]|\d+[.)]) +(.+)$/.exec(line) ?? []
  if (bullet === undefined) return null
  const mark = /^\d/.test(bullet) ? bullet : '•'
  return h(
    'div',
    { class: 'md-item' },
    h('span', {}, mark),
    h('div', {}, drawInline(item, dialect)),
  )
}

function drawInline(source, dialect) {
  const nodes = []
  let end = 0
  for (const match of source.matchAll(INLINE)) {
    const text = source.slice(end, match.index)
    nodes.push(drawPlain(text, dialect), drawMark(match[0], dialect) ?? match[0])
    end = match.index + match[0].length
  }
  return [...nodes, drawPlain(source.slice(end), dialect)]
}

function drawPlain(text, { entities = false }) {
  return entities ? decodeEntities(text) : text
}

const EMPHASIS = [
  ['***', ['b', 'i']],
  ['**', ['b']],
  ['__', ['b']],
  ['~~', ['s']],
  ['||', ['mark']],
  ['*', ['i']],
  ['_', ['i']],
]

/** Draws one mark; null when this dialect does not have it. */
function drawMark(mark, dialect) {
  if (mark.startsWith('\\')) return mark.slice(1)
  if (mark.startsWith('`')) return h('code', { class: 'md-code' }, mark.replace(/^`+|`+$/g, ''))
  if (/^!?\[/.test(mark)) return drawLink(mark, dialect)
  if (mark.startsWith('{{')) return dialect.plainBlocks ? drawCardDate(mark) : null
  if (mark.startsWith('<')) return drawAngle(mark.slice(1, -1), dialect)
  if (mark.startsWith('http')) return dialect.autolinks ? drawAnchor(mark, mark) : null
  if (mark.startsWith('@')) return drawMention(mark, dialect)
  if (mark.startsWith('||') && !dialect.spoilers) return null
  const [sign, tags] = EMPHASIS.find(([start]) => mark.startsWith(start))
  const names = sign === '__' && dialect.underline ? ['u'] : tags
  const inner = drawInline(mark.slice(sign.length, -sign.length), dialect)
  return names.reduceRight((children, name) => [h(name, {}, children)], inner)
}

/**
 * Draws a mention that calls many people, for example `@channel`. The page does not know the names of single
 * people.
 */
function drawMention(mark, { plainBlocks = false }) {
  const isCall = /^@(everyone|here|channel|all)$/.test(mark)
  return isCall && !plainBlocks ? h('span', { class: 'mention' }, mark) : null
}

function drawLink(mark, dialect) {
  const [, label, target] = /^!?\[([^]*)\]\(([^]*)\)$/.exec(mark) ?? []
  const url = target
    .trim()
    .replace(/^<|>$/g, '')
    .replace(/ +"[^"]*"$/, '')
  return drawAnchor(url.replace(/\\(.)/g, '$1'), drawInline(label, dialect))
}

/** Draws a link that opens another page. Only http and https do; any other address is drawn as its label. */
export function drawAnchor(url, children) {
  if (!/^https?:\/\//.test(url)) return h('span', { title: url }, children)
  return h('a', { href: url, target: '_blank', rel: 'noreferrer' }, children)
}

const DISCORD_DATES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
}

/** Draws the part between angle brackets: a date or a mention of Discord, or an address. */
function drawAngle(inner, dialect) {
  const [, seconds, style] = /^t:(-?\d+)(?::([tTdDfFR]))?$/.exec(inner) ?? []
  if (seconds !== undefined && dialect.dates) {
    const date = new Date(Number(seconds) * 1000)
    const text =
      style === 'R' ? describeAge(date) : date.toLocaleString([], DISCORD_DATES[style ?? 'f'])
    return h('time', { class: 'md-time', title: date.toISOString() }, text)
  }
  if (/^(@[!&]?|#)\d+$/.test(inner) && dialect.small) return h('span', { class: 'mention' }, inner)
  return /^https?:\/\/\S+$/.test(inner) ? drawAnchor(inner, inner) : null
}

function describeAge(date) {
  const minutes = Math.round((date.getTime() - Date.now()) / 60_000)
  const format = new Intl.RelativeTimeFormat([], { numeric: 'auto' })
  if (Math.abs(minutes) < 60) return format.format(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return Math.abs(hours) < 24
    ? format.format(hours, 'hour')
    : format.format(Math.round(hours / 24), 'day')
}

const CARD_DATES = {
  COMPACT: { dateStyle: 'short' },
  SHORT: { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' },
  LONG: { dateStyle: 'full' },
}

/** Adaptive Cards' dates in the reader's zone: `{{DATE(2026-09-21T14:13:21Z, SHORT)}}`. */
function drawCardDate(mark) {
  const [, kind, time, style] = /^\{\{(DATE|TIME)\(([^,)]+)(?:, *(\w+))?\)\}\}$/.exec(mark) ?? []
  const date = new Date(time ?? '')
  if (Number.isNaN(date.getTime())) return null
  const text =
    kind === 'TIME'
      ? date.toLocaleTimeString([], { timeStyle: 'short' })
      : date.toLocaleDateString([], CARD_DATES[style ?? 'COMPACT'] ?? CARD_DATES.COMPACT)
  return h('time', { title: date.toISOString() }, text)
}
