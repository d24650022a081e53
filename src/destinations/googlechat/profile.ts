/** The facts about the receiver "Google Chat webhook", as data. */
import { exact, ONE_A_SECOND, part, type Profile } from '../profile.ts'

/** Google Chat by an incoming webhook. */
export const GOOGLE_CHAT = {
  title: 'Google Chat webhook',
  sources: [
    'https://developers.google.com/workspace/chat/quickstart/webhooks',
    'https://developers.google.com/workspace/chat/limits',
  ],
  settings: [
    {
      name: 'url',
      meaning:
        'the address of the webhook: `https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…`. All messages about one field stand in one thread',
    },
  ],
  success: { statuses: [200], body: 'json_id' },
  limits: [
    { what: 'text', max: 4000, unit: 'characters' },
    { what: 'message', max: 30_000, unit: 'bytes' },
    { what: 'template', max: 4000, unit: 'characters' },
  ],
  ...ONE_A_SECOND,
  paceScope: 'space',
  errors: [
    // Google answers a wrong key with INVALID_ARGUMENT, so this rule stands before that one.
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
} as const satisfies Profile
