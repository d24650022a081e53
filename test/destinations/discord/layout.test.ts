/** Messages for Discord that have no golden file: a title that is too long, and templates. */
import { expect, test } from 'vitest'
import { findMessageErrors } from '../../../playground/receivers/discord-embeds.ts'
import { isObject } from '../../../playground/receivers/json.ts'
import { discord } from '../../../src/destinations/discord/receiver.ts'
import { aDelivery, anEnrichment } from '../../support/a-delivery.ts'
import { aParcel, bodyOf, opened } from '../../support/opened-receiver.ts'
import { WORKING_SETTINGS } from '../../support/working-settings.ts'

test('a title that is too long stands in the description instead', async () => {
  const label = '*'.repeat(140)
  const delivery = aDelivery({ enrichment: anEnrichment({ field: { label } }) })
  const payload = await bodyOf(opened(discord, WORKING_SETTINGS.discord), aParcel(delivery))
  expect(isObject(payload) ? findMessageErrors(payload) : payload).toEqual([])
  const title = `**${'\\*'.repeat(140)}** \`UF_CRM_TAX\``
  expect(payload).toMatchObject({
    embeds: [{ description: expect.stringContaining(`${title}\nRequisite field: `) }],
  })
  expect(payload).not.toMatchObject({ embeds: [{ title: expect.anything() }] })
})

test('a template is the description of an embed without anything else', async () => {
  const template = '**{{code}}** by {{user}}: {{#changes}}{{text}}{{/changes}}'
  const enrichment = anEnrichment({ userName: '@everyone' })
  const receiver = opened(discord, WORKING_SETTINGS.discord, { template })
  expect(await bodyOf(receiver, aParcel(aDelivery({ enrichment })))).toEqual({
    embeds: [
      { description: '**UF\\_CRM\\_TAX** by \\@everyone: Label (en): Tax no\\. → Tax number' },
    ],
    allowed_mentions: { parse: [] },
  })
})
