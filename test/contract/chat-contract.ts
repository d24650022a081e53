/**
 * The suite that every chat must pass beside that of all destinations: people read any text of a CRM as it is, and
 * nothing else happens; a message that is too long is told as far as it fits. A new chat calls `describeChat` from
 * its `layout.hostile.test.ts`.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../src/core/durations.ts'
import type { Catalogue } from '../../src/destinations/language/catalogue.ts'
import { catalogueOf, LANGUAGES } from '../../src/destinations/language/languages.ts'
import { composeMessage } from '../../src/destinations/message/compose.ts'
import type { Message } from '../../src/destinations/message/message.ts'
import type { Delivery, DestinationType, Settings } from '../../src/destinations/receiver.ts'
import { aDelivery, anEnrichment, anEvent, aUserField } from '../support/builders/a-delivery.ts'
import {
  hostileDigests,
  hostileParcels,
  type HostileParcel,
} from '../support/messages/hostile-parcels.ts'
import { aParcel, opened, requestOf } from '../support/messages/opened-receiver.ts'
import { sampled } from '../support/sampling.ts'

const TIMEOUT_MS = MINUTE_MS
const DASHBOARD = 'https://relay.example.com/admin/portals/x'

/** One chat, and the ways in which a test reads its messages. */
export interface ChatCases {
  readonly type: DestinationType
  readonly settings: Settings
  /** Texts that this chat in particular, or one of its clients, reads as more than text. */
  readonly traps?: readonly string[]
  /** Lays a message out with all of its lines and reads it back: texts, styles, links, and everything wrong. */
  readonly readBack: (message: Message, words: Catalogue) => unknown
  /** The result of `readBack` as it should be: the message's texts on their lines, our own links, nothing wrong. */
  readonly meant: (message: Message) => unknown
  /** The parts of a request that the chat refuses, or does not show; empty when it takes all of it. */
  readonly findRefusals: (body: string) => readonly unknown[]
  /** Everything that people read in a request. */
  readonly readText: (body: string) => string
}

/** Runs the suite for one chat. */
export function describeChat(cases: ChatCases): void {
  describe(`chat "${cases.type.type}"`, { timeout: TIMEOUT_MS }, () => {
    describeHostileTexts(cases)
    describeLongDigests(cases)
    describePlainMessages(cases)
  })
}

function describeHostileTexts({ traps, ...cases }: ChatCases): void {
  test('shows any text as it is, on its own line, in its own style, without any link but our own', () => {
    fc.assert(
      fc.property(
        hostileParcels(traps),
        fc.constantFrom(...LANGUAGES),
        ({ parcel, now }, language) => {
          const words = catalogueOf(language)
          const message = composeMessage(parcel, { words, now })
          expect(cases.readBack(message, words)).toEqual(cases.meant(message))
        },
      ),
      { numRuns: sampled(250) },
    )
  })

  async function expectTaken({ parcel, now }: HostileParcel): Promise<void> {
    const { body } = await requestOf(opened(cases.type, cases.settings), parcel, now)
    expect(cases.findRefusals(body)).toEqual([])
    expect(body.isWellFormed()).toBe(true)
  }

  test('is taken whole by the chat, whatever its texts are', async () => {
    await fc.assert(fc.asyncProperty(hostileParcels(traps), expectTaken), {
      numRuns: sampled(200),
    })
  })

  test('is taken whole by the chat as a digest of fifty events, whatever its texts are', async () => {
    await fc.assert(fc.asyncProperty(hostileDigests(traps), expectTaken), { numRuns: sampled(24) })
  })
}

function describeLongDigests(cases: ChatCases): void {
  test('tells of a digest as much as fits, how much is missing, and where it is', async () => {
    const { shown, text, body } = await sendDigest(cases, 50, DASHBOARD)
    expect(shown).toBeGreaterThan(0)
    expect(shown).toBeLessThan(50)
    expect(text).toContain(`and ${50 - shown} more`)
    expect(body).toContain(DASHBOARD)
    // The rest and its link take less room than a line, so one line more fits at most.
    expect((await sendDigest(cases, shown, DASHBOARD)).text).not.toContain(' more')
    expect((await sendDigest(cases, shown + 2, DASHBOARD)).text).toContain(' more')
  })

  test('has no link in a digest where nothing is missing, or no address of the relay is known', async () => {
    expect((await sendDigest(cases, 2, DASHBOARD)).body).not.toContain(DASHBOARD)
    const { text, body } = await sendDigest(cases, 50, null)
    expect(text).toMatch(/and \d+ more/)
    expect(body).not.toContain('https://')
  })
}

function describePlainMessages(cases: ChatCases): void {
  test('says in a test that it is one, also where no portal is known', async () => {
    const delivery = aDelivery({ id: 'test-1', sequence: null, domain: null, memberId: '' })
    const { body } = await requestOf(opened(cases.type, cases.settings), aParcel(delivery))
    expect(cases.findRefusals(body)).toEqual([])
    expect(cases.readText(body)).toContain('Test message from bitrix24-event-relay')
    expect(cases.readText(body)).toContain('Nothing changed in Bitrix24')
  })

  test('shows the values of a template as they are', async () => {
    const enrichment = anEnrichment({ userName: 'Anna (Sales), 5', changes: [] })
    const receiver = opened(cases.type, cases.settings, { template: '{{code}}: {{user}}' })
    const { body } = await requestOf(receiver, aParcel(aDelivery({ enrichment })))
    expect(cases.findRefusals(body)).toEqual([])
    expect(cases.readText(body)).toContain('UF_CRM_TAX: Anna (Sales), 5')
  })
}

/** A digest of `count` fields with one line of more than 300 characters each. */
async function sendDigest(
  { type, settings, findRefusals, readText }: ChatCases,
  count: number,
  dashboard: string | null,
): Promise<{ shown: number; text: string; body: string }> {
  const [first = aDelivery(), ...others] = Array.from({ length: count }, (_, id) => anEdit(id))
  const receiver = opened(type, settings)
  const { body } = await requestOf(receiver, aParcel([first, ...others], dashboard))
  expect(findRefusals(body)).toEqual([])
  const text = readText(body)
  return { shown: text.match(/Setting X: /g)?.length ?? 0, text, body }
}

function anEdit(id: number): Delivery {
  return aDelivery({
    event: anEvent({ field: aUserField({ id }) }),
    enrichment: anEnrichment({
      changes: [{ attribute: 'SETTINGS.X', before: '€'.repeat(150), after: '¥'.repeat(150) }],
    }),
  })
}
