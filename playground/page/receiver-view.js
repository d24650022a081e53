/** One receiver: its title, the switch for its behaviour, its messages, and the row of its answers. */
import { act, formatTime, h, keepList, setText } from './dom.js'

const BEHAVIOURS = [
  ['normal', 'Works'],
  ['rate_limited', '429 for 20 s'],
  ['slow', 'Slow, 5 s'],
  ['reset', 'Cut in mid-answer'],
  ['down', 'Down'],
  ['gone', 'Gone'],
  ['error_inside', '200, error inside'],
  ['flood', '10 MB answer'],
]

/**
 * The texts for machine receivers. Any 2xx of a machine counts as delivered, so a delivery that it did not
 * keep shows as a gap afterwards.
 */
const MACHINE_TEXTS = [
  ['error_inside', '200, kept nothing'],
  ['flood', '10 MB, kept nothing'],
]

/** Makes a receiver's part of the page; `render` draws its state, `tick` counts down. */
export function createReceiverView(type, view) {
  const select = h(
    'select',
    {
      class: 'behaviour',
      'aria-label': `How ${view.name} behaves`,
      onchange: () => act('receiver', { receiver: type, behaviour: select.value }),
    },
    BEHAVIOURS.map(([value, text]) => h('option', { value }, text)),
  )
  const isMachine = view.describe !== undefined
  const order = isMachine ? h('p', { class: 'order' }) : null
  const list = createList(type, view)
  const dots = h('ol', { class: 'dots' })
  const element = h(
    'div',
    { class: 'receiver' },
    h(
      'div',
      { class: 'panel-head' },
      h('div', {}, h('h2', {}, view.title), h('p', { class: 'note' }, view.note)),
      select,
    ),
    order,
    list,
    h('div', { class: 'requests' }, h('span', { class: 'note' }, 'Answers'), dots),
  )
  const option = (value) => select.querySelector(`[value="${value}"]`)
  if (isMachine) {
    for (const [value, text] of MACHINE_TEXTS) setText(option(value), text)
  }

  return {
    element,
    /** Draws everything of a receiver that is in sight. */
    render(receiver) {
      select.value = receiver.behaviour.kind
      select.classList.toggle('warn', receiver.behaviour.kind !== 'normal')
      setText(option('gone'), receiver.gone)
      if (order !== null) {
        order.className = `order ${receiver.problems > 0 ? 'bad' : ''}`
        setText(order, view.describe(receiver))
      }
      fillList(list, view, receiver.messages)
      keepList(dots, receiver.requests.slice(-28), {
        key: ({ number }) => number,
        create: createDot,
        newestFirst: true,
      })
    },
    tick({ behaviour }, now) {
      const left = behaviour.until === null ? 0 : Math.ceil((behaviour.until - now) / 1000)
      setText(option('rate_limited'), left > 0 ? `429 for ${left} s` : '429 for 20 s')
    },
  }
}

function createList(type, { name, newestFirst = false }) {
  return newestFirst
    ? h('ol', { class: 'deliveries', 'aria-label': 'Deliveries, newest first' })
    : stayAtEnd(
        h('div', {
          class: `channel ${type}`,
          role: 'log',
          'aria-label': `Messages in ${name}`,
          tabindex: 0,
        }),
      )
}

/** Fills the list. While the reader is at the end of a channel, the end stays in sight. */
function fillList(list, { newestFirst = false, createMessage, fill = keepMessages }, messages) {
  const isAtEnd = isScrolledToEnd(list)
  const before = list.dataset.newest
  fill(list, messages, { createMessage, newestFirst })
  list.classList.toggle('empty', messages.length === 0)
  list.dataset.newest = String(messages.at(-1)?.number ?? 0)
  if (!newestFirst && isAtEnd && list.dataset.newest !== before) list.scrollTop = list.scrollHeight
}

function isScrolledToEnd(list) {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 40
}

/** Keeps the end of a list in sight when the window becomes narrower, which makes messages longer. */
function stayAtEnd(list) {
  let wasAtEnd = true
  list.addEventListener('scroll', () => (wasAtEnd = isScrolledToEnd(list)))
  new ResizeObserver(() => {
    if (wasAtEnd && list.clientHeight > 0) list.scrollTop = list.scrollHeight
  }).observe(list)
  return list
}

function keepMessages(list, messages, { createMessage, newestFirst }) {
  keepList(list, messages, { key: keyOf, create: createMessage, newestFirst })
}

/** The events of a batch came with one request, and have its number. */
function keyOf({ number, id = '' }) {
  return `${number} ${id}`
}

function createDot({ status, answer, at }) {
  const tone = status === null ? 'bad' : status < 300 ? 'good' : 'warn'
  const text = `${formatTime(at)}: ${status === null ? 'connection cut' : `${status} ${answer}`}`
  return h(
    'li',
    { class: `dot ${tone}`, title: text },
    h('span', { class: 'hidden' }, text),
    status === null ? '×' : String(status),
  )
}
