/** The profile of the receiver "Google Chat webhook". Statements that no source proves are on the safe side. */
import type { Profile } from '../profile.ts'
import { exact, part } from '../answers/rules.ts'

const SECOND_MS = 1000

/** Google Chat by an incoming webhook. */
export const GOOGLE_CHAT: Profile = {
  title: 'Google Chat webhook',
  sources: [
    'https://developers.google.com/workspace/chat/quickstart/webhooks',
    'https://developers.google.com/workspace/chat/limits',
  ],
  settings: [
    {
      name: 'url',
      meaning:
        'of the webhook: `https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…`. Messages about one field are one thread',
    },
  ],
  success: { statuses: [200], body: 'json_id' },
  limits: [
    { what: 'text', max: 4000, unit: 'characters' },
    { what: 'message', max: 30_000, unit: 'bytes' },
    { what: 'template', max: 4000, unit: 'characters' },
  ],
  pace: [{ count: 1, ms: SECOND_MS }],
  paceScope: 'space',
  paceHeaders: false,
  carefulMs: 5 * SECOND_MS,
  errors: [
    // Google tells a wrong key as an invalid argument.
    part('api key not valid', 'wrong_key', 'endpoint'),
    exact('RESOURCE_EXHAUSTED', 'rate_limited', 'wait'),
    exact('INVALID_ARGUMENT', 'invalid_argument', 'message'),
    exact('PERMISSION_DENIED', 'permission_denied', 'endpoint'),
    exact('UNAUTHENTICATED', 'unauthenticated', 'endpoint'),
    exact('NOT_FOUND', 'space_not_found', 'endpoint'),
  ],
  statuses: [
    { statuses: [400, 413], class: 'message' },
    { statuses: [401, 403, 404], class: 'endpoint' },
  ],
  secretParts: 'the query (key and token) and the path',
}
