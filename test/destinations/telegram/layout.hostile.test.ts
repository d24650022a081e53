/** What no text of the CRM can do in Telegram, and that the readers which tell so are not blind. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import type { FieldAction } from '../../../src/core/log/event.ts'
import type { Delivery, Parcel } from '../../../src/destinations/receiver.ts'
import { catalogueOf, LANGUAGES } from '../../../src/destinations/language/languages.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { type Message } from '../../../src/destinations/message/message.ts'
import { formatSpanUtc } from '../../../src/destinations/message/wording.ts'
import { telegram } from '../../../src/destinations/telegram/receiver.ts'
import { layOutTelegram } from '../../../src/destinations/telegram/layout.ts'
import { parseTelegramHtml } from '../../../playground/receivers/telegram-html.ts'
import { SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'
import { findTelegramLinks, readTelegramRuns } from '../../support/telegram-grammar.ts'
import { plainText } from '../../../src/destinations/message/line.ts'
import { sampled } from '../../support/sampling.ts'

const LINK = `https://acme.bitrix24.com/crm/?a=1&b="2"`
const DASHBOARD = 'https://relay.example.com/p'

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Array.from(`<>&"'@#$/.:+-_*~\`{}()[]\\\n\t\0 09aZж中`)),
      fc.constantFrom(
        '</code>',
        '<b>',
        '</b><a href="https://evil.example">x</a>',
        '<!--',
        '<tg-spoiler>',
        '&lt;',
        '&amp',
        '&#60;',
        'https://evil.example/x',
        'evil.example',
        'tg://user?id=1',
        'bob@evil.example',
        '@durov',
        '/start',
        '#tag',
        '$EUR',
        '+1-212-555-0123',
        '4111 1111 1111 1111',
        '\u202E',
        '\u2069',
        '\u200B',
        '\u05D0\u05D1',
        'e\u0301\u0302\u0303\u0304\u0305',
        '\u{1F469}\u200D\u{1F4BB}',
        '\u3002',
      ),
      fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.nat({ max: 400 }).map((count) => '&'.repeat(count)),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

const attribute = fc.oneof(
  hostile,
  hostile.map((tail) => `EDIT_FORM_LABEL.${tail}`),
  hostile.map((id) => `LIST.${id}.VALUE`),
  hostile.map((id) => `LIST.${id}.DEF`),
  fc.constant('MANDATORY'),
)

const deliveries = fc
  .record({
    texts: fc.array(hostile, { minLength: 5, maxLength: 5 }),
    isField: fc.boolean(),
    id: fc.nat({ max: 3 }),
    action: fc.constantFrom<FieldAction>('added', 'updated', 'deleted', 'enum_values_set'),
    data: fc.dictionary(hostile, hostile, { maxKeys: 3 }),
    changes: fc.option(
      fc.array(fc.record({ attribute, before: fc.option(hostile), after: fc.option(hostile) }), {
        maxLength: 8,
      }),
    ),
    users: fc.array(fc.record({ id: fc.nat({ max: 9 }), name: fc.option(hostile) }), {
      maxLength: 3,
    }),
    covers: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
    link: fc.option(fc.constant(LINK)),
  })
  .map(({ texts: [domain, fieldName, label, userName, name], ...given }) =>
    aDelivery({
      domain: domain ?? '',
      link: given.link,
      event: anEvent({
        name: name ?? '',
        data: { ...given.data, OWNER_ID: fieldName ?? '' },
        field: given.isField
          ? {
              family: 'requisite',
              action: given.action,
              id: given.id,
              entityId: 'CRM_REQUISITE',
              fieldName: fieldName ?? '',
            }
          : null,
      }),
      enrichment: anEnrichment({
        changes: given.changes,
        status: given.changes === null ? 'unavailable' : 'complete',
        field: { label: label ?? '' },
        userName: userName ?? null,
        users: given.users,
        covers: given.covers,
      }),
    }),
  )

const parcels = fc
  .record({ first: deliveries, others: fc.array(deliveries, { maxLength: 4 }) })
  .map(({ first, others }): Parcel => ({ deliveries: [first, ...others], dashboard: DASHBOARD }))

describe('telegram with any text of the CRM', () => {
  test('has no tag, link or attribute but its own, and shows every text as it is', () => {
    fc.assert(
      fc.property(parcels, fc.constantFrom(...LANGUAGES), (parcel, language) => {
        const message = composeMessage(parcel, { words: catalogueOf(language), now: SENT_AT })
        const html = layOutTelegram(message)
        expect(findFaults(html, message)).toEqual([])
      }),
      { numRuns: sampled(200) },
    )
  }, 60_000)

  test('is accepted by the server: right markup, not empty, not too long, not too many entities', async () => {
    await fc.assert(
      fc.asyncProperty(parcels, async (parcel) => {
        const parsed = parseTelegramHtml(await prepare(parcel))
        expect(parsed).toMatchObject({ ok: true })
        if (!parsed.ok) return
        expect(parsed.text.trim()).not.toBe('')
        expect(parsed.text.length).toBeLessThanOrEqual(4096)
        expect(parsed.entities.length).toBeLessThanOrEqual(100)
      }),
      { numRuns: sampled(60) },
    )
  }, 60_000)

  test('a digest with more entities than Telegram keeps has fewer lines', async () => {
    const changes = Array.from({ length: 60 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: 'a',
      after: 'b',
    }))
    const parsed = parseTelegramHtml(await prepare(aDigest(changes)))
    expect(parsed.ok && parsed.entities).toHaveLength(100)
    expect(parsed.ok && parsed.text).toContain('and 13 more Show all')
    const other = parseTelegramHtml(await prepare({ ...aDigest(changes), dashboard: null }))
    expect(other.ok && other.entities).toHaveLength(99)
  })

  test('a digest of long values has as many lines as Telegram has room for', async () => {
    const value = `${'&"'.repeat(60)}x`
    const changes = Array.from({ length: 40 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: `a${value}`,
      after: `b${value}`,
    }))
    const parsed = parseTelegramHtml(await prepare(aDigest(changes)))
    const length = parsed.ok ? parsed.text.length : 0
    expect(length).toBeLessThanOrEqual(4096)
    expect(length).toBeGreaterThan(4096 - 300)
  })

  test('the readers of this test find the faults that they are meant to find', () => {
    const message = composeMessage(aDigest([]), { words: catalogueOf('en'), now: SENT_AT })
    const html = layOutTelegram(message)
    expect(findFaults(html, message)).toEqual([])
    const broken: readonly [fault: string, change: string][] = [
      ['tags u', html.replace('<b>', '<u>').replace('</b>', '</u>')],
      ['tags b,i', html.replace('<b>', '<b><i>').replace('</b>', '</i></b>')],
      ['tags b class=x', html.replace('<b>', '<b class="x">')],
      ['tags a href=https://evil.example', `${html}<a href="https://evil.example"></a>`],
      ['tags #comment', `${html}<!-- -->`],
      ['text differs', html.replace('Anna', 'Annas')],
      ['text differs', html.replace('Anna', '&amp;amp;')],
      ['host l.e', `evil.example ${html}`],
      ['mention @durov', `@durov ${html}`],
      ['command /start', `/start ${html}`],
      ['hashtag #t', `#tag ${html}`],
      ['cashtag $EUR', `$EUR ${html}`],
      ['address tg://r', `tg://resolve ${html}`],
      ['telephone +1', `+1 ${html}`],
      ['telephone 8 (999) 123', `8 (999) 123-4 ${html}`],
    ]
    for (const [fault, change] of broken) {
      expect(findFaults(change, message)).toContain(fault)
    }
  })
})

/** Lists what is wrong with a message; empty when Telegram shows just what it says and no more. */
function findFaults(html: string, message: Message): readonly string[] {
  const runs = readTelegramRuns(html)
  const links = [message.link, message.more?.link].flatMap((link) => (link ? [link.url] : []))
  const allowed = ['', 'b', 'i', 'code', ...links.map((url) => `a href=${url}`)]
  const tags = runs.map((run) => run.tags.join(','))
  const time = formatSpanUtc(message.firstAt, message.lastAt)
  const text = runs.map((run) => run.text).join('')
  // Our own times look like telephone numbers to a rule that is wider than Telegram's.
  const watched = runs.map((run) => ({ ...run, text: run.text.replace(time, '') }))
  return [
    ...tags.filter((list) => !allowed.includes(list)).map((list) => `tags ${list}`),
    ...(text === textOfMessage(message) ? [] : ['text differs']),
    ...findTelegramLinks(watched),
  ]
}

/** All texts of a message in the order in which they are read. */
function textOfMessage(message: Message): string {
  const { title, lead, groups, more, notes, link, portal } = message
  const time = formatSpanUtc(message.firstAt, message.lastAt)
  const paragraphs = [
    [plainText(title), plainText(lead)],
    ...groups.map(({ heading, lines }) => [
      plainText(heading),
      ...lines.map((line) => `• ${plainText(line.text)}`),
    ]),
    [more === null ? '' : `${more.text} ${more.link?.text ?? ''}`.trimEnd()],
    notes,
    [link?.text ?? '', portal === '' ? time : `${portal} · ${time}`],
  ]
  return paragraphs
    .map((lines) => lines.filter((line) => line !== '').join('\n'))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}

async function prepare(parcel: Parcel): Promise<string> {
  const settings = { token: `1:${'A'.repeat(35)}`, chat: '-1001' }
  const terms = { policy: { allowLocal: false }, language: 'en', template: null } as const
  const created = telegram.create(settings, terms)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  const { body } = await created.value.prepare(parcel, { now: SENT_AT, memory: NO_MEMORY })
  return String(JSON.parse(body).text)
}

function aDigest(changes: NonNullable<Delivery['enrichment']['changes']>): Parcel {
  const enrichment = anEnrichment({ changes })
  return {
    deliveries: [aDelivery({ enrichment }), aDelivery({ enrichment })],
    dashboard: DASHBOARD,
  }
}
