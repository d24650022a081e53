/** Draws messages of a Teams workflow: the Adaptive Card, element by element. */
import { h } from './dom.js'
import { drawInlineMarkdown, drawMarkdown } from './markdown.js'
import { drawLinkButton, drawMessage, formatHour } from './message-parts.js'

/** How Teams is shown. */
export const teamsView = { title: 'CRM alerts', note: 'Teams workflow', createMessage }

function createMessage({ at, payload }) {
  const attachments = Array.isArray(payload.attachments) ? payload.attachments : []
  return drawMessage(
    { author: 'Workflows', time: formatHour(at) },
    attachments.map(({ content }) => drawCard(content ?? {})),
  )
}

function drawCard({ body = [], actions = [] }) {
  return h(
    'div',
    { class: 'adaptive' },
    body.map(drawElement),
    actions.length === 0 ? null : drawActions({ actions }),
  )
}

const ELEMENTS = {
  TextBlock: drawTextBlock,
  RichTextBlock: ({ inlines = [] }) => h('div', { class: 'ac-text' }, inlines.map(drawRun)),
  FactSet: ({ facts = [] }) => h('dl', { class: 'ac-facts' }, facts.map(drawFact)),
  Container: ({ items = [], style = 'default' }) =>
    h('div', { class: `ac-container ac-${style}` }, items.map(drawElement)),
  ColumnSet: ({ columns = [] }) => h('div', { class: 'ac-columns' }, columns.map(drawElement)),
  Column: ({ items = [], width }) =>
    h('div', { class: width === 'stretch' ? 'ac-stretch' : '' }, items.map(drawElement)),
  ActionSet: drawActions,
  Table: ({ rows = [] }) => h('div', { class: 'ac-table' }, rows.map(drawElement)),
  TableRow: ({ cells = [] }) => h('div', { class: 'ac-columns' }, cells.map(drawElement)),
  TableCell: ({ items = [] }) => h('div', { class: 'ac-stretch' }, items.map(drawElement)),
}

function drawElement(element) {
  const type = String(element.type)
  const draw = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : null
  if (draw === null) return h('div', { class: 'ac-unknown' }, `[${type}]`)
  const node = draw(element)
  node.classList.toggle('ac-separator', element.separator === true)
  if (element.spacing !== undefined) node.classList.add(`ac-space-${element.spacing.toLowerCase()}`)
  return node
}

function drawTextBlock({ text = '', ...style }) {
  return h('div', { class: `ac-text ${textClasses(style)}` }, drawMarkdown(text, 'teams'))
}

/** Draws a run. Teams reads no Markdown in it, and a run may be a bare string. */
function drawRun(run) {
  if (typeof run === 'string') return run
  const { text = '', italic, strikethrough, underline, selectAction, ...style } = run
  let node = h('span', { class: textClasses(style) }, text)
  if (italic === true) node = h('i', {}, node)
  if (strikethrough === true) node = h('s', {}, node)
  if (underline === true) node = h('u', {}, node)
  return selectAction === undefined
    ? node
    : drawLinkButton(node, selectAction.url, 'ac-inline-link')
}

function textClasses({ size, weight, color, isSubtle, fontType, style, highlight }) {
  const names = [
    size === undefined ? '' : `ac-size-${size}`,
    weight === undefined ? '' : `ac-weight-${weight}`,
    color === undefined ? '' : `ac-color-${color}`,
    isSubtle === true ? 'ac-subtle' : '',
    fontType === undefined ? '' : `ac-font-${fontType}`,
    style === 'heading' ? 'ac-heading' : '',
    highlight === true ? 'ac-highlight' : '',
  ]
  return names
    .filter((name) => name !== '')
    .join(' ')
    .toLowerCase()
}

function drawFact({ title, value }) {
  return [
    h('dt', {}, drawInlineMarkdown(String(title), 'teams')),
    h('dd', {}, drawMarkdown(String(value), 'teams')),
  ]
}

function drawActions({ actions = [] }) {
  return h(
    'div',
    { class: 'ac-actions' },
    actions.map(({ type, title, url, style = '' }) =>
      drawLinkButton(title ?? type, url, `ac-button ac-button-${style}`),
    ),
  )
}
