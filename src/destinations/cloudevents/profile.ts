/** The facts about the receiver "CloudEvents 1.0 over HTTP", as data. */
import { MACHINE_STATUSES, NO_PACE, type Profile } from '../profile.ts'

/** CloudEvents 1.0.2 with the HTTP 1.1 webhook specification. */
export const CLOUDEVENTS = {
  title: 'CloudEvents 1.0 over HTTP',
  sources: [
    'https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md',
    'https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md',
  ],
  settings: [
    { name: 'url', meaning: 'the address to post to; https' },
    { name: 'mode', meaning: '`"structured"` (the default) or `"binary"`' },
    { name: 'bearer', meaning: 'a token for `Authorization: Bearer …`' },
    {
      name: 'handshake',
      meaning:
        'with `true` the relay asks the receiver for permission (OPTIONS, `WebHook-Request-Origin`) before the first delivery and daily, and keeps to the rate that the receiver allows; default `false`',
    },
  ],
  success: { statuses: [200, 201, 202, 204], body: 'any' },
  limits: [],
  ...NO_PACE,
  errors: [],
  statuses: MACHINE_STATUSES,
  secretParts: 'the path, the query and the bearer token',
} as const satisfies Profile
