/** The profile of the receiver "Discord webhook". Statements that no source proves are on the safe side. */
import type { Profile } from '../profile.ts'
import { exact, part } from '../answers/rules.ts'

const SECOND_MS = 1000

/** Discord webhooks. A 204 proves nothing, so `wait=true` is always sent. */
export const DISCORD: Profile = {
  title: 'Discord webhook',
  sources: [
    'https://docs.discord.com/developers/resources/webhook#execute-webhook',
    'https://docs.discord.com/developers/topics/rate-limits',
  ],
  settings: [
    {
      name: 'url',
      meaning: 'of the webhook: `https://discord.com/api/webhooks/…`; `?thread_id=` may follow',
    },
  ],
  success: { statuses: [200], body: 'json_id' },
  limits: [
    { what: 'embed description', max: 4096, unit: 'characters' },
    { what: 'embed title', max: 256, unit: 'characters' },
    { what: 'text of all embeds', max: 6000, unit: 'characters' },
    { what: 'template', max: 2000, unit: 'characters' },
  ],
  // Discord says not to build limits in: this is only what is never exceeded between two of its headers.
  pace: [{ count: 1, ms: SECOND_MS }],
  paceScope: 'url',
  paceHeaders: true,
  carefulMs: 5 * SECOND_MS,
  errors: [
    exact('10015', 'unknown_webhook', 'endpoint_gone'),
    exact('50027', 'invalid_webhook_token', 'endpoint_gone'),
    exact('220001', 'thread_needed', 'endpoint'),
    exact('220003', 'thread_needed', 'endpoint'),
    exact('160005', 'thread_locked', 'endpoint'),
    exact('50006', 'empty_message', 'message'),
    exact('50035', 'invalid_form_body', 'message'),
    exact('40005', 'request_entity_too_large', 'message'),
    // Cloudflare's answer to a whole address, which a Worker shares with strangers: HTML, no wait named.
    part('error code: 1015', 'rate_limited', 'wait'),
    part('rate limited', 'rate_limited', 'wait'),
  ],
  statuses: [
    // "You should not attempt to use it again": repeated attempts restrict the whole address.
    { statuses: [404], class: 'endpoint_gone' },
    { statuses: [401, 403], class: 'endpoint' },
    { statuses: [400, 413], class: 'message' },
  ],
  secretParts: 'the path',
}
