/** The profile of the receiver "Slack incoming webhook". Statements that no source proves are on the safe side. */
import type { Profile } from '../profile.ts'
import { words } from '../answers/rules.ts'

const SECOND_MS = 1000

/** Slack incoming webhooks. Words first: statuses differ between Slack's own sources. */
export const SLACK: Profile = {
  title: 'Slack incoming webhook',
  sources: [
    'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
    'https://docs.slack.dev/apis/web-api/rate-limits',
    'https://docs.slack.dev/reference/block-kit/blocks',
  ],
  settings: [
    {
      name: 'url',
      meaning: 'of the incoming webhook: `https://hooks.slack.com/services/…`, or GovSlack’s host',
    },
  ],
  success: { statuses: [200], body: 'ok' },
  limits: [
    // About 13,200 over all blocks are refused (slackapi/bolt-js#2509); whether JSON counts is not known.
    { what: 'message, escaped', max: 12_000, unit: 'characters' },
    { what: 'template', max: 3000, unit: 'characters' },
    { what: 'blocks', max: 50, unit: 'items' },
  ],
  pace: [{ count: 1, ms: SECOND_MS }],
  paceScope: 'url',
  paceHeaders: false,
  carefulMs: 5 * SECOND_MS,
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
    // Somebody can set these right: bring a channel back, lift a restriction.
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
  // Without a word of Slack the answer may come from something between, so an endpoint is tried again.
  statuses: [
    { statuses: [400], class: 'message' },
    { statuses: [403, 404, 410], class: 'endpoint' },
  ],
  secretParts: 'the path',
}
