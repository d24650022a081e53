/**
 * Every event of Bitrix24's documentation as a person reads it, in each language. The files are written for reading:
 * `UPDATE_GOLDEN=1` writes them anew. A line is: number | title | lead | facts | words of the link.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { decodeRequest } from '../../../src/bitrix24/wire/decode-request.ts'
import { parseForm } from '../../../src/bitrix24/wire/form.ts'
import { canonicalName } from '../../../src/core/events/event-names.ts'
import { subjectOf } from '../../../src/core/events/subject-of.ts'
import type { Json, RelayEvent } from '../../../src/core/log/event.ts'
import {
  catalogueOf,
  LANGUAGES,
  type Language,
} from '../../../src/destinations/language/languages.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import type { Message } from '../../../src/destinations/message/message.ts'
import { plainText } from '../../../src/destinations/message/text/line.ts'
import { aDelivery, anEnrichment, anEvent, RECEIVED_AT } from '../../support/builders/a-delivery.ts'
import {
  DOCUMENTED_EVENTS,
  type DocumentedEvent,
} from '../../support/builders/documented-events.ts'
import { APPLICATION_TOKEN, DOMAIN, MEMBER_ID } from '../../support/identity.ts'

const AUTH = `ts=1790000000&auth[member_id]=${MEMBER_ID}&auth[user_id]=1&auth[application_token]=${APPLICATION_TOKEN}`
const isUpdating = process.env['UPDATE_GOLDEN'] === '1'

/** The event of a body. Its data keep the tokens that the decoder takes off, so that a message can betray them. */
function eventOf({ event, query, data }: DocumentedEvent): RelayEvent {
  const form = parseForm(`${query}&${AUTH}`)
  const decoded = form.ok ? decodeRequest(form.value) : form
  const field = decoded.ok && decoded.value.kind === 'event' ? decoded.value.decode().field : null
  return anEvent({ name: canonicalName(event) ?? '', data, userId: 1, field })
}

function messageOf(line: DocumentedEvent, language: Language): Message {
  const event = eventOf(line)
  const link = event.field === null ? (subjectOf(event, DOMAIN)?.link ?? null) : null
  const delivery = aDelivery({
    event,
    link,
    enrichment: anEnrichment({ status: 'not_applicable', changes: null, field: null }),
  })
  return composeMessage(
    { deliveries: [delivery], dashboard: null },
    { words: catalogueOf(language), now: RECEIVED_AT },
  )
}

function textsOf({ title, lead, groups, link }: Message): readonly string[] {
  const facts = groups.flatMap(({ lines }) => lines.map(({ text }) => plainText(text)))
  return [plainText(title), plainText(lead), facts.join('; '), link?.text ?? '']
}

/** Every value below a key that names a token or an authorization. */
function secretsOf(data: Json, isSecret = false): readonly string[] {
  if (data === null || typeof data !== 'object') {
    return isSecret && String(data).length > 6 ? [String(data)] : []
  }
  return Object.entries(data).flatMap(([key, value]: [string, Json]) =>
    secretsOf(value, isSecret || /token|^auth$|member_id|client_id|api-key/i.test(key)),
  )
}

describe.each(LANGUAGES)('the documented events in %s', (language) => {
  const told = DOCUMENTED_EVENTS.map((line) => ({
    line,
    texts: textsOf(messageOf(line, language)),
  }))

  test('read as the file says', () => {
    const file = fileURLToPath(
      new URL(`../../fixtures/bitrix24-events/told/${language}.txt`, import.meta.url),
    )
    const rendered = told.map(({ line, texts }) => `${line.line} | ${texts.join(' | ')}\n`).join('')
    if (isUpdating) {
      mkdirSync(new URL('../../fixtures/bitrix24-events/told/', import.meta.url), {
        recursive: true,
      })
      writeFileSync(file, rendered)
    }
    expect(rendered).toBe(readFileSync(file, 'utf8'))
  })

  test('begin with words and not with a code', () => {
    const { events } = catalogueOf(language)
    const unknown = events.unknown.replace('{words}', '')
    const bare = told.filter(({ line, texts: [title = ''] }) => {
      const isField = / (?:UF_|UFCRM)/.test(` ${title}`)
      return !isField && (title.includes(line.spelling) || title.includes(unknown))
    })
    expect(bare.map(({ texts }) => texts[0])).toEqual([])
  })

  test('miss none of the ids by which a person finds the thing', () => {
    const missing = told.flatMap(({ line, texts }) => {
      const ids = [line.subject, ...line.related.split(', ')].map(
        (text) => text.split(' ')[1] ?? '',
      )
      const isField = / \w+_user_field/.test(` ${line.subject}`)
      return isField ? [] : ids.filter((id) => !hasWord(texts.slice(0, 2).join(' '), id))
    })
    expect(missing).toEqual([])
  })

  test('tell no token and no authorization', () => {
    const betrayed = told.filter(({ line, texts }) =>
      secretsOf(line.data).some((secret) => texts.join(' ').includes(secret)),
    )
    expect(betrayed.map(({ texts }) => texts)).toEqual([])
  })

  test('name the page that their link opens', () => {
    const { openInBitrix24 } = catalogueOf(language)
    const links = told.flatMap(({ line, texts }) => (line.path === '-' ? [] : [texts[3]]))
    expect(links.length).toBeGreaterThan(30)
    expect(links).not.toContain(openInBitrix24)
    expect(links).not.toContain('')
  })
})

test('the fixtures hold tokens that a message could betray', () => {
  expect(DOCUMENTED_EVENTS.flatMap(({ data }) => secretsOf(data)).length).toBeGreaterThan(100)
})

/** Whether an id stands in a text and is no part of a longer one. */
function hasWord(text: string, id: string): boolean {
  const words = text.split(/[\s()]+|:(?=\s)/)
  return id === '' || words.includes(id)
}
