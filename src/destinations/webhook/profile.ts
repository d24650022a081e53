/** The facts about the receiver "Signed webhook (Standard Webhooks 1.0.0)", as data. */
import { MACHINE_STATUSES, NO_PACE, type Profile } from '../profile.ts'

/** Standard Webhooks 1.0.0. */
export const WEBHOOK = {
  title: 'Signed webhook (Standard Webhooks 1.0.0)',
  sources: [
    'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
  ],
  settings: [
    { name: 'url', meaning: 'the address to post to; https' },
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
  statuses: MACHINE_STATUSES,
  secretParts: 'the path, the query, the signing secrets and the extra headers',
} as const satisfies Profile
