/** Draws a Google Chat space: texts, cards, and the replies of one thread key as one thread. */
import { h, keepList } from './dom.js'
import { drawHtml, GOOGLE_CARD_TAGS } from './html-text.js'
import { drawAnchor } from './markdown.js'
import { drawLinkButton, drawLines, drawMessage, formatHour } from './message-parts.js'

/** How Google Chat is shown. */
export const googlechatView = {
  title: 'CRM alerts',
  note: 'Google Chat space, incoming webhook',
  createMessage,
  fill: fillThreads,
}

/** Draws the threads in the order of their first messages. */
function fillThreads(container, messages) {
  const threads = Map.groupBy(messages, threadOf)
  keepList(container, [...threads.entries()], {
    key: ([key]) => key,
    create: () => h('section', { class: 'thread' }),
    update: (element, [, replies]) =>
      keepList(element, replies, { key: ({ number }) => number, create: createMessage }),
  })
}

/** The thread of a message. A message without a key is a thread of its own. */
function threadOf({ number, payload, path = '' }) {
  const inPath = new URLSearchParams(path.split('?')[1] ?? '').get('threadKey')
  const key = payload.thread?.threadKey ?? payload.thread?.name ?? inPath
  return key === null || key === undefined ? `message ${number}` : `thread ${key}`
}

function createMessage({ at, payload }) {
  const { text = '', cardsV2 = [] } = payload
  return drawMessage(
    { tag: 'App', time: formatHour(at) },
    text === '' ? null : h('div', { class: 'block' }, drawChatText(text)),
    cardsV2.map(({ card }) => drawCard(card ?? {})),
  )
}

function drawCard({ header, sections = [] }) {
  return h(
    'div',
    { class: 'gcard' },
    header === undefined
      ? null
      : h(
          'div',
          { class: 'gcard-header' },
          h('b', {}, header.title),
          header.subtitle === undefined ? null : h('span', {}, header.subtitle),
        ),
    sections.map(drawSection),
  )
}

function drawSection({ header, widgets = [] }) {
  return h(
    'div',
    { class: 'gcard-section' },
    header === undefined ? null : h('div', { class: 'gcard-title' }, drawCardText(header)),
    widgets.map(drawWidget),
  )
}

const WIDGETS = {
  textParagraph: ({ text = '' }) => h('div', {}, drawCardText(text)),
  decoratedText: ({ topLabel, text = '', bottomLabel, button }) =>
    h(
      'div',
      { class: 'decorated' },
      h(
        'div',
        {},
        topLabel === undefined ? null : h('small', {}, topLabel),
        h('div', {}, drawCardText(text)),
        bottomLabel === undefined ? null : h('small', {}, bottomLabel),
      ),
      button === undefined ? null : drawButton(button),
    ),
  buttonList: ({ buttons = [] }) => h('div', { class: 'gcard-buttons' }, buttons.map(drawButton)),
  divider: () => h('hr'),
  columns: ({ columnItems = [] }) =>
    h(
      'div',
      { class: 'gcard-columns' },
      columnItems.map(({ widgets = [] }) => h('div', {}, widgets.map(drawWidget))),
    ),
}

function drawWidget(widget) {
  const [kind] = Object.keys(widget).filter((name) => Object.hasOwn(WIDGETS, name))
  return kind === undefined
    ? h('div', {}, `[${Object.keys(widget)[0]}]`)
    : WIDGETS[kind](widget[kind])
}

function drawButton({ text = '', onClick }) {
  return drawLinkButton(text, onClick?.openLink?.url, 'gcard-button')
}

function drawCardText(text) {
  return drawHtml(text, GOOGLE_CARD_TAGS)
}

const CHAT_MARKS =
  /```[^]+?```|`[^`\n]+`|<[^<>\n]+>|(?<!\w)\*[^*\s](?:[^*\n]*[^*\s])?\*(?!\w)|(?<!\w)_[^_\s](?:[^_\n]*[^_\s])?_(?!\w)|(?<!\w)~[^~\s](?:[^~\n]*[^~\s])?~(?!\w)|https?:\/\/[^\s<>|]+/g
const CHAT_TAGS = { '*': 'b', _: 'i', '~': 's' }

/** Draws the marks of a text message (Google's page "Format messages"). A mention is drawn as a mention. */
function drawChatText(source) {
  const nodes = []
  let end = 0
  for (const match of source.matchAll(CHAT_MARKS)) {
    nodes.push(drawLines(source.slice(end, match.index)), drawChatMark(match[0]))
    end = match.index + match[0].length
  }
  return [...nodes, drawLines(source.slice(end))]
}

function drawChatMark(mark) {
  if (mark.startsWith('```')) return h('pre', { class: 'md-pre' }, mark.slice(3, -3))
  if (mark.startsWith('`')) return h('code', { class: 'md-code' }, mark.slice(1, -1))
  if (mark.startsWith('http')) return drawAnchor(mark, mark)
  if (!mark.startsWith('<')) return h(CHAT_TAGS[mark[0]], {}, drawChatText(mark.slice(1, -1)))
  const [target, label] = mark.slice(1, -1).split(/\|(.*)/s)
  if (target.startsWith('users/')) return h('span', { class: 'mention' }, `@${target.slice(6)}`)
  return /^https?:\/\//.test(target) ? drawAnchor(target, label ?? target) : mark
}
