/** What both receivers share: the switch for how they behave, and the row of their answers. */
import { act, byId, formatTime, h, keepList, setText } from './dom.js'

/** Connects the switch of one receiver; called once. */
export function connectReceiver(receiver) {
  for (const input of radios(receiver)) {
    input.addEventListener('change', () => act('receiver', { receiver, behaviour: input.value }))
  }
}

/** Draws the switch and the answers. */
export function renderReceiver(receiver, { behaviour, requests }) {
  for (const input of radios(receiver)) input.checked = input.value === behaviour.kind
  keepList(byId(`${receiver}-requests`), requests.slice(-28), {
    key: ({ number }) => number,
    create: createDot,
  })
}

/** Counts the time down for which the receiver still answers 429. */
export function tickReceiver(receiver, { behaviour }, now) {
  const left = behaviour.until === null ? 0 : Math.ceil((behaviour.until - now) / 1000)
  setText(byId(`${receiver}-429`), left > 0 ? `429 for ${left} s` : '429 for 20 s')
}

function radios(receiver) {
  return document.querySelectorAll(`[data-receiver="${receiver}"] input`)
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
