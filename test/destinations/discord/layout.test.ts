/** Messages for Discord that have no golden file: a title that is too long, and templates. */
import { expect, test } from 'vitest'
import { findMessageErrors } from '../../../playground/receivers/discord-embeds.ts'
import { isObject } from '../../../playground/receivers/json.ts'
import { discord } from '../../../src/destinations/discord/receiver.ts'
import {
  EVENT_TS,
  aDelivery,
  aUserField,
  anEnrichment,
  anEvent,
} from '../../support/builders/a-delivery.ts'
import { aParcel, bodyOf, opened } from '../../support/messages/opened-receiver.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

test('a title that is too long stands in the description instead', async () => {
  const label = '*'.repeat(140)
  const delivery = aDelivery({ enrichment: anEnrichment({ field: { label } }) })
  const payload = await bodyOf(opened(discord, WORKING_SETTINGS.discord), aParcel(delivery))
  expect(isObject(payload) ? findMessageErrors(payload) : payload).toEqual([])
  const title = `**${'\\*'.repeat(140)}**: label (en) \`Tax no.\` → \`Tax number\` — **Anna Petrova**`
  expect(payload).toMatchObject({
    embeds: [{ description: expect.stringContaining(`${title}\nCompany details field `) }],
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

test('a digest tells a minute once, and two minutes as a span', async () => {
  // EVENT_TS is 20 s behind its minute.
  const at = (seconds: number) => aDelivery({ event: anEvent({ ts: EVENT_TS + seconds }) })
  const described = async (seconds: number): Promise<string> => {
    const parcel = { deliveries: [at(0), at(seconds)], dashboard: null } as const
    return JSON.stringify(await bodyOf(opened(discord, WORKING_SETTINGS.discord), parcel))
  }
  expect(await described(39)).not.toContain('<t:')
  expect(await described(40)).toContain(`<t:${EVENT_TS}:f> – <t:${EVENT_TS + 40}:f>`)
})

test('a digest of letters of many bytes is bounded in bytes, and says how much is missing', async () => {
  const edits = Array.from({ length: 50 }, (_edit, index) =>
    aDelivery({
      event: anEvent({ field: aUserField({ id: index }) }),
      enrichment: anEnrichment({ field: { label: '税'.repeat(100) } }),
    }),
  )
  const parcel = { deliveries: [aDelivery(), ...edits] as const, dashboard: null }
  const body = JSON.stringify(await bodyOf(opened(discord, WORKING_SETTINGS.discord), parcel))
  expect(new TextEncoder().encode(body).length).toBeLessThanOrEqual(14_000)
  expect(body.length).toBeGreaterThan(4000)
  expect(body).toMatch(/and \d+ more/)
})
