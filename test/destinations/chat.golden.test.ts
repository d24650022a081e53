/**
 * The request for each kind of message, in each language, to each receiver. The files can be looked at as pictures
 * with `node playground/gallery.ts test/fixtures/receivers`; `UPDATE_GOLDEN=1` writes them anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { DestinationType, Settings } from '../../src/destinations/receiver.ts'
import { LANGUAGES, type Language } from '../../src/destinations/language/languages.ts'
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts'
import { GOLDEN_PARCELS } from '../support/messages/golden-deliveries.ts'
import { opened, requestOf } from '../support/messages/opened-receiver.ts'
import { WORKING_SETTINGS } from '../support/builders/working-settings.ts'

const SETTINGS: Readonly<Record<string, Settings>> = WORKING_SETTINGS
const isUpdating = process.env['UPDATE_GOLDEN'] === '1'

async function render(type: DestinationType, language: Language, kind: string): Promise<string> {
  const parcel = GOLDEN_PARCELS[kind]
  if (parcel === undefined) throw new Error(`Cannot render ${kind}`)
  const receiver = opened(type, SETTINGS[type.type] ?? {}, { language })
  const { url, headers, body } = await requestOf(receiver, parcel)
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
