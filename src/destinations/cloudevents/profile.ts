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
  // The specification names 200, 201, 202 and 204. A proxy may make a 203 of any of them (RFC 9110, section
  // 15.3.4), and every other 2xx says as well that the request was taken.
  success: { statuses: [], body: 'any' },
  limits: [],
  ...NO_PACE,
  errors: [],
  statuses: MACHINE_STATUSES,
  secretParts: 'the path, the query and the bearer token',
} as const satisfies Profile
