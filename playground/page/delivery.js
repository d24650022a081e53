/**
 * The common part of both machine receivers: a row that opens to headers and body, and a line on the order.
 */
import { formatTime, h } from './dom.js'
import { drawJson } from './json-view.js'

const ORDER_NOTES = {
  restart: 'a new beginning',
  repeat: 'the same id again',
  out_of_order: 'out of order',
  gap: 'a gap before it',
  replay: 'replayed',
}

/** A sentence on the order in which the deliveries came. */
export function describeOrder({ messages, repeats, problems }) {
  const last = messages.findLast(({ sequence }) => sequence !== null)?.sequence ?? 0
  if (last === 0) return 'Nothing received yet'
  const kept =
    problems === 0 ? 'in order, without a gap' : `${problems} out of order or after a gap`
  const repeated = repeats === 0 ? '' : `, ${repeats} repeated with the same id`
  return `Up to sequence ${last}: ${kept}${repeated}`
}

/**
 * Draws one delivery. `check` is the verdict of the receiver itself, and `shown` names the headers that are
 * drawn.
 */
export function drawDelivery(message, { type, field, check, caption, shown }) {
  const { headers, payload, body, sequence, order, at } = message
  const note = ORDER_NOTES[order]
  return h(
    'li',
    { class: 'delivery' },
    h(
      'details',
      {},
      h(
        'summary',
        {},
        check === null ? null : drawCheck(check),
        h('span', { class: 'sequence' }, `#${sequence ?? '?'}`),
        h('span', { class: 'event' }, type),
        h('span', { class: 'code' }, field),
        note === undefined ? null : h('span', { class: 'pill warn' }, note),
        h('span', { class: 'note' }, formatTime(at)),
      ),
      h('p', { class: 'caption' }, caption),
      h('dl', { class: 'headers' }, describeHeaders(headers, shown)),
      h('pre', { class: 'raw json' }, payload === null ? String(body) : drawJson(payload)),
    ),
  )
}

function drawCheck({ passed, text }) {
  return h(
    'span',
    { class: `verified ${passed ? 'good' : 'bad'}`, title: text },
    h('span', { 'aria-hidden': 'true' }, passed ? '✓' : '✕'),
    h('span', { class: 'hidden' }, text),
  )
}

function describeHeaders(headers = {}, shown) {
  return shown
    .filter((name) => headers[name] !== undefined)
    .map((name) => [h('dt', {}, name), h('dd', {}, headers[name])])
}
