/** The receiver `slack`: contract suite and error words. */
import { describe, expect, test } from 'vitest'
import type { AnswerVerdict } from '../../../src/destinations/receiver.ts'
import { slack } from '../../../src/destinations/slack/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/builders/an-answer.ts'
import { RECEIVED_AT, aDelivery, anEnrichment } from '../../support/builders/a-delivery.ts'
import { aParcel, opened, requestOf } from '../../support/messages/opened-receiver.ts'

const TOKEN = 'XXXXXXXXyyyyyyyyZZZZZZZZ'
const URL_TEXT = `https://hooks.slack.com/services/T00000000/B00000000/${TOKEN}`
const FOREIGN_HOST = 'Must be a URL of hooks.slack.com or hooks.slack-gov.com'
const NO_WEBHOOK =
  'Must be an incoming webhook whose path begins with /services/, not a workflow trigger'

describeDestination({
  type: slack,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `/services/T00000000/B00000000/${TOKEN}`, TOKEN],
  delivered: { status: 200, body: 'ok' },
  transient: [
    [{ status: 500, body: 'rollup_error' }, 'rollup_error'],
    [{ status: 401 }, 'http_401'],
    [{ status: 200, body: 'okay' }, 'unexpected_body'],
    [{ status: 200 }, 'unexpected_body'],
    [{ status: 200, body: '{"ok":true}' }, 'unexpected_body'],
    [{ status: 201, body: 'ok' }, 'http_201'],
  ],
  messageRejected: [
    [{ status: 400, body: 'invalid_payload' }, 'invalid_payload'],
    [{ status: 400, body: 'no_text' }, 'no_text'],
    [
      { status: 400, body: 'missing_text_or_fallback_or_attachments' },
      'missing_text_or_fallback_or_attachments',
    ],
    [{ status: 400, body: 'user_not_found' }, 'user_not_found'],
    [{ status: 400, body: 'invalid_blocks' }, 'invalid_blocks'],
    [{ status: 400, body: 'invalid_blocks_format' }, 'invalid_blocks_format'],
    [{ status: 400, body: 'too_many_attachments' }, 'too_many_attachments'],
    [{ status: 400, body: 'msg_blocks_too_long' }, 'msg_blocks_too_long'],
    [{ status: 400, body: 'something new' }, 'http_400'],
    [{ status: 500, body: 'no_text' }, 'no_text'],
    [{ status: 200, body: 'invalid_blocks' }, 'invalid_blocks'],
  ],
  endpointRejected: [
    [
      { status: 410, body: 'channel_is_archived' },
      { reason: 'channel_is_archived', probe: true },
    ],
    [
      { status: 403, body: 'channel_is_archived' },
      { reason: 'channel_is_archived', probe: true },
    ],
    [
      { status: 403, body: 'action_prohibited' },
      { reason: 'action_prohibited', probe: true },
    ],
    [
      { status: 403, body: 'posting_to_general_channel_denied' },
      { reason: 'posting_to_general_channel_denied', probe: true },
    ],
    [
      { status: 403, body: 'team_disabled' },
      { reason: 'team_disabled', probe: true },
    ],
    [
      { status: 404, body: 'channel_not_found' },
      { reason: 'channel_not_found', probe: true },
    ],
    [
      { status: 403, body: 'invalid_token' },
      { reason: 'invalid_token', probe: false },
    ],
    [
      { status: 404, body: 'no_service' },
      { reason: 'no_service', probe: false },
    ],
    [
      { status: 404, body: 'no_service_id' },
      { reason: 'no_service_id', probe: false },
    ],
    [
      { status: 404, body: 'no_active_hooks' },
      { reason: 'no_active_hooks', probe: false },
    ],
    [
      { status: 404, body: 'no_team' },
      { reason: 'no_team', probe: false },
    ],
    [
      { status: 400, body: 'no_service' },
      { reason: 'no_service', probe: false },
    ],
    [
      { status: 200, body: 'no_service' },
      { reason: 'no_service', probe: false },
    ],
    [
      { status: 403, body: 'Forbidden' },
      { reason: 'http_403', probe: true },
    ],
    [{ status: 404 }, { reason: 'http_404', probe: true }],
    [{ status: 410 }, { reason: 'http_410', probe: true }],
  ],
  rateLimited: { status: 429, body: 'rate_limited' },
  accepted: [
    'https://hooks.slack-gov.com/services/T0/B0/XX',
    'https://hooks.slack.com:443/services/T0/B0/XX',
  ],
  foreignHost: FOREIGN_HOST,
  refused: [
    ['https://slack.com/api/chat.postMessage', FOREIGN_HOST],
    ...[
      'https://hooks.slack.com/workflows/T0/A0/1/XX',
      'https://hooks.slack.com/triggers/T0/1/XX',
      'https://hooks.slack.com/',
      'https://hooks.slack.com/services',
      'https://hooks.slack.com/services/../workflows/T0',
    ].map((url) => [url, NO_WEBHOOK] as const),
  ],
})

describe('slack answers', () => {
  test('a rate limit in JSON counts with any status', () => {
    const body = '{"ok":false,"error":"rate_limited","retry_after":2}'
    expect(judge(200, body)).toMatchObject({ reason: 'rate_limited', retryAfterMs: 2000 })
  })

  test.each(['ok\n', 'ok\r\n', ' ok'])('a 200 with %j is a success', (body) => {
    expect(judge(200, body)).toEqual({ kind: 'delivered', status: 200 })
  })

  test.each(['OK', 'o k', 'ok, but', 'ok\nno_text'])('a 200 with %j is not a success', (body) => {
    expect(judge(200, body)).toMatchObject({ kind: 'unreachable', reason: 'unexpected_body' })
  })

  test('a word that objects inherit is no error word', () => {
    expect(judge(500, 'constructor')).toMatchObject({ reason: 'http_500' })
  })
})

function judge(status: number, body: string): AnswerVerdict {
  return opened(slack, { url: URL_TEXT }).judge(anAnswer({ status, body }), RECEIVED_AT)
}

test('a template cannot be made a quotation by a label', async () => {
  const receiver = opened(slack, { url: URL_TEXT }, { template: 'Field:\n{{label}}' })
  const delivery = aDelivery({ enrichment: anEnrichment({ field: { label: '> pay' } }) })
  const { body } = await requestOf(receiver, aParcel(delivery))
  expect(body).toContain('Field:\\n\uFF1E pay')
})
