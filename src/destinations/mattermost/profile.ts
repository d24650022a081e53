/** The facts about the receiver "Mattermost incoming webhook", as data. */
import { exact, ONE_A_SECOND, part, type Profile } from '../profile.ts'

/** Mattermost incoming webhooks. */
export const MATTERMOST = {
  title: 'Mattermost incoming webhook',
  sources: ['https://developers.mattermost.com/integrate/webhooks/incoming/'],
  settings: [
    { name: 'url', meaning: 'the address of the incoming webhook: `https://<server>/hooks/…`' },
    {
      name: 'allowPrivate',
      meaning:
        '`true` allows a server on a private address, for this destination only; default `false`',
    },
  ],
  success: { statuses: [200], body: 'ok' },
  limits: [
    { what: 'message', max: 14_000, unit: 'characters' },
    { what: 'template', max: 8000, unit: 'characters' },
  ],
  ...ONE_A_SECOND,
  errors: [
    exact('web.incoming_webhook.channel.app_error', 'channel_not_found', 'endpoint'),
    exact('web.incoming_webhook.channel_locked.app_error', 'channel_locked', 'endpoint'),
    exact('web.incoming_webhook.permissions.app_error', 'no_permission', 'endpoint'),
    exact('web.incoming_webhook.user.app_error', 'user_not_found', 'endpoint'),
    exact('web.incoming_webhook.disabled.app_error', 'webhooks_disabled', 'endpoint'),
    exact('web.incoming_webhook.invalid.app_error', 'webhook_not_found', 'endpoint'),
    exact('web.incoming_webhook.parse.app_error', 'invalid_payload', 'message'),
    exact('web.incoming_webhook.text.app_error', 'no_text', 'message'),
    exact('web.incoming_webhook.text.length.app_error', 'too_long', 'message'),
    part("couldn't find the channel", 'channel_not_found', 'endpoint'),
  ],
  statuses: [
    { statuses: [400, 413], class: 'message' },
    { statuses: [401, 403, 404, 410, 501], class: 'endpoint' },
  ],
  secretParts: 'the path',
} as const satisfies Profile
