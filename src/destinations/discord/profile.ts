/** The facts about the receiver "Discord webhook", as data. */
import { exact, ONE_A_SECOND, part, type Profile } from '../profile.ts'

/**
 * Discord webhooks. The URL always says `wait=true`, as the 204 without it does not prove that a message was
 * saved.
 */
export const DISCORD = {
  title: 'Discord webhook',
  sources: [
    'https://docs.discord.com/developers/resources/webhook#execute-webhook',
    'https://docs.discord.com/developers/topics/rate-limits',
  ],
  settings: [
    {
      name: 'url',
      meaning:
        'the address of the webhook: `https://discord.com/api/webhooks/…`; `?thread_id=` may follow',
    },
  ],
  success: { statuses: [200], body: 'json_id' },
  limits: [
    { what: 'embed description', max: 4096, unit: 'characters' },
    { what: 'embed title', max: 256, unit: 'characters' },
    { what: 'text of all embeds', max: 6000, unit: 'characters' },
    // Discord documents no size in bytes. So much holds 6,000 Cyrillic letters; a digest of letters of three
    // and four bytes is kept near the size of others.
    { what: 'message', max: 14_000, unit: 'bytes' },
    { what: 'template', max: 2000, unit: 'characters' },
  ],
  // Discord asks programs to obey the headers of its answers and to build no limits in. This pace only holds
  // until the next answer brings its headers.
  ...ONE_A_SECOND,
  paceHeaders: true,
  errors: [
    exact('10015', 'unknown_webhook', 'endpoint_gone'),
    exact('50027', 'invalid_webhook_token', 'endpoint_gone'),
    exact('220001', 'thread_needed', 'endpoint'),
    exact('220003', 'thread_needed', 'endpoint'),
    exact('160005', 'thread_locked', 'endpoint'),
    exact('50006', 'empty_message', 'message'),
    exact('50035', 'invalid_form_body', 'message'),
    exact('40005', 'request_entity_too_large', 'message'),
    // Cloudflare, which stands before Discord, bars a whole address, and a Worker shares its address with
    // strangers. The answer is HTML and names no wait (github.com/discord/discord-api-docs/issues/7146, 5810).
    part('error code: 1015', 'rate_limited', 'wait'),
    part('rate limited', 'rate_limited', 'wait'),
  ],
  statuses: [
    // Discord says of a webhook that answers 404 "You should not attempt to use it again", and restricts
    // addresses that do (https://docs.discord.com/developers/topics/rate-limits).
    { statuses: [404], class: 'endpoint_gone' },
    { statuses: [401, 403], class: 'endpoint' },
    { statuses: [400, 413], class: 'message' },
  ],
  splitsDigests: true,
  secretParts: 'the path',
} as const satisfies Profile
