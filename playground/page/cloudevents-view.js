/** The CloudEvents receiver: one row per event, with its attributes, its data and its place in the order. */
import { describeOrder, drawDelivery } from './delivery.js'

/** How the CloudEvents receiver is shown. */
export const cloudeventsView = {
  title: 'events',
  note: 'CloudEvents 1.0 over HTTP, with the handshake',
  newestFirst: true,
  describe: describeOrder,
  createMessage,
}

function createMessage(message) {
  // A golden file has the whole event as its body. A receiver has taken the event apart, in either mode.
  const event = message.payload ?? { ...message.attributes, data: message.data }
  const { type = 'unknown', id, source, data } = event
  return drawDelivery(
    { ...message, payload: event },
    {
      type: String(type).split('.').at(-1),
      field: data?.fields?.FIELD_NAME ?? '',
      check: { passed: true, text: 'A valid CloudEvent' },
      caption: `${id} from ${source}${message.mode === undefined ? '' : `, ${message.mode} mode`}`,
      shown: [
        'webhook-request-origin',
        'authorization',
        'content-type',
        'ce-id',
        'ce-type',
        'ce-source',
        'ce-sequence',
        'user-agent',
      ],
    },
  )
}
