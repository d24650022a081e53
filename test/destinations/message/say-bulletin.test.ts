/**
 * What people read about the relay itself, in all languages. The files can be read as they are; `UPDATE_GOLDEN=1` writes them
 * anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { BULLETIN_TYPES, type BulletinType } from '../../../src/core/bulletins/bulletin.ts'
import {
  catalogueOf,
  LANGUAGES,
  type Language,
} from '../../../src/destinations/language/languages.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { sayBulletin } from '../../../src/destinations/message/say-bulletin.ts'
import { plainText } from '../../../src/destinations/message/text/line.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { aBulletinDelivery, SENT_AT } from '../../support/builders/a-delivery.ts'

const isUpdating = process.env['UPDATE_GOLDEN'] === '1'
const COUNTED: readonly string[] = [
  'relay.event.parked',
  'relay.callers.refused',
  'relay.changes.found',
]

function say(language: Language, name: string, data: { readonly [key: string]: Json }): string {
  const { title, remedy, facts } = sayBulletin({ name, data }, catalogueOf(language))
  return [title, ...(remedy === null ? [] : [remedy]), ...facts].map(plainText).join('\n  ')
}

/** Every sentence of a language, the counted ones for some numbers. */
function sayAll(language: Language): string {
  const data = { destination: 'erp', method: 'user.get', reason: 'http_503' }
  const told = BULLETIN_TYPES.filter((type) => type !== 'relay.recovered').flatMap((type) => {
    const counts = COUNTED.includes(type) ? [1, 3, 5, 21] : [1]
    return counts.map((count) => say(language, type, { ...data, count }))
  })
  const recovered = Object.keys(catalogueOf(language).bulletins.recovered).map((from) =>
    say(language, 'relay.recovered', { destination: 'erp', from }),
  )
  return `${[...told, ...recovered].join('\n')}\n`
}

describe('sayBulletin()', () => {
  test.each(LANGUAGES)('says in %s what it said', (language) => {
    const url = new URL(`../../fixtures/bulletins/${language}.txt`, import.meta.url)
    const file = fileURLToPath(url)
    if (isUpdating) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, sayAll(language))
    }
    expect(existsSync(file)).toBe(true)
    expect(sayAll(language)).toBe(readFileSync(file, 'utf8'))
  })

  test('says a type that only another version knows by its name', () => {
    expect(say('en', 'relay.moon.full', {})).toBe('relay.moon.full')
    expect(say('en', 'relay.recovered', { from: 'relay.moon.full' })).toBe('relay.recovered')
  })

  test.each([['relay.lane.disabled'], null, 7, 'constructor'].map((from) => ({ from })))(
    'finds no title of what has recovered by $from',
    (data) => {
      expect(say('en', 'relay.recovered', data)).toBe('relay.recovered')
    },
  )

  test('says a type that has the name of a member of every object by its name', () => {
    expect(say('en', 'constructor', {})).toBe('constructor')
  })

  test('takes the text of a portal for text of a portal', () => {
    const data = { method: 'user.get\u202E\n*bold*' }
    const { title } = sayBulletin({ name: 'relay.portal.method_confirm', data }, catalogueOf('en'))
    expect(title.find(({ isForeign }) => isForeign)?.text).toBe('user.get *bold*')
  })
})

describe('the message of a bulletin', () => {
  const compose = (type: BulletinType, data: { readonly [key: string]: Json }) =>
    composeMessage(
      { deliveries: [aBulletinDelivery(type, data)], dashboard: 'https://relay.example.com/admin' },
      { words: catalogueOf('en'), now: SENT_AT },
    )

  test('has the headline, the remedy, the reason, and the page of the portal', () => {
    const message = compose('relay.lane.disabled', { destination: 'erp', reason: 'gone' })
    expect(plainText(message.title)).toBe('erp: delivery has stopped')
    expect(plainText(message.lead)).toContain('resume the lane')
    expect(message.groups[0]?.lines.map(({ text }) => plainText(text))).toEqual(['Reason: gone'])
    expect(message.link).toMatchObject({ url: 'https://relay.example.com/admin' })
    expect(message.kind).toBe('event')
  })

  test('has no lines and no remedy where there is nothing more to say', () => {
    const message = compose('relay.recovered', { destination: 'erp', from: 'relay.lane.behind' })
    expect({ lead: message.lead, groups: message.groups }).toEqual({ lead: [], groups: [] })
  })
})
