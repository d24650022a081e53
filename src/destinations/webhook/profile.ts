/** The profile of the receiver "Signed webhook (Standard Webhooks 1.0.0)". Statements that no source proves are on the safe side. */
import type { Profile } from '../profile.ts'
import { NO_PACE } from '../answers/rules.ts'

/** Standard Webhooks 1.0.0. */
export const WEBHOOK: Profile = {
  title: 'Signed webhook (Standard Webhooks 1.0.0)',
  sources: [
    'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
  ],
  settings: [
    { name: 'url', meaning: 'where to post; https' },
    {
      name: 'secret',
      meaning:
        '`whsec_…` (base64 of 24 to 64 random bytes), `whsk_…` (base64 of an Ed25519 seed of 32 bytes, or of seed and public key), or a list of them while rotating',
    },
    { name: 'signature', meaning: '`"v1"` (HMAC, the default), `"v1a"` (Ed25519) or `"both"`' },
    { name: 'headers', meaning: 'a table of further headers; values may be `$NAME`' },
  ],
  success: { statuses: [], body: 'any' },
  limits: [],
  ...NO_PACE,
  errors: [],
  statuses: [
    { statuses: [400, 413, 415, 422], class: 'message' },
    // The receiver asks for no more messages, so no daily try either.
    { statuses: [410], class: 'endpoint_gone', reason: 'gone' },
  ],
  secretParts: 'the path, the query, the signing secrets and the extra headers',
}
