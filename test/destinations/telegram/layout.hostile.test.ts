/** Hostile texts of the CRM in Telegram, and a check that the readers of this test are not blind. */
import { expect, test } from 'vitest'
import { parseTelegramHtml } from '../../../playground/receivers/telegram-html.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { plainText } from '../../../src/destinations/message/text/line.ts'
import type { Message } from '../../../src/destinations/message/message.ts'
import { formatUtc } from '../../../src/destinations/message/wording.ts'
import type { Delivery, Parcel } from '../../../src/destinations/receiver.ts'
import { writeTimes } from '../../../src/destinations/message/text/joined-text.ts'
import { layOutTelegram } from '../../../src/destinations/telegram/layout.ts'
import { telegram } from '../../../src/destinations/telegram/receiver.ts'
import { describeChat } from '../../contract/chat-contract.ts'
import { SENT_AT, aDelivery, anEnrichment, someChanges } from '../../support/builders/a-delivery.ts'
import { aParcel, opened, requestOf } from '../../support/messages/opened-receiver.ts'
import { findTelegramLinks, readTelegramRuns } from '../../support/messages/telegram-grammar.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

const DASHBOARD = 'https://relay.example.com/p'

const SERVER = { hasLocalTime: true }

describeChat({
  type: telegram,
  settings: WORKING_SETTINGS.telegram,
  traps: [
    '</code>',
    '</b><a href="https://evil.example">x</a>',
    '<tg-spoiler>',
    '&#60;',
    'tg://user?id=1',
    'bob@evil.example',
    '@durov',
    '/start',
    '#tag',
    '$EUR',
    '+1-212-555-0123',
    '4111 1111 1111 1111',
    '\u3002',
    'e\u0301\u0302\u0303\u0304\u0305',
  ],
  readBack: (message) => findFaults(layOutTelegram(message, SERVER), message),
  meant: () => [],
  findRefusals(body) {
    const parsed = parseTelegramHtml(JSON.parse(body).text)
    if (!parsed.ok) return [parsed]
    return [
      ...(parsed.text.trim() === '' ? ['empty'] : []),
      ...(parsed.text.length > 4096 ? ['too long'] : []),
      ...(parsed.entities.length > 100 ? ['too many entities'] : []),
    ]
  },
  readText: (body) =>
    readTelegramRuns(JSON.parse(body).text)
      .map(({ text }) => text)
      .join(''),
})

test('a digest with more entities than Telegram keeps has fewer lines', async () => {
  const changes = someChanges(60, 'a', 'b')
  const parsed = parseTelegramHtml(await prepare(aDigest(changes)))
  expect(parsed.ok && parsed.entities).toHaveLength(99)
  expect(parsed.ok && parsed.text).toContain('and 15 more Show all')
  const other = parseTelegramHtml(await prepare({ ...aDigest(changes), dashboard: null }))
  expect(other.ok && other.entities).toHaveLength(100)
})

test('a digest of long values has as many lines as Telegram has room for', async () => {
  const value = `${'&"'.repeat(60)}x`
  const changes = someChanges(40, `a${value}`, `b${value}`)
  const parsed = parseTelegramHtml(await prepare(aDigest(changes)))
  const length = parsed.ok ? parsed.text.length : 0
  expect(length).toBeLessThanOrEqual(4096)
  expect(length).toBeGreaterThan(4096 - 300)
})

test('the readers of this test find the faults that they are meant to find', () => {
  const message = composeMessage(aDigest([]), { words: en, now: SENT_AT })
  const html = layOutTelegram(message, SERVER)
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

/** Lists what is wrong with a message; empty when Telegram shows just what it says and no more. */
function findFaults(html: string, message: Message): readonly string[] {
  const runs = readTelegramRuns(html)
  const links = [message.link, message.more?.link].flatMap((link) => (link ? [link.url] : []))
  const times = [message.firstAt, message.lastAt].map(
    (at) => `tg-time unix=${Math.floor(at / 1000)} format=Dt`,
  )
  const allowed = ['', 'b', 'i', 'code', ...times, ...links.map((url) => `a href=${url}`)]
  const tags = runs.map((run) => run.tags.join(','))
  const text = runs.map((run) => run.text).join('')
  // Our own times look like telephone numbers to a rule that is wider than Telegram's.
  const watched = runs.filter(({ tags: inside }) => !times.includes(inside.join()))
  return [
    ...tags.filter((list) => !allowed.includes(list)).map((list) => `tags ${list}`),
    ...(text === textOfMessage(message) ? [] : ['text differs']),
    ...findTelegramLinks(watched),
  ]
}

/** All texts of a message in the order in which they are read. */
function textOfMessage(message: Message): string {
  const { title, lead, alert, groups, more, notes, link, portal } = message
  const time = writeTimes(message, formatUtc)
  const paragraphs = [
    [plainText(title), plainText(lead), alert ?? ''],
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
  const { body } = await requestOf(opened(telegram, WORKING_SETTINGS.telegram), parcel)
  return String(JSON.parse(body).text)
}

function aDigest(changes: NonNullable<Delivery['enrichment']['changes']>): Parcel {
  const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
  return aParcel([delivery, delivery], DASHBOARD)
}
