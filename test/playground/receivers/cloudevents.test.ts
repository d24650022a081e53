/** The simulated receiver of CloudEvents: both modes, strict checks, handshake, rate and order. */
import { expect, test } from 'vitest'
import { createCloudEventsSimulator } from '../../../playground/receivers/cloudevents.ts'
import type {
  CloudEventsOptions,
  CloudEventsSimulator,
} from '../../../playground/receivers/cloudevents.ts'
import { started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

const aReceiver = (options: CloudEventsOptions = {}) => started(createCloudEventsSimulator(options))

const EVENT = {
  specversion: '1.0',
  id: 'm-1',
  source: 'https://acme.bitrix24.com/crm',
  type: 'bitrix24.crm.deal_user_field.updated',
}

const STRUCTURED = 'application/cloudevents+json; charset=UTF-8'

interface Answer {
  readonly status: number
  readonly error: string | null
  readonly headers: Headers
}

async function request(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const error = text === '' ? null : String(JSON.parse(text).error)
  return { status: response.status, error, headers: response.headers }
}

const structured = (
  { url }: CloudEventsSimulator,
  body: unknown,
  headers: Record<string, string> = {},
) =>
  request(url, {
    method: 'POST',
    headers: { 'content-type': STRUCTURED, ...headers },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  })

const BINARY = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': 'm-1',
  'ce-source': '/crm',
  'ce-type': 'bitrix24.event.x',
}

const binary = ({ url }: CloudEventsSimulator, headers: Record<string, string>, body = '{"a":1}') =>
  request(url, { method: 'POST', headers, body: Buffer.from(body) })

test('a structured event is taken with its attributes and data', async () => {
  const receiver = await aReceiver({ clock: () => 5 })
  const event = {
    ...EVENT,
    time: '2026-09-21T14:13:20.5+02:00',
    subject: 'Café 😀',
    datacontenttype: 'application/json',
    dataschema: 'https://a.example/schema',
    priority: 3,
    urgent: true,
    absent: null,
    data: { fields: { ID: 1 } },
  }
  const { data, absent, ...attributes } = event
  expect((await structured(receiver, event)).status).toBe(204)
  expect(absent).toBeNull()
  expect(receiver.messages).toEqual([
    {
      number: 1,
      at: 5,
      mode: 'structured',
      id: 'm-1',
      source: EVENT.source,
      type: EVENT.type,
      attributes,
      data,
      headers: expect.objectContaining({ 'content-type': STRUCTURED }),
      body: JSON.stringify(event),
      sequence: null,
      previousSequence: null,
      replayed: false,
      order: 'unnumbered',
    },
  ])
})

test('a binary event is taken with its headers decoded', async () => {
  const receiver = await aReceiver()
  const headers = { ...BINARY, 'ce-subject': 'Euro%20%E2%82%AC%20%f0%9f%98%80%25%22' }
  expect((await binary(receiver, headers)).status).toBe(204)
  expect(receiver.messages).toMatchObject([
    {
      mode: 'binary',
      id: 'm-1',
      source: '/crm',
      attributes: { subject: 'Euro € 😀%"', datacontenttype: 'application/json' },
      data: { a: 1 },
    },
  ])
})

const WRONG: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['no id', { id: undefined }, 'attribute id is missing'],
  ['a null id', { id: null }, 'attribute id is missing'],
  ['an empty id', { id: '' }, 'attribute id is empty'],
  ['an id that is a number', { id: 1 }, 'attribute id is empty'],
  ['no source', { source: undefined }, 'attribute source is missing'],
  ['a source with a space', { source: '/a b' }, 'attribute source is not a URI-reference'],
  ['a source outside ASCII', { source: '/é' }, 'attribute source is not a URI-reference'],
  ['a source with a broken escape', { source: '/%zz' }, 'attribute source is not a URI-reference'],
  ['a source with two fragments', { source: '#a#b' }, 'attribute source is not a URI-reference'],
  ['no type', { type: undefined }, 'attribute type is missing'],
  ['an empty type', { type: '' }, 'attribute type is empty'],
  ['no version', { specversion: undefined }, 'attribute specversion is missing'],
  ['another version', { specversion: '0.3' }, 'attribute specversion is not 1.0'],
  ['an empty subject', { subject: '' }, 'attribute subject is empty'],
  [
    'a time without a zone',
    { time: '2026-09-21T14:13:20' },
    'attribute time is not an RFC 3339 time',
  ],
  [
    'a day that is none',
    { time: '2026-02-30T14:13:20Z' },
    'attribute time is not an RFC 3339 time',
  ],
  [
    'an hour that is none',
    { time: '2026-02-20T24:00:00Z' },
    'attribute time is not an RFC 3339 time',
  ],
  ['a time in numbers', { time: 1 }, 'attribute time is not an RFC 3339 time'],
  ['a relative schema', { dataschema: '/schema' }, 'attribute dataschema is not a URI'],
  ['no media type', { datacontenttype: 'json' }, 'attribute datacontenttype is not a media type'],
  ['a control character', { id: 'a\u0007' }, 'attribute id has forbidden characters'],
  ['a lone surrogate', { id: 'a\ud800' }, 'attribute id has forbidden characters'],
  ['a noncharacter', { id: 'a\ufffe' }, 'attribute id has forbidden characters'],
  [
    'a name with a capital',
    { previousSequence: 1 },
    'attribute previousSequence has a name outside a-z and 0-9, or a long one',
  ],
  [
    'a name of 21 letters',
    { ['a'.repeat(21)]: 'x' },
    `attribute ${'a'.repeat(21)} has a name outside a-z and 0-9, or a long one`,
  ],
  ['an attribute that is a list', { tags: [] }, 'attribute tags has a wrong type'],
  ['an integer of 33 bits', { count: 2_147_483_648 }, 'attribute count has a wrong type'],
  ['a fraction', { count: 1.5 }, 'attribute count has a wrong type'],
  ['data twice', { data: 1, data_base64: 'AA==' }, 'data and data_base64 are both present'],
  ['data_base64 that is none', { data_base64: 'A' }, 'data_base64 is not base64'],
]

test.each(WRONG)('a structured event with %s is refused', async (_, change, error) => {
  const receiver = await aReceiver()
  expect(await structured(receiver, { ...EVENT, ...change })).toMatchObject({ status: 400, error })
  expect(receiver.messages).toEqual([])
})

test('attributes at their limits are taken', async () => {
  const receiver = await aReceiver()
  const change = {
    ['a'.repeat(20)]: 'x',
    count: -2_147_483_648,
    time: '2028-02-29T23:59:60Z',
    source: 'urn:acme:%20x?a=1#b',
    data_base64: 'AA==',
  }
  expect((await structured(receiver, { ...EVENT, ...change })).status).toBe(204)
})

const BATCHED = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' }

test('a batch is taken event by event, in the order of its list', async () => {
  const receiver = await aReceiver()
  const data = (sequence: number, previousSequence: number | null) => ({
    data: { sequence, previousSequence },
  })
  const batch = [
    { ...EVENT, ...data(1, null) },
    { ...EVENT, id: 'm-2', ...data(2, 1) },
  ]
  expect((await structured(receiver, batch, BATCHED)).status).toBe(204)
  expect((await structured(receiver, batch[1], {})).status).toBe(204)
  expect((await structured(receiver, [], BATCHED)).status).toBe(204)
  expect(receiver.messages).toMatchObject([
    { number: 1, id: 'm-1', mode: 'batched', sequence: 1, order: 'next' },
    { number: 1, id: 'm-2', mode: 'batched', sequence: 2, order: 'next' },
    { number: 2, id: 'm-2', mode: 'structured', order: 'repeat' },
  ])
})

test('a receiver that takes no batches answers 415 to them', async () => {
  const receiver = await aReceiver({ modes: ['structured', 'binary'] })
  expect(await structured(receiver, [EVENT], BATCHED)).toMatchObject({
    status: 415,
    error: 'the batched mode is not accepted',
  })
})

test('a body that is no event is refused', async () => {
  const receiver = await aReceiver()
  for (const body of ['{', '[]']) {
    expect(await structured(receiver, body)).toMatchObject({
      status: 400,
      error: 'the body is not a JSON object',
    })
  }
  expect(await structured(receiver, '')).toMatchObject({ status: 400, error: 'the body is empty' })
  for (const body of ['{', '{}', '[{}]', [EVENT, 5]]) {
    expect((await structured(receiver, body, BATCHED)).status).toBe(400)
  }
  expect((await request(receiver.url, { method: 'POST' })).status).toBe(415)
  expect(receiver.messages).toEqual([])
})

const WRONG_BINARY: readonly (readonly [string, Record<string, string>, number, string])[] = [
  ['no attributes', {}, 415, 'the request carries no CloudEvent'],
  ['no id', { ...BINARY, 'ce-id': '' }, 400, 'attribute id is empty'],
  [
    'a second content type',
    { ...BINARY, 'ce-datacontenttype': 'application/json' },
    400,
    'ce-datacontenttype must not be present',
  ],
  ...['a b', 'a"b', 'caf\u00e9', '100%', '%C0%A0', '%zz'].map(
    (subject) =>
      [
        `the subject ${subject}`,
        { ...BINARY, 'ce-subject': subject },
        400,
        'header ce-subject is not percent-encoded as it must be',
      ] as const,
  ),
  [
    'a header with a hyphen',
    { ...BINARY, 'ce-previous-sequence': '1' },
    400,
    'attribute previous-sequence has a name outside a-z and 0-9, or a long one',
  ],
]

test.each(WRONG_BINARY)('a binary event with %s is refused', async (_, headers, status, error) => {
  const receiver = await aReceiver()
  const sent = { 'content-type': 'application/json', ...headers }
  expect(await binary(receiver, sent)).toMatchObject({ status, error })
  expect(receiver.messages).toEqual([])
})

test('a binary event whose data is not the JSON it says is refused', async () => {
  const receiver = await aReceiver()
  expect((await binary(receiver, BINARY, '{')).status).toBe(400)
  expect((await binary(receiver, { ...BINARY, 'content-type': 'text/plain' }, '{')).status).toBe(
    204,
  )
  expect(receiver.messages).toMatchObject([{ data: '{' }])
})

test('the bearer token is asked for in its header', async () => {
  const receiver = await aReceiver({ bearer: 'secret' })
  const refused = await structured(receiver, EVENT)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  expect((await structured(receiver, EVENT, { authorization: 'Bearer secre' })).status).toBe(401)
  expect((await structured(receiver, EVENT, { authorization: 'Bearer secret' })).status).toBe(204)
})

const handshake = ({ url }: CloudEventsSimulator, headers: Record<string, string>) =>
  request(url, { method: 'OPTIONS', headers })
const ORIGIN = { 'webhook-request-origin': 'relay.example.com' }

test('a sender is taken after its handshake and not before', async () => {
  const receiver = await aReceiver({ handshake: 'required', allowedRate: 120 })
  expect((await structured(receiver, EVENT, ORIGIN)).status).toBe(403)
  const { status, headers } = await handshake(receiver, { ...ORIGIN, 'webhook-request-rate': '9' })
  expect([status, Object.fromEntries(headers)]).toMatchObject([
    200,
    {
      allow: 'OPTIONS, POST',
      'webhook-allowed-origin': 'relay.example.com',
      'webhook-allowed-rate': '120',
    },
  ])
  expect(receiver.granted).toEqual(['relay.example.com'])
  expect((await structured(receiver, EVENT, ORIGIN)).status).toBe(204)
  expect((await structured(receiver, EVENT)).status).toBe(403)
})

test.each([
  ['no origin', {}],
  ['an origin with a scheme', { 'webhook-request-origin': 'https://relay.example.com' }],
  ['an origin with a port', { 'webhook-request-origin': 'relay.example.com:443' }],
  ['a rate of zero', { ...ORIGIN, 'webhook-request-rate': '0' }],
  ['a callback without TLS', { ...ORIGIN, 'webhook-request-callback': 'http://a.example/' }],
])('a handshake with %s is refused', async (_, headers) => {
  const receiver = await aReceiver({ handshake: 'required' })
  const answer = await handshake(receiver, headers)
  expect([answer.status, answer.headers.get('webhook-allowed-origin')]).toEqual([400, null])
  expect(receiver.granted).toEqual([])
})

test('a receiver without handshake says 405 and takes everybody', async () => {
  const receiver = await aReceiver()
  const { status, headers } = await handshake(receiver, ORIGIN)
  expect([status, headers.get('allow')]).toEqual([405, 'POST'])
  expect((await structured(receiver, EVENT)).status).toBe(204)
})

test.each([
  ['silent', 200, null],
  ['not_supported', 405, null],
  ['wrong_origin', 200, 'another-sender.example'],
] as const)('refuseHandshake(%s) grants nobody until recover()', async (how, status, origin) => {
  const receiver = await aReceiver({ handshake: 'required' })
  await handshake(receiver, ORIGIN)
  receiver.refuseHandshake(how)
  const answer = await handshake(receiver, ORIGIN)
  expect([answer.status, answer.headers.get('webhook-allowed-origin')]).toEqual([status, origin])
  expect((await structured(receiver, EVENT, ORIGIN)).status).toBe(403)
  receiver.recover()
  await handshake(receiver, ORIGIN)
  expect((await structured(receiver, EVENT, ORIGIN)).status).toBe(204)
})

test('more than the allowed rate is answered 429 with the time to wait', async () => {
  let now = NOW
  const receiver = await aReceiver({ allowedRate: 2, clock: () => now })
  await structured(receiver, EVENT)
  now += 10_000
  expect((await structured(receiver, EVENT)).status).toBe(204)
  const { status, headers } = await structured(receiver, EVENT)
  expect([status, headers.get('retry-after')]).toEqual([429, '50'])
  now += 49_999
  expect((await structured(receiver, EVENT)).status).toBe(429)
  now += 1
  expect((await structured(receiver, EVENT)).status).toBe(204)
  expect((await structured(receiver, EVENT)).status).toBe(429)
})

test('acceptOnly() and gone() hold until recover()', async () => {
  const receiver = await aReceiver()
  receiver.acceptOnly(['binary'])
  expect(await structured(receiver, EVENT)).toMatchObject({
    status: 415,
    error: 'the structured mode is not accepted',
  })
  expect((await binary(receiver, BINARY)).status).toBe(204)
  receiver.gone()
  expect((await binary(receiver, BINARY)).status).toBe(410)
  expect((await handshake(receiver, ORIGIN)).status).toBe(410)
  receiver.recover()
  expect((await structured(receiver, EVENT)).status).toBe(204)
})

test('other paths and methods are refused', async () => {
  const receiver = await aReceiver()
  expect((await request(receiver.origin, { method: 'POST' })).status).toBe(404)
  expect((await request(receiver.url, { method: 'PUT' })).status).toBe(405)
})

test('the order is watched per source, in data or in extensions', async () => {
  const receiver = await aReceiver()
  const number = (id: string, data: Record<string, unknown>, source = '/a') =>
    structured(receiver, { ...EVENT, id, source, data })
  await number('1', { sequence: 1, previousSequence: null })
  await number('1', { sequence: 1, previousSequence: null }, '/b')
  await number('2', { sequence: 2, previousSequence: 1 })
  await number('2', { sequence: 2, previousSequence: 1 })
  await number('5', { sequence: 5, previousSequence: 4 })
  await number('3', { sequence: 3, previousSequence: 2 })
  await number('2r', { sequence: 2, previousSequence: 1, replayed: true })
  const extensions = { 'ce-sequence': '6', 'ce-previoussequence': '5', 'ce-source': '/a' }
  await binary(receiver, { ...BINARY, ...extensions, 'ce-id': '6' })
  expect(receiver.messages.map(({ order }) => order)).toEqual([
    'next',
    'next',
    'next',
    'repeat',
    'gap',
    'out_of_order',
    'replay',
    'next',
  ])
  expect(receiver.problems.map(({ id }) => id)).toEqual(['5', '3'])
  expect(receiver.repeats).toHaveLength(1)
})
