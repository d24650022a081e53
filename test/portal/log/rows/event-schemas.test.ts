/** Events and enrichments as this version, an older one, a later one, or a damaged disk has written them. */
import { describe, expect, it } from 'vitest'
import { QUARANTINE_REASONS, THIN_REASONS } from '../../../../src/core/log/event.ts'
import { parseEnrichment, parseEvent } from '../../../../src/portal/log/rows/event-schemas.ts'
import { anEnrichment, anEvent } from '../../../support/builders/a-delivery.ts'

const { covers: _covers, users: _users, completes: _completes, ...OLDER } = anEnrichment()
const { data: _data, ...WITHOUT_DATA } = anEvent()
const { name: _name, ...NAMELESS } = anEvent()
const { field: _field, ...FIELDLESS } = anEvent()

describe('parseEvent()', () => {
  it.each<[string, object, object]>([
    ['everything that this version writes', anEvent(), anEvent()],
    ['an event of no field', anEvent({ field: null }), anEvent({ field: null })],
    ['data of any JSON', anEvent({ data: [1, { a: null }] }), anEvent({ data: [1, { a: null }] })],
    ['no data', WITHOUT_DATA, anEvent({ data: null })],
    ['members of a later version', { ...anEvent(), more: 1 }, { ...anEvent(), more: 1 }],
    ...QUARANTINE_REASONS.map((quarantined): [string, object, object] => [
      `the reason ${quarantined}`,
      anEvent({ quarantined }),
      anEvent({ quarantined }),
    ]),
    [
      'a reason of a later version',
      { ...anEvent(), quarantined: 'moon' },
      anEvent({ quarantined: 'unreadable_row' }),
    ],
  ])('reads %s', (_case, stored, event) => {
    expect(parseEvent(JSON.stringify(stored))).toEqual(event)
  })

  it.each(['ts', 'handlerId', 'userId'] as const)('takes a damaged %s for unknown', (member) => {
    const stored = { ...anEvent(), [member]: {} }
    expect(parseEvent(JSON.stringify(stored))).toEqual(anEvent({ [member]: null }))
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['an event without a name', NAMELESS],
    ['an event without its field member', FIELDLESS],
    ['a field without a name', { ...anEvent(), field: { ...anEvent().field, fieldName: null } }],
    [
      'a field of a family of a later version',
      { ...anEvent(), field: { ...anEvent().field, family: 'x' } },
    ],
    ['a quarantine that is no word', { ...anEvent(), quarantined: false }],
  ])('refuses %s', (_case, stored) => {
    expect(parseEvent(JSON.stringify(stored))).toBeNull()
  })

  it('refuses a text that is no JSON', () => {
    expect(parseEvent('{"name":')).toBeNull()
  })
})

describe('parseEnrichment()', () => {
  it.each<[string, object, object]>([
    ['everything that this version writes', anEnrichment(), anEnrichment()],
    ['what an older version wrote, which had fewer members', OLDER, anEnrichment()],
    [
      'people without a name, and changes from nothing',
      anEnrichment({
        users: [{ id: 7, name: null }],
        changes: [{ attribute: 'A', before: null, after: {} }],
      }),
      anEnrichment({
        users: [{ id: 7, name: null }],
        changes: [{ attribute: 'A', before: null, after: {} }],
      }),
    ],
    ...THIN_REASONS.map((reason): [string, object, object] => [
      `the reason ${reason}`,
      anEnrichment({ status: 'unavailable', reason }),
      anEnrichment({ status: 'unavailable', reason }),
    ]),
    [
      'a reason of a later version, for which messages have no words',
      { ...anEnrichment({ status: 'unavailable' }), reason: 'moon' },
      anEnrichment({ status: 'unavailable', reason: null }),
    ],
  ])('reads %s', (_case, stored, enrichment) => {
    expect(parseEnrichment(JSON.stringify(stored))).toEqual(enrichment)
  })

  it.each<[string, unknown]>([
    ['a list', []],
    ['a status of a later version', { ...anEnrichment(), status: 'half' }],
    ['changes that are no list', { ...anEnrichment(), changes: {} }],
    ['a change without an attribute', { ...anEnrichment(), changes: [{ before: 1, after: 2 }] }],
    ['a change without a value', { ...anEnrichment(), changes: [{ attribute: 'A', before: 1 }] }],
    ['a field that is a list', { ...anEnrichment(), field: [] }],
    ['a user without a number', { ...anEnrichment(), users: [{ name: 'Ann' }] }],
    ['sequences that are no numbers', { ...anEnrichment(), covers: ['41'] }],
  ])('refuses %s', (_case, stored) => {
    expect(parseEnrichment(JSON.stringify(stored))).toBeNull()
  })

  it('refuses a text that is no JSON, and the text of an event that still waits', () => {
    expect(parseEnrichment('{')).toBeNull()
    expect(parseEnrichment('')).toBeNull()
  })
})
