/** The webhook receiver: one card per delivery, with headers, body and the result of its own check. */
import { byId, formatTime, h, keepList, setText } from './dom.js'

const ORDER_NOTES = {
  restart: 'a new beginning',
  repeat: 'the same id again',
  out_of_order: 'out of order',
  gap: 'a gap before it',
  replay: 'replayed',
}

/** Draws the deliveries, newest first. */
export function renderWebhook({ messages, repeats, problems }) {
  const order = byId('webhook-order')
  order.className = `order ${problems > 0 ? 'bad' : ''}`
  setText(order, describeOrder(messages.at(-1)?.sequence ?? 0, { repeats, problems }))
  keepList(byId('webhook-messages'), messages, {
    key: ({ number }) => number,
    create: createDelivery,
    newestFirst: true,
  })
}

function describeOrder(last, { repeats, problems }) {
  if (last === 0) return 'Nothing received yet'
  const kept =
    problems === 0 ? 'in order, without a gap' : `${problems} out of order or after a gap`
  const repeated = repeats === 0 ? '' : `, ${repeats} repeated with the same id`
  return `Up to sequence ${last}: ${kept}${repeated}`
}

function createDelivery(message) {
  const { verified } = message.verification
  const { payload } = message
  const note = ORDER_NOTES[message.order]
  return h(
    'li',
    { class: 'delivery' },
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h(
          'span',
          {
            class: `verified ${verified ? 'good' : 'bad'}`,
            title: verified ? 'Signature verifies' : message.verification.reason,
          },
          h('span', { 'aria-hidden': 'true' }, verified ? '✓' : '✕'),
          h(
            'span',
            { class: 'hidden' },
            verified ? 'Signature verifies' : 'Signature does not verify',
          ),
        ),
        h('span', { class: 'sequence' }, `#${message.sequence ?? '?'}`),
        h(
          'span',
          {},
          String(payload?.type ?? 'unknown')
            .split('.')
            .at(-1),
        ),
        h('span', { class: 'code' }, payload?.data?.fields?.FIELD_NAME ?? ''),
        note === undefined ? null : h('span', { class: 'pill warn' }, note),
        h('span', { class: 'note' }, formatTime(message.at)),
      ),
      h(
        'p',
        { class: 'caption' },
        verified
          ? 'Signature, time and id verified'
          : `Not verified: ${message.verification.reason}`,
      ),
      h('dl', { class: 'headers' }, describeHeaders(message.headers)),
      h('pre', { class: 'raw json' }, payload === null ? message.body : colourJson(payload)),
    ),
  )
}

function describeHeaders(headers) {
  const shown = [
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'content-type',
    'user-agent',
  ]
  return shown
    .filter((name) => headers[name] !== undefined)
    .map((name) => [h('dt', {}, name), h('dd', {}, headers[name])])
}

/** Pretty-prints a value as coloured text nodes. */
function colourJson(value, indent = '') {
  if (Array.isArray(value) || (typeof value === 'object' && value !== null)) {
    const isList = Array.isArray(value)
    const entries = Object.entries(value)
    if (entries.length === 0) return [isList ? '[]' : '{}']
    const inner = `${indent}  `
    const lines = entries.map(([key, item], index) => [
      inner,
      isList ? null : [h('span', { class: 'key' }, JSON.stringify(key)), ': '],
      colourJson(item, inner),
      index < entries.length - 1 ? ',\n' : '\n',
    ])
    return [isList ? '[\n' : '{\n', lines, indent, isList ? ']' : '}']
  }
  const kind = value === null ? 'null' : typeof value
  return [h('span', { class: kind }, JSON.stringify(value))]
}
