/** Messages for Teams that have no golden file: templates. */
import { expect, test } from 'vitest'
import { teams } from '../../../src/destinations/teams/receiver.ts'
import { aDelivery } from '../../support/builders/a-delivery.ts'
import { aParcel, bodyOf, opened } from '../../support/messages/opened-receiver.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'

test('each line of a template is a block of its own, and an empty one makes room', async () => {
  const template = '**{{label}}** ({{code}})\n{{lead}}\n\n[Open]({{link}})\n{{time}}'
  const receiver = opened(teams, WORKING_SETTINGS.teams, { template })
  const near = { wrap: true, spacing: 'None' } as const
  expect(await bodyOf(receiver, aParcel(aDelivery({ link: LINK })))).toEqual({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [
            { type: 'TextBlock', text: '**** (UF_CRM_TAX)', wrap: true },
            {
              type: 'TextBlock',
              text: 'Company details field',
              ...near,
            },
            { type: 'TextBlock', text: `[Open](${LINK})`, wrap: true },
            { type: 'TextBlock', text: '2026-09-21 14:13 UTC', ...near },
          ],
          msteams: { width: 'full' },
        },
      },
    ],
  })
})
