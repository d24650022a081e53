/**
 * The request for each kind of message, in each language, to each receiver. The files can be looked at as pictures
 * with `node playground/gallery.ts test/fixtures/receivers`; `UPDATE_GOLDEN=1` writes them anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { NO_MEMORY } from '../../src/core/lanes/state/receiver-memory.ts'
import type { DestinationType } from '../../src/destinations/receiver.ts'
import { LANGUAGES, type Language } from '../../src/destinations/language/languages.ts'
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts'
import { SENT_AT } from '../support/a-delivery.ts'
import { GOLDEN_PARCELS } from '../support/golden-deliveries.ts'

const SETTINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
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
}

const isUpdating = process.env['UPDATE_GOLDEN'] === '1'

async function render(type: DestinationType, language: Language, kind: string): Promise<string> {
  const opened = type.create(SETTINGS[type.type] ?? {}, {
    policy: { allowLocal: false },
    language,
    template: null,
  })
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  const parcel = GOLDEN_PARCELS[kind]
  if (parcel === undefined) throw new Error(`Cannot render ${kind}`)
  const terms = { now: SENT_AT, memory: NO_MEMORY }
  const { url, headers, body } = await opened.value.prepare(parcel, terms)
  return `${JSON.stringify({ url, headers, body: JSON.parse(body) as unknown }, null, 2)}\n`
}

describe.each(DESTINATION_TYPES.map((type) => [type.type, type] as const))('%s', (word, type) => {
  const languages = type.reader === 'person' ? LANGUAGES : (['en'] as const)
  const kinds = Object.keys(GOLDEN_PARCELS).filter(
    (kind) => type.reader === 'person' || kind !== 'digest',
  )
  const cases = languages.flatMap((language) => kinds.map((kind) => [language, kind] as const))

  test.each(cases)('%s/%s is what it was', async (language, kind) => {
    const file = fileURLToPath(
      new URL(`../fixtures/receivers/${word}/${language}/${kind}.json`, import.meta.url),
    )
    const rendered = await render(type, language, kind)
    if (isUpdating) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, rendered)
    }
    expect(existsSync(file)).toBe(true)
    expect(rendered).toBe(readFileSync(file, 'utf8'))
  })
})
