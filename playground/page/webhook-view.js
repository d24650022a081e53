/** The webhook receiver: one row per delivery, with headers, body and the result of its own check. */
import { describeOrder, drawDelivery } from './delivery.js'

/** How the webhook receiver is shown. */
export const webhookView = {
  title: 'erp',
  note: 'Standard Webhooks, signed',
  newestFirst: true,
  describe: describeOrder,
  createMessage,
}

function createMessage(message) {
  const { verification, payload, batch = null } = message
  const check = verification === null ? null : describeCheck(verification)
  return drawDelivery(message, {
    type: String(payload?.type ?? 'unknown')
      .split('.')
      .at(-1),
    field: payload?.data?.fields?.FIELD_NAME ?? '',
    check,
    caption: describeBatch(batch, check?.text ?? 'Not checked by a receiver'),
    shown: ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type', 'user-agent'],
  })
}

function describeBatch(batch, text) {
  return batch === null ? text : `${text}; came in the batch ${batch}`
}

function describeCheck({ verified, reason }) {
  return {
    passed: verified,
    text: verified ? 'Signature, time and id verified' : `Not verified: ${reason}`,
  }
}
