/**
 * Every id in the data of every documented event: it is told, or it stands below with the reason why nobody looks for it.
 * So an id that the documentation adds cannot be left out unseen.
 */
import { expect, test } from 'vitest'
import { canonicalName } from '../../../src/core/events/event-names.ts'
import { idsOf } from '../../../src/core/events/subject-of.ts'
import type { Json } from '../../../src/core/log/event.ts'
import {
  DOCUMENTED_EVENTS,
  type DocumentedEvent,
} from '../../support/builders/documented-events.ts'

/** The ends of paths to ids that are not told. */
const NOT_TOLD = {
  member_id: 'the portal itself, which every message names',
  client_id: 'the application that has the bot',
  'auth.user_id': 'the user whose authorization the bot has',
  externalAuthId: 'the way in which a user logs in',
  CHAT_ENTITY_ID: 'the chat by another name',
  CHAT_PREV_MESSAGE_ID: 'the message before, which the event is not about',
  TEMPLATE_ID: 'the number that a client gives to a message while it is sent',
  LANGUAGE_ID: 'the language of the person who acted',
  ENTITY_TYPE_ID: 'the type of the record, which its noun tells',
  ANCHOR_TYPE_ID: 'the type of the record, which its noun tells',
  RECURRING_DEAL_ID:
    'the deal that serves as a pattern, where the deal that was made of it is told',
  RECURRING_INVOICE_ID: 'the same for invoices',
  'MESSAGES.*.message.id':
    'the message in the other system, where its number in the portal is told',
  'DATA.*.connector.chat_id': 'the chat in the other system, where that of the portal is told',
  ACCOUNT_SEARCH_ID: 'the line of a telephone provider, which is no line of the portal',
  CALLER_ID: 'a telephone number, which stands among the facts',
  REST_APP_ID: 'the application that serves the line',
} as const

interface FoundId {
  readonly path: string
  readonly id: string
}

/** Every member whose name says that it is an id, with a value that is one. */
function idsIn(data: Json, path = ''): readonly FoundId[] {
  if (data !== null && typeof data === 'object') {
    return Object.entries(data).flatMap(([key, value]: [string, Json]) =>
      idsIn(value, path === '' ? key : `${path}.${/^\d+$/.test(key) ? '*' : key}`),
    )
  }
  const key = path.split('.').at(-1) ?? ''
  const isId = /^u?ids?$/i.test(key) || /(?:_U?IDS?|[a-z]U?Ids?|_u?ids?)$/.test(key)
  const isNothing = ['', '0', 'undefined', 'null'].includes(String(data))
  return isId && !isNothing ? [{ path, id: String(data) }] : []
}

function reasonOf(path: string): string | undefined {
  return Object.entries(NOT_TOLD).find(([end]) => `.${path}`.endsWith(`.${end}`))?.[1]
}

function untold({ event, data }: DocumentedEvent): readonly FoundId[] {
  const name = canonicalName(event) ?? ''
  const told = new Set(idsOf({ name, data, userId: 1 }).map(({ id }) => id))
  return idsIn(data).filter(({ id }) => !told.has(id))
}

const IDS = DOCUMENTED_EVENTS.flatMap((line) =>
  // A message about a field names the field by its words, and its number stands in the body for machines.
  / \w+_user_field$/.test(` ${line.meaning.split(' ')[0]}`) ? [] : untold(line),
)

test('idsOf() tells every id of the documentation, but those that are left out for a reason', () => {
  const unexplained = IDS.filter(({ path }) => reasonOf(path) === undefined)
  expect(unexplained).toEqual([])
})

test('no reason stands for an id that the documentation does not have', () => {
  const used = new Set(IDS.map(({ path }) => reasonOf(path)))
  const all: ReadonlySet<string | undefined> = new Set(Object.values(NOT_TOLD))
  expect([...all].filter((reason) => !used.has(reason))).toEqual([])
})
