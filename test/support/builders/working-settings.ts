/** Settings with which each type of destination opens; the recorded messages are sent to these addresses. */
import type { Settings } from '../../../src/destinations/receiver.ts'

/** The settings by the word of their type. */
export const WORKING_SETTINGS = {
  slack: { url: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX' },
  webhook: {
    url: 'https://erp.example.com/hooks/bitrix24',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  },
  cloudevents: { url: 'https://events.example.com/bitrix24' },
  discord: {
    url: 'https://discord.com/api/webhooks/1290000000000000001/ABCDEFGHijklmnop-_0123456789',
  },
  teams: {
    url: 'https://prod-00.westeurope.logic.azure.com:443/workflows/0a1b2c/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=XXXXXXXXXXXXXXXXXXXX',
  },
  googlechat: {
    url: 'https://chat.googleapis.com/v1/spaces/AAAAAAAAAAA/messages?key=AIzaXXXXXXXXXXXXXXXX&token=XXXXXXXXXXXXXXXXXXXX',
  },
  telegram: { token: '123456789:AAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX', chat: '-1001234567890' },
  mattermost: { url: 'https://chat.example.com/hooks/xxxxxxxxxxxxxxxxxxxxxxxxxx' },
} as const satisfies Readonly<Record<string, Settings>>
