/** The settings of the Worker in the runtime tests. The tokens are the fixtures' own, invented ones. */

/** The portal of the recorded bodies. */
export const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'

/** The application token of the recorded bodies. */
export const APPLICATION_TOKEN = '51856fefc120afa4b628cc82d3935cce'

/** The application token that a recorded ONAPPUPDATE brings in place of it. */
export const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'

/** The parameter that brings or presents it. */
export const WITH_NEW_TOKEN = { 'auth[application_token]': NEW_TOKEN }

/** The outgoing webhook's token of the recorded bodies. */
export const WEBHOOK_TOKEN = 'jvh9y1ulvt2m6k5or90v9mg8nn32ozas'

/** The admin token of the tests. */
export const ADMIN_TOKEN = 'test-admin-token-0123456789'

/** The signing secret of the destination `erp`. */
export const SIGNING_SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

/** Vars and secrets. */
export const RUNTIME_BINDINGS = {
  BITRIX24_CLIENT_ID: 'local.573ad8a0346747.09223434',
  BITRIX24_CLIENT_SECRET: 'client-secret-canary-4711',
  TOKEN_KEYS: JSON.stringify({ k1: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' }),
  OUTGOING_WEBHOOK_TOKENS: JSON.stringify({ [WEBHOOK_TOKEN]: 'acme.bitrix24.com' }),
  ADMIN_TOKEN,
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T000/B000/slackcanary000000',
  ERP_SIGNING_SECRET: SIGNING_SECRET,
  DESTINATIONS: [
    { name: 'crm-alerts', type: 'slack', url: '$SLACK_WEBHOOK_URL' },
    {
      name: 'erp',
      type: 'webhook',
      url: 'https://erp.example.com/hooks/bitrix24',
      secret: '$ERP_SIGNING_SECRET',
    },
  ],
}
