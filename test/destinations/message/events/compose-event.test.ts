import { describe, expect, test } from 'vitest'
import type { Json } from '../../../../src/core/log/event.ts'
import { catalogueOf } from '../../../../src/destinations/language/languages.ts'
import {
  composeEvent,
  composeEventGroup,
  describeEventLink,
  eventGroupKey,
  withoutChange,
} from '../../../../src/destinations/message/events/compose-event.ts'
import { own, plainText } from '../../../../src/destinations/message/text/line.ts'
import type { Delivery } from '../../../../src/destinations/receiver.ts'
import { aDelivery, anEnrichment, anEvent } from '../../../support/builders/a-delivery.ts'

const en = catalogueOf('en')

function aHappening(name: string, data: Json, userId: number | null = 1, userName = ''): Delivery {
  return aDelivery({
    event: anEvent({ name, data, userId, field: null }),
    enrichment: anEnrichment({ userName, changes: null, field: null }),
  })
}

const aCall = (id: string, seconds: string): Delivery =>
  aHappening('ONVOXIMPLANTCALLEND', { CALL_ID: id, CALL_DURATION: seconds, PORTAL_USER_ID: '7' })

function shown([first, ...others]: readonly [Delivery, ...Delivery[]]): readonly string[] {
  const { heading, lines } = composeEventGroup([first, ...others], en)
  return [plainText(heading), ...lines.map(({ text }) => plainText(text))]
}

describe('composeEvent()', () => {
  test.each([
    [1, 'Anna', '➕ Task 5 created — Anna'],
    [1, '', '➕ Task 5 created — user 1'],
    [null, '', '➕ Task 5 created'],
  ])('of user %s called %j begins with what happened', (userId, name, expected) => {
    const delivery = aHappening('ONTASKADD', { FIELDS_AFTER: { ID: '5' } }, userId, name)
    const { title, lead, summary } = composeEvent(delivery, en)
    expect(plainText(title)).toBe(expected)
    expect(plainText(lead)).toBe('OnTaskAdd')
    expect(summary).toEqual(title)
  })

  test('names a person in German without the dative', () => {
    const delivery = aHappening('ONTASKADD', { FIELDS_AFTER: { ID: '5' } })
    const { title } = composeEvent(delivery, catalogueOf('de'))
    expect(plainText(title)).toBe('➕ Aufgabe 5 erstellt – Nutzer 1')
  })

  test('tells of an unknown module the ids that its data hold', () => {
    const data = { visitId: '8', member_id: 'x', auth: { user_id: '1' }, text: 'Secret' }
    const { title, lead } = composeEvent(aHappening('ONVISITADD', data), en)
    expect(plainText(title)).toBe('Unknown event: visit add — user 1')
    expect(plainText(lead)).toBe('ONVISITADD · visitId: 8')
  })

  test('shows no blank at the end of a strong part, which no markup could hold', () => {
    const { title } = composeEvent(aHappening('ONTASKADD', { FIELDS_AFTER: { ID: '5' } }), en)
    const strong = title.filter(({ style }) => style === 'strong').map(({ text }) => text)
    expect(strong).toEqual(['Task', 'created', 'user 1'])
  })
})

describe('composeEventGroup()', () => {
  test('tells one event like a message of its own', () => {
    expect(shown([aCall('a', '61')])).toEqual(['Call a ended — user 1', 'User 7', 'Duration: 1:01'])
  })

  test('tells the facts of each of several events beside its ids', () => {
    expect(shown([aCall('a', '61'), aCall('b', '5'), aCall('b', '5')])).toEqual([
      'Call ended (3 events) — user 1',
      'Call a · User 7 · Duration: 1:01',
      'Call b · User 7 · Duration: 0:05',
    ])
  })

  test('names two people and counts the others, each once', () => {
    const people = [1, 2, 3, 4, 1].map((id) => aHappening('ONTASKUPDATE', null, id, `P${id}`))
    const [first = aCall('', ''), ...others] = people
    expect(shown([first, ...others])).toEqual(['🔄 Task changed (5 events) — P1, P2 +2'])
  })

  test('names nobody where nobody is known', () => {
    const delivery = aHappening('ONTASKUPDATE', null, null)
    expect(shown([delivery, delivery])).toEqual(['🔄 Task changed (2 events)'])
  })
})

test('eventGroupKey() keeps a missed call apart from others, and one kind of item from another', () => {
  const missed = { CALL_TYPE: '2', CALL_FAILED_CODE: '304' }
  const keys = [
    aHappening('ONVOXIMPLANTCALLEND', missed),
    aHappening('ONVOXIMPLANTCALLEND', {}),
    aHappening('ONCRMDYNAMICITEMADD', { FIELDS: { ID: 1, ENTITY_TYPE_ID: 31 } }),
    aHappening('ONCRMDYNAMICITEMADD', { FIELDS: { ID: 1, ENTITY_TYPE_ID: 147 } }),
    aHappening('ONCRMDYNAMICITEMADD', { FIELDS: { ID: 2, ENTITY_TYPE_ID: 147 } }),
  ].map((delivery) => eventGroupKey(delivery, en))
  expect(new Set(keys).size).toBe(4)
})

test.each<readonly [string, Json, string]>([
  ['ONCRMDEALUPDATE', { FIELDS: { ID: '5' } }, 'Open deal 5'],
  ['ONCRMDEALRECURRINGADD', { FIELDS: { ID: '5', RECURRING_DEAL_ID: '6' } }, 'Open deal 6'],
  ['ONTASKCOMMENTDELETE', { FIELDS_BEFORE: { ID: '5', TASK_ID: '7' } }, 'Open task 7'],
  ['ONCRMDYNAMICITEMADD', { FIELDS: { ID: '5', ENTITY_TYPE_ID: '31' } }, 'Open invoice 5'],
  ['ONCRMDEALDELETE', { FIELDS: { ID: '5' } }, 'Open in Bitrix24'],
  ['ONVISITADD', { ID: '5' }, 'Open in Bitrix24'],
])('describeEventLink() of %s with %j is %s', (name, data, expected) => {
  expect(describeEventLink(aHappening(name, data), en)).toBe(expected)
})

test('withoutChange() is a line alone', () => {
  const text = [own('x')]
  expect(withoutChange(text)).toEqual({ text, brief: [], label: [], before: null, after: null })
})
