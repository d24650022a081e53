/**
 * Every documented event through the whole relay: from Bitrix24's body to the request that a webhook and a chat get.
 * The gate tells all of them in two languages, which are drawn anew in each run; at night in all six. After them come
 * events that no documentation knows: whatever an authentic body holds, it is accepted and has a fate.
 */
import { reset } from 'cloudflare:test'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { USUAL_NAMES } from '../../playground/portal/crm-names.ts'
import type { Json } from '../../src/core/log/event.ts'
import {
  catalogueOf,
  LANGUAGES as ALL,
  type Language,
} from '../../src/destinations/language/languages.ts'
import { readDestinations } from '../../src/destinations/settings/read-destinations.ts'
import { bitrix24Body } from '../support/builders/bitrix24-bodies.ts'
import {
  DELIVERED_EVENTS as DELIVERED,
  DOCUMENTED_EVENTS,
  type DocumentedEvent,
} from '../support/builders/documented-events.ts'
import { leavesOf, lostData, type SentData } from '../support/messages/lost-data.ts'
import { aBitrix24, bitrix24Handler } from '../support/network/bitrix24-network.ts'
import { Network } from '../support/network/network.ts'
import { sampled } from '../support/sampling.ts'
import { until } from '../support/until.ts'
import { answerOf, Edge, JSON_TYPE, watchLog } from '../support/worker/edge.ts'
import { overrides, type AdaptableSettings } from '../support/worker/overrides.ts'
import { ADMIN_TOKEN, SIGNING_SECRET } from '../support/worker/runtime-bindings.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../support/identity.ts'

const LANGUAGES = fc
  .sample(fc.shuffledSubarray([...ALL], { minLength: 6 }), 1)
  .flat()
  .slice(0, sampled(ALL.length))

const USER_ACCESS = '9049b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48'

/** The block that a portal adds to every event, with the tokens of a person. */
const AUTH = new URLSearchParams({
  'auth[access_token]': USER_ACCESS,
  'auth[expires]': '1790003600',
  'auth[expires_in]': '3600',
  'auth[scope]': 'crm',
  'auth[domain]': 'acme.bitrix24.com',
  'auth[server_endpoint]': 'https://oauth.bitrix.info/rest/',
  'auth[status]': 'L',
  'auth[client_endpoint]': 'https://acme.bitrix24.com/rest/',
  'auth[member_id]': MEMBER_ID,
  'auth[user_id]': '1',
  'auth[application_token]': APPLICATION_TOKEN,
})

let network: Network
let edge: Edge
let log: ReturnType<typeof watchLog>

beforeEach(async () => {
  log = watchLog()
  const bitrix24 = aBitrix24()
  bitrix24.rest.names = USUAL_NAMES
  network = new Network()
    .handle(bitrix24Handler(bitrix24))
    .handle(({ url }) => (url.startsWith('https://hooks.slack.com/') ? new Response('ok') : null))
    .handle(({ url }) => (url.startsWith('https://erp.example.com/') ? new Response('') : null))
  vi.spyOn(globalThis, 'fetch').mockImplementation(network.fetch)
  overrides.adapt = withReceivers
  edge = new Edge()
  const install = await edge.call(bitrix24Body('app-ONAPPINSTALL-local'))
  expect(await answerOf(install)).toEqual({ status: 200, body: { accepted: true } })
})

afterEach(async () => {
  expect(network.unclaimed).toEqual([])
  expect(log.filter(({ level }) => level === 'error')).toEqual([])
  overrides.adapt = (settings) => settings
  vi.restoreAllMocks()
  await reset()
})

/** A webhook, and a chat for each language. A chat that takes a message a second would only make the test slow. */
function withReceivers(settings: AdaptableSettings): AdaptableSettings {
  const webhook = {
    name: 'erp',
    type: 'webhook',
    url: WEBHOOK_URL,
    secret: SIGNING_SECRET,
    events: ['*'],
  }
  const chats = LANGUAGES.map((language) => ({
    name: `chat-${language}`,
    type: 'slack',
    url: chatUrl(language),
    events: ['*'],
    language,
    // The documentation gives some fields of several families one id, so that a deletion seems to be told already.
    unchanged: 'send',
  }))
  const read = readDestinations([webhook, ...chats], () => undefined, settings.policy)
  if (!read.ok) throw new Error('Cannot read the destinations')
  const destinations = read.value.map((destination) => {
    const { type } = destination
    if (type === null) throw new Error(`Cannot use ${destination.name}`)
    const create: typeof type.create = (own, terms) => {
      const opened = type.create(own, terms)
      return opened.ok ? { ...opened, value: { ...opened.value, pace: () => [] } } : opened
    }
    return { ...destination, type: { ...type, create } }
  })
  return { ...settings, destinations }
}

function chatUrl(language: Language): string {
  return `https://hooks.slack.com/services/T000/B000/${language}canary000000000000`
}

function bodyOf({ query, line }: DocumentedEvent): string {
  return `${query}&ts=${1_790_000_000 + line}&${AUTH.toString()}`
}

function sentBodies(): readonly SentData[] {
  // Sound: the relay's own bodies, of which the test reads a part.
  return network.to('erp.example.com').map(({ body }) => JSON.parse(body) as SentData)
}

function messagesIn(language: Language): readonly string[] {
  return network.sent.filter(({ url }) => url === chatUrl(language)).map(({ body }) => body)
}

const WEBHOOK_URL = 'https://erp.example.com/hooks/bitrix24'

/** Waits until everyone has got this many. A chat that is more than ten behind would tell several in one message. */
async function everyoneGot(count: number): Promise<void> {
  const urls = [WEBHOOK_URL, ...LANGUAGES.map(chatUrl)]
  const got = (wanted: string) => network.sent.filter(({ url }) => url === wanted).length
  await until(() => urls.every((url) => got(url) >= count))
}

it('every documented event reaches the webhook with all its data, and each chat in words', async () => {
  for (const [index, line] of DELIVERED.entries()) {
    const sequence = index + 1
    const about = { line: line.line, event: line.event }
    const answer = await answerOf(await edge.call(bodyOf(line)))
    expect({ ...about, answer }).toEqual({
      ...about,
      answer: { status: 200, body: { accepted: true, sequence } },
    })
    await everyoneGot(index - 5)
  }
  await everyoneGot(DELIVERED.length)
  const problems = DELIVERED.flatMap((line, index) => [
    ...lostData(line, sentBodies()[index]),
    ...LANGUAGES.flatMap((language) => badWords(line, language, messagesIn(language)[index] ?? '')),
  ])
  expect(problems).toEqual([])
  expect(LANGUAGES.flatMap(missingNames)).toEqual([])
  const secrets = new Set(DELIVERED.flatMap(({ data }) => secretsIn(data)))
  expect(secrets.size).toBeGreaterThan(10)
  const told = network.sent.filter(({ url }) => /hooks\.slack|erp\./.test(url))
  const betrayed = [...secrets, USER_ACCESS, APPLICATION_TOKEN].filter((secret) =>
    told.some(({ body }) => body.includes(secret)),
  )
  expect(betrayed).toEqual([])
})

/** What is wrong with the words of a message. */
function badWords(line: DocumentedEvent, language: Language, body: string): readonly string[] {
  const message: Json = JSON.parse(body)
  const texts = leavesOf(message).map(([, leaf]) => leaf)
  const [title = ''] = texts
  const all = texts.join(' ')
  const unknown = catalogueOf(language).events.unknown.replace('{words}', '').trim()
  const isField = line.meaning.match(/^(?!user_field)\w+_user_field/) !== null
  const ids = [line.subject, ...line.related.split(', ')].map((text) => text.split(' ')[1] ?? '')
  const fieldName = leavesOf(line.data).find(([path]) => /field_?name$/i.test(path))?.[1] ?? ''
  const wanted = isField ? [fieldName] : ids.filter((id) => id !== '')
  return [
    ...(title.startsWith(line.spelling) ? ['begins with its code'] : []),
    ...(all.includes(unknown) ? ['is told as unknown'] : []),
    ...wanted.filter((id) => !hasWord(all, id)).map((id) => `lacks ${id}`),
  ].map((problem) => `${line.line} ${language}: ${problem}`)
}

/** The names that the portal knows, in events that hold their numbers alone. */
const NAMED: readonly (readonly [event: string, name: string])[] = [
  ['ONCRMTYPEADD', 'Rentals'],
  ['ONCRMTYPEUPDATE', 'Purchases'],
  ['ONCRMDYNAMICITEMADD', 'Rentals'],
  ['ONCRMDEALMOVETOCATEGORY', 'Partner sales'],
  ['ONCRMDEALMOVETOCATEGORY', 'First contact'],
]

/** The names that a chat was not told. */
function missingNames(language: Language): readonly string[] {
  const messages = messagesIn(language)
  return NAMED.flatMap(([name, title]) => {
    const at = DELIVERED.findIndex(({ event }) => event === name)
    return messages[at]?.includes(title) === true ? [] : [`${language}: ${name} without ${title}`]
  })
}

/** Whether an id stands in a text and is no part of a longer one. */
function hasWord(text: string, id: string): boolean {
  return text.split(/[\s()|<>]+|:(?=\s)/).includes(id)
}

/** Every value below a key that names a token. */
function secretsIn(data: Json): readonly string[] {
  return leavesOf(data).flatMap(([path, leaf]) =>
    /(?:token|secret|api-key)$/i.test(path) && leaf.length > 6 ? [leaf] : [],
  )
}

// Events of the application itself have their own rules, and an uninstall would make a stranger of all that follows.
const names = fc
  .oneof(
    fc.constantFrom(...DOCUMENTED_EVENTS.map(({ event }) => event)),
    fc
      .tuple(
        fc.constantFrom('ONCRM', 'CATALOG.', 'on', 'partner:', 'ONTASK', 'MAIN.ON.USER.TYPE.'),
        fc.stringMatching(/^[A-Za-z0-9_.:-]{0,140}$/),
      )
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 130 }),
  )
  .chain((name) => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase()))
  .filter((name) => !name.toUpperCase().startsWith('ONAPP'))

const shapes = fc.oneof(
  fc.constantFrom<Json>(...DOCUMENTED_EVENTS.map(({ data }) => data)),
  // Sound: fast-check makes values that JSON has.
  fc.jsonValue({ maxDepth: 4 }).map((value) => value as Json),
  fc.dictionary(
    fc.constantFrom('FIELDS', 'FIELDS_AFTER', 'ID', 'ENTITY_ID', 'FIELD_NAME', 'MESSAGES', '0'),
    fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json),
  ),
)

const times = fc.oneof(
  fc.integer({ min: 1_700_000_000, max: 1_790_000_000 }).map(String),
  fc.constantFrom('', '0', '-1', 'soon', '99999999999999999999', '1790000000.5'),
)

it('every authentic event is accepted and has a fate, whatever its name and its shape', async () => {
  let head = 0
  const property = fc.asyncProperty(names, shapes, times, async (event, data, ts) => {
    const body = { event, data, ts, auth: Object.fromEntries(AUTHENTIC) }
    const answer = await answerOf(await edge.call(JSON.stringify(body), { contentType: JSON_TYPE }))
    const { accepted, sequence } = Object(answer.body)
    expect([answer.status, accepted, typeof sequence]).toEqual([200, true, 'number'])
    head = Math.max(head, sequence)
  })
  await fc.assert(property, { numRuns: sampled(400) })
  await until(async () => (await quarantinedEvents()) + sentBodies().length >= head)
  const sequences = sentBodies().map(({ data }) => data.sequence)
  expect(new Set(sequences).size).toBe(sequences.length)
  expect(sequences.length + (await quarantinedEvents())).toBe(head)
  expect(sequences.length).toBeGreaterThan(head / 4)
  const { lanes } = await portalView()
  expect(lanes.map(({ parked, expired }) => parked + expired)).toEqual(lanes.map(() => 0))
})

const AUTHENTIC = [
  ['member_id', MEMBER_ID],
  ['application_token', APPLICATION_TOKEN],
  ['domain', 'acme.bitrix24.com'],
] as const

interface ShownPortal {
  readonly quarantined: number
  readonly lanes: readonly { readonly parked: number; readonly expired: number }[]
}

async function portalView(): Promise<ShownPortal> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const path = `/admin/api/portals/${MEMBER_ID}`
  const response = await edge.call(null, { method: 'GET', path, headers })
  // Sound: the relay's own answer, of which the test reads a part.
  return (await response.json()) as ShownPortal
}

async function quarantinedEvents(): Promise<number> {
  return (await portalView()).quarantined
}
