/**
 * Draws Slack's texts as DOM nodes: plain text, the common part of mrkdwn, dates in the reader's zone, and
 * rich text. A text that Slack would turn into a mention is drawn as a mention, so that an injection is seen.
 */
import { h } from './dom.js'

/** Draws a text object. */
export function drawText(text) {
  return text.type === 'mrkdwn' ? drawMrkdwn(text.text) : withLineBreaks(decode(text.text))
}

/** Draws mrkdwn: code first, since nothing inside it is read; then lines, then inline marks. */
export function drawMrkdwn(source) {
  return source.split(/(```[\s\S]+?```)/).map((part) => {
    if (part.startsWith('```') && part.length > 6) {
      return h('pre', { class: 'slack-pre' }, decode(part.slice(3, -3)))
    }
    return part
      .split('\n')
      .map((line, index) => [
        index === 0 ? null : h('br'),
        line.startsWith('&gt; ')
          ? h('span', { class: 'slack-quote' }, drawInline(line.slice(5)))
          : drawInline(line),
      ])
  })
}

const INLINE =
  /`[^`]+`|<[^<>]+>|(?<![\w*])\*[^*\s](?:[^*]*[^*\s])?\*(?![\w*])|(?<![\w_])_[^_\s](?:[^_]*[^_\s])?_(?![\w_])|(?<![\w~])~[^~\s](?:[^~]*[^~\s])?~(?![\w~])/g

function drawInline(line) {
  const nodes = []
  let end = 0
  for (const match of line.matchAll(INLINE)) {
    nodes.push(decode(line.slice(end, match.index)), drawMark(match[0]))
    end = match.index + match[0].length
  }
  nodes.push(decode(line.slice(end)))
  return nodes
}

const MARKS = { '*': 'b', _: 'i', '~': 's' }

function drawMark(mark) {
  if (mark.startsWith('`')) return h('code', { class: 'slack-code' }, decode(mark.slice(1, -1)))
  if (mark.startsWith('<')) return drawControl(mark.slice(1, -1))
  return h(MARKS[mark[0]], {}, drawInline(mark.slice(1, -1)))
}

/** The part between angle brackets: a date, a mention or a link. */
function drawControl(control) {
  const [target, label] = control.split(/\|(.*)/s)
  const date = /^!date\^(\d+)\^([^^]+)/.exec(target)
  if (date !== null)
    return h('span', { title: decode(label ?? '') }, formatDate(Number(date[1]), date[2]))
  if (/^[!@#]/.test(target)) return h('span', { class: 'mention' }, decode(label ?? target))
  return drawLink(decode(target), decode(label ?? target))
}

function drawLink(url, label) {
  if (!/^(https?|mailto):/.test(url)) return label
  return h('a', { href: url, target: '_blank', rel: 'noreferrer' }, label)
}

const DATE_STYLES = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit' },
  time_secs: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
}

/** Slack's date tokens in the reader's zone; the `_pretty` ones say Today and Yesterday. */
function formatDate(seconds, format) {
  const date = new Date(seconds * 1000)
  return format.replace(/\{(\w+)\}/g, (token, name) => {
    const style = DATE_STYLES[name.replace('_pretty', '')]
    if (style === undefined) return token
    if (name.startsWith('time')) return date.toLocaleTimeString([], style)
    return (
      (name.endsWith('_pretty') ? relativeDay(date) : null) ?? date.toLocaleDateString([], style)
    )
  })
}

function relativeDay(date) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86_400_000)
  return { 0: 'Today', 1: 'Yesterday', '-1': 'Tomorrow' }[days] ?? null
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** Draws one part of a rich_text block. */
export function drawRichText(part) {
  const children = (part.elements ?? []).map(part.type === 'rich_text_list' ? drawItem : drawLeaf)
  switch (part.type) {
    case 'rich_text_list':
      return h(part.style === 'ordered' ? 'ol' : 'ul', { class: 'slack-list' }, children)
    case 'rich_text_quote':
      return h('blockquote', { class: 'slack-quote' }, children)
    case 'rich_text_preformatted':
      return h('pre', { class: 'slack-pre' }, children)
    default:
      return h('div', {}, children)
  }
}

function drawItem(section) {
  return h('li', {}, (section.elements ?? []).map(drawLeaf))
}

function drawLeaf(leaf) {
  switch (leaf.type) {
    case 'text':
      return withStyle(leaf.style, withLineBreaks(leaf.text))
    case 'link':
      return drawLink(leaf.url, leaf.text ?? leaf.url)
    case 'emoji':
      return `:${leaf.name}:`
    case 'date':
      return formatDate(leaf.timestamp, leaf.format)
    case 'user':
    case 'usergroup':
    case 'channel':
    case 'broadcast':
      return h(
        'span',
        { class: 'mention' },
        `@${leaf.range ?? leaf.user_id ?? leaf.channel_id ?? leaf.usergroup_id}`,
      )
    default:
      return `[${leaf.type}]`
  }
}

function withStyle(style = {}, children) {
  let nodes = children
  if (style.code) nodes = [h('code', { class: 'slack-code' }, nodes)]
  if (style.strike) nodes = [h('s', {}, nodes)]
  if (style.italic) nodes = [h('i', {}, nodes)]
  if (style.bold) nodes = [h('b', {}, nodes)]
  return nodes
}

function withLineBreaks(text) {
  return text.split('\n').map((line, index) => [index === 0 ? null : h('br'), line])
}

/** Decodes Slack's three entities. */
function decode(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
