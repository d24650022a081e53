/** Parcels whose texts try everything that a receiver could read as more than text, for property tests. */
import * as fc from 'fast-check'
import type { FieldAction, FieldFamily, Json, ThinReason } from '../../src/core/log/event.ts'
import type { Delivery, Parcel } from '../../src/destinations/receiver.ts'
import { RECEIVED_AT, aDelivery, anEnrichment, anEvent } from './a-delivery.ts'

const TRAPS = [
  '<!channel>',
  '<!here|here>',
  '<@U123>',
  '<@&123>',
  '<#123>',
  '<:blob:123456789012345678>',
  '</command:123>',
  '<id:customize>',
  '<t:1:R>',
  '<https://evil.example|ok>',
  '<https://evil.example>',
  '<a@evil.example>',
  '<b>bold</b>',
  '<!-- x',
  '-->',
  'https://evil.example/x',
  'www.evil.example',
  'evil.example',
  'evil.example/path',
  'mailto:a@evil.example',
  'a@evil.example',
  'tel:+123',
  '@everyone',
  '@here',
  '@all',
  '@channel',
  '@anna',
  '~town-square',
  '#hashtag',
  ':tada:',
  ':)',
  ';-)',
  '<3',
  'x-d',
  '*bold*',
  '**bold**',
  '_it_',
  '__u__',
  '~~gone~~',
  '||spoiler||',
  '`code`',
  '``',
  '```\nblock',
  '[ok](https://evil.example)',
  '![ok](https://evil.example/x.png)',
  '[ref]: https://evil.example',
  '# heading',
  '-# small',
  '> quote',
  '>>> quote',
  '- item',
  '+ item',
  '1. item',
  '1) item',
  '---',
  '===',
  '| a | b |',
  '$x^2$',
  '$MM_EMAIL0$',
  '\\',
  '\\*',
  '&lt;',
  '&amp',
  '&#64;here',
  '{{DATE(2026-01-01T00:00:00Z)}}',
  '{{title}}',
  'UF_CRM_TAX',
  'snake_case_',
  '\u202E',
  '\u2068',
  '\u200B',
  '\uD800',
  'שלום',
  'z\u0351\u0352\u0353\u0354',
  '\u{1F469}\u200D\u{1F4BB}',
] as const

/** Text out of traps, plain letters, any code unit and any character, also very long. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({
        unit: fc.constantFrom(...Array.from('*_~`@#!|{}()[]<>&:;/\\.,+=-^$%"\' \t\n0aZж中')),
      }),
      fc.constantFrom(...TRAPS),
      fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.nat({ max: 300 }).map((count) => '*'.repeat(count)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

const json: fc.Arbitrary<Json> = fc.oneof(
  hostileText,
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
)

const change = fc.record({
  attribute: fc.oneof(
    hostileText,
    hostileText.map((tail) => `EDIT_FORM_LABEL.${tail}`),
    hostileText.map((tail) => `SETTINGS.${tail}`),
    hostileText.map((id) => `LIST.${id}.VALUE`),
    fc.constant('MANDATORY'),
  ),
  before: json,
  after: json,
})

const delivery: fc.Arbitrary<Delivery> = fc
  .record({
    texts: fc.tuple(hostileText, hostileText, hostileText, hostileText, hostileText),
    name: fc.oneof(fc.constant('ONCRMDEALUPDATE'), hostileText),
    ts: fc.option(fc.nat({ max: 4e9 })),
    action: fc.constantFrom<FieldAction>('added', 'updated', 'deleted', 'enum_values_set'),
    family: fc.constantFrom<FieldFamily>('requisite', 'type'),
    id: fc.nat({ max: 3 }),
    isField: fc.boolean(),
    isTest: fc.nat({ max: 9 }).map((value) => value === 0),
    data: json,
    changes: fc.option(fc.array(change, { maxLength: 14 })),
    userId: fc.option(fc.nat()),
    users: fc.array(fc.record({ id: fc.nat({ max: 9 }), name: fc.option(hostileText) }), {
      maxLength: 4,
    }),
    covers: fc.array(fc.nat(), { maxLength: 3 }),
    origin: fc.constantFrom<Delivery['origin']>('event', 'reconciled'),
    reason: fc.constantFrom<ThinReason>('timeout', 'not_found'),
    replayed: fc.boolean(),
    link: fc.option(
      fc.constantFrom(
        'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/',
        'https://acme.bitrix24.com/a(b)c/?x=[1]&y=<2>#`z`',
      ),
    ),
  })
  .map(({ texts: [domain, entityId, fieldName, label, userName], ...given }) =>
    aDelivery({
      domain,
      sequence: given.isTest ? null : 42,
      replayed: given.replayed,
      origin: given.origin,
      link: given.link,
      event: anEvent({
        name: given.name,
        ts: given.ts,
        userId: given.userId,
        data: given.data,
        field: given.isField
          ? { family: given.family, action: given.action, id: given.id, entityId, fieldName }
          : null,
      }),
      enrichment: anEnrichment({
        changes: given.changes,
        field: { label },
        userName,
        status: given.changes === null ? 'unavailable' : 'complete',
        reason: given.changes === null ? given.reason : null,
        users: given.users,
        covers: given.covers,
      }),
    }),
  )

/** One delivery, or a digest of a few, and the time of the attempt. */
export const hostileParcel: fc.Arbitrary<{ readonly parcel: Parcel; readonly now: number }> = fc
  .record({
    first: delivery,
    others: fc.oneof(fc.constant([]), fc.array(delivery, { maxLength: 4 })),
    dashboard: fc.option(fc.constant('https://relay.example.com/admin/portals/x')),
    delayMs: fc.integer({ min: -1e9, max: 1e10 }),
  })
  .map(({ first, others, dashboard, delayMs }) => ({
    parcel: { deliveries: [first, ...others], dashboard },
    now: RECEIVED_AT + delayMs,
  }))
