/** The settings of the Worker in the runtime tests. The tokens are the fixtures' own, invented ones. */
import { CLIENT_ID, DOMAIN, NEW_TOKEN, WEBHOOK_TOKEN } from '../identity.ts'

/** The parameter that brings or presents the new application token. */
export const WITH_NEW_TOKEN = { 'auth[application_token]': NEW_TOKEN }

/** The admin token of the tests. */
export const ADMIN_TOKEN = 'test-admin-token-0123456789'

/** The signing secret of the destination `erp`. */
export const SIGNING_SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

/** Vars and secrets. */
export const RUNTIME_BINDINGS = {
  BITRIX24_CLIENT_ID: CLIENT_ID,
  BITRIX24_CLIENT_SECRET: 'client-secret-canary-4711',
  TOKEN_KEYS: JSON.stringify({ k1: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' }),
  OUTGOING_WEBHOOK_TOKENS: JSON.stringify({ [WEBHOOK_TOKEN]: DOMAIN }),
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
