/** Parcels whose texts try everything that a receiver could read as more than text, for property tests. */
import * as fc from 'fast-check'
import type {
  Change,
  FieldAction,
  FieldFamily,
  Json,
  ThinReason,
} from '../../../src/core/log/event.ts'
import type { Delivery, Parcel } from '../../../src/destinations/receiver.ts'
import { RECEIVED_AT, aDelivery, anEnrichment, anEvent } from '../builders/a-delivery.ts'

/** A portal's host stays readable in a notification, and a client may make a link of it: it is the portal's own. */
const HOST = /^[a-z\d.:-]+$/i

/** Texts that some receiver reads as more than text. */
const TRAPS = [
  '<!channel>',
  '<!here|here>',
  '<!date^1^{date}|x>',
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
  '&lt;!here&gt;',
  '&amp',
  '&#64;here',
  '{{DATE(2026-01-01T00:00:00Z)}}',
  '{{title}}',
  'UF_CRM_TAX',
  'snake_case_',
  '\u202E',
  '\u2068',
  '\u2069',
  '\u200B',
  '\uFEFF',
  '\u{E0041}',
  '\uD800',
  'שלום',
  'مرحبا',
  'z\u0351\u0352\u0353\u0354',
  '\u{1F469}\u200D\u{1F4BB}',
] as const

/**
 * Text out of traps, plain letters, any code unit and any character, also very long. `traps` are those of one
 * receiver, which come more often than the others.
 */
export function hostileTexts(traps: readonly string[] = []): fc.Arbitrary<string> {
  const own = traps.length === 0 ? TRAPS : traps
  return fc
    .array(
      fc.oneof(
        fc.string({
          unit: fc.constantFrom(...Array.from('*_~`@#!|{}()[]<>&:;/\\.,+=-^$%"\' \t\n0aZж中')),
        }),
        fc.constantFrom(...TRAPS),
        fc.constantFrom(...own),
        fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc
          .tuple(fc.constantFrom('*', '&', '<at', '{{D', '"', '\u{1F4B6}'), fc.nat({ max: 300 }))
          .map(([text, count]) => text.repeat(count)),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''))
}

function someJson(text: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  return fc.oneof(
    text,
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.dictionary(text, text, { maxKeys: 2 }),
  )
}

function someChange(text: fc.Arbitrary<string>): fc.Arbitrary<Change> {
  return fc.record({
    attribute: fc.oneof(
      text,
      text.map((tail) => `EDIT_FORM_LABEL.${tail}`),
      text.map((tail) => `SETTINGS.${tail}`),
      text.map((id) => `LIST.${id}.VALUE`),
      text.map((id) => `LIST.${id}.DEF`),
      fc.constant('MANDATORY'),
    ),
    before: someJson(text),
    after: someJson(text),
  })
}

function someDelivery(hostileText: fc.Arbitrary<string>): fc.Arbitrary<Delivery> {
  return fc
    .record({
      texts: fc.tuple(hostileText, hostileText, hostileText, hostileText, hostileText),
      name: fc.oneof(fc.constant('ONCRMDEALUPDATE'), hostileText),
      ts: fc.option(fc.nat({ max: 4e9 })),
      action: fc.constantFrom<FieldAction>('added', 'updated', 'deleted', 'enum_values_set'),
      family: fc.constantFrom<FieldFamily>('requisite', 'type'),
      id: fc.nat({ max: 3 }),
      isField: fc.boolean(),
      isTest: fc.nat({ max: 9 }).map((value) => value === 0),
      data: someJson(hostileText),
      changes: fc.option(fc.array(someChange(hostileText), { maxLength: 14 })),
      userId: fc.option(fc.nat()),
      users: fc.array(fc.record({ id: fc.nat({ max: 9 }), name: fc.option(hostileText) }), {
        maxLength: 4,
      }),
      covers: fc.array(fc.nat(), { maxLength: 3 }),
      completes: fc.array(fc.nat(), { maxLength: 2 }),
      toldBy: fc.option(fc.nat()),
      origin: fc.constantFrom<Delivery['origin']>('event', 'reconciled'),
      reason: fc.constantFrom<ThinReason>('timeout', 'not_found', 'tokens_lost'),
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
        domain: HOST.test(domain) ? '' : domain,
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
          completes: given.completes,
          toldBy: given.toldBy,
        }),
      }),
    )
}

/** A parcel and the time of its attempt. */
export interface HostileParcel {
  readonly parcel: Parcel
  readonly now: number
}

/** One delivery, or a digest of a few; `traps` are those of one receiver. */
export function hostileParcels(traps: readonly string[] = []): fc.Arbitrary<HostileParcel> {
  const delivery = someDelivery(hostileTexts(traps))
  return aHostileParcel(delivery, fc.oneof(fc.constant([]), fc.array(delivery, { maxLength: 4 })))
}

/** Digests of as many deliveries as one can hold. */
export function hostileDigests(traps: readonly string[] = []): fc.Arbitrary<HostileParcel> {
  const delivery = someDelivery(hostileTexts(traps))
  return aHostileParcel(delivery, fc.array(delivery, { minLength: 49, maxLength: 49 }))
}

function aHostileParcel(
  first: fc.Arbitrary<Delivery>,
  others: fc.Arbitrary<readonly Delivery[]>,
): fc.Arbitrary<HostileParcel> {
  return fc
    .record({
      first,
      others,
      dashboard: fc.option(fc.constant('https://relay.example.com/admin/portals/x')),
      delayMs: fc.integer({ min: -1e9, max: 1e10 }),
    })
    .map((given) => ({
      parcel: { deliveries: [given.first, ...given.others], dashboard: given.dashboard },
      now: RECEIVED_AT + given.delayMs,
    }))
}
