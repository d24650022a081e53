/** The facts about the receiver "Slack incoming webhook", as data. */
import { ONE_A_SECOND, words, type Profile } from '../profile.ts'

/** Slack incoming webhooks. One error comes with different statuses, so Slack's words decide. */
export const SLACK = {
  title: 'Slack incoming webhook',
  sources: [
    'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
    'https://docs.slack.dev/apis/web-api/rate-limits',
    'https://docs.slack.dev/reference/block-kit/blocks',
  ],
  settings: [
    {
      name: 'url',
      meaning:
        'the address of the incoming webhook: `https://hooks.slack.com/services/…`, or the same on GovSlack’s host',
    },
  ],
  success: { statuses: [200], body: 'ok' },
  limits: [
    // About 13,200 characters over all blocks are refused (github.com/slackapi/bolt-js/issues/2509). Whether
    // the JSON around them counts is not known, so it does here.
    { what: 'message, escaped', max: 12_000, unit: 'characters' },
    { what: 'template', max: 3000, unit: 'characters' },
    { what: 'blocks', max: 50, unit: 'items' },
  ],
  ...ONE_A_SECOND,
  errors: [
    ...words('message', [
      'invalid_payload',
      'no_text',
      'missing_text_or_fallback_or_attachments',
      'user_not_found',
      'invalid_blocks',
      'invalid_blocks_format',
      'too_many_attachments',
      'msg_blocks_too_long',
    ]),
    // The errors that somebody can set right, for example by bringing the channel back.
    ...words('endpoint', [
      'channel_is_archived',
      'action_prohibited',
      'posting_to_general_channel_denied',
      'team_disabled',
      'channel_not_found',
    ]),
    ...words('endpoint_gone', [
      'invalid_token',
      'no_service',
      'no_service_id',
      'no_active_hooks',
      'no_team',
    ]),
    ...words('wait', ['rate_limited']),
    ...words('transient', ['rollup_error']),
  ],
  // An answer without a word of Slack may come from a proxy between, so the endpoint is tried once a day.
  statuses: [
    { statuses: [400, 413], class: 'message' },
    { statuses: [403, 404, 410], class: 'endpoint' },
  ],
  secretParts: 'the path',
} as const satisfies Profile
