/** The handshake of `cloudevents`: the question, what counts as permission, and a whole conversation. */
import { describe, expect, test } from 'vitest'
import {
  createCloudEventsSimulator,
  type CloudEventsOptions,
  type CloudEventsSimulator,
} from '../../../playground/receivers/cloudevents.ts'
import { DAY_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { NO_MEMORY, type ReceiverMemory } from '../../../src/core/lanes/state/receiver-memory.ts'
import {
  createHandshake,
  paceOfPermission,
} from '../../../src/destinations/cloudevents/handshake.ts'
import { cloudevents } from '../../../src/destinations/cloudevents/receiver.ts'
import type { Receiver, Handshake } from '../../../src/destinations/receiver.ts'
import { sendParcel, type Sent } from '../../../src/destinations/send.ts'
import { anAnswer } from '../../support/builders/an-answer.ts'
import { RECEIVED_AT, aDelivery } from '../../support/builders/a-delivery.ts'
import { aParcel, LOCAL, opened } from '../../support/messages/opened-receiver.ts'
import { started } from '../../support/network/started.ts'

const URL_TEXT = 'https://broker.example.com/channels/crm'
const ORIGIN = 'bitrix24-event-relay'

describe('createHandshake()', () => {
  const handshake = createHandshake(URL_TEXT, { authorization: 'Bearer abcdef' })

  test('asks with OPTIONS, its name and its rate, and proves itself', () => {
    expect(handshake.request()).toEqual({
      method: 'OPTIONS',
      url: URL_TEXT,
      headers: {
        authorization: 'Bearer abcdef',
        'webhook-request-origin': ORIGIN,
        'webhook-request-rate': '600',
      },
      body: '',
    })
  })

  test.each([
    ['never was given', null, true],
    ['was given just now', RECEIVED_AT, false],
    ['was given a moment less than a day ago', RECEIVED_AT - DAY_MS + 1, false],
    ['was given a day ago', RECEIVED_AT - DAY_MS, true],
  ])('asks for permission that %s: %s → %s', (_when, grantedAt, isDue) => {
    expect(handshake.isDue({ now: RECEIVED_AT, memory: { ...NO_MEMORY, grantedAt } })).toBe(isDue)
  })

  const GRANTED = { 'webhook-allowed-origin': ORIGIN }
  test.each([
    [200, { ...GRANTED, 'webhook-allowed-rate': '120' }, 120],
    [204, { ...GRANTED, 'webhook-allowed-rate': '*' }, null],
    [200, GRANTED, null],
    [200, { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '1' }, 1],
    [200, { 'webhook-allowed-origin': ' Bitrix24-Event-Relay ' }, null],
    [200, { ...GRANTED, 'webhook-allowed-rate': '60000' }, 60_000],
    [200, { ...GRANTED, 'webhook-allowed-rate': '60001' }, null],
    [200, { ...GRANTED, 'webhook-allowed-rate': '9'.repeat(400) }, null],
  ])('takes %i with %j as permission for %j a minute', (status, headers, perMinute) => {
    const memory = { movedTo: 'kept', grantedAt: 1, perMinute: 7 }
    expect(judge(handshake, { status, headers, memory })).toEqual({
      ok: true,
      value: { movedTo: 'kept', grantedAt: RECEIVED_AT, perMinute },
    })
  })

  test.each([
    [200, {}],
    [204, { allow: 'POST' }],
    [200, { 'webhook-allowed-origin': 'another.example' }],
    [200, { 'webhook-allowed-origin': `${ORIGIN}.example` }],
    [200, { 'webhook-allowed-origin': '' }],
    [200, { 'webhook-allowed-origin': `${ORIGIN}, another.example` }],
    [200, { ...GRANTED, 'webhook-allowed-rate': '0' }],
    [200, { ...GRANTED, 'webhook-allowed-rate': '-1' }],
    [200, { ...GRANTED, 'webhook-allowed-rate': 'many' }],
    [200, { ...GRANTED, 'webhook-allowed-rate': '' }],
    [200, { ...GRANTED, 'webhook-allowed-rate': '1.5' }],
    // No status but a success gives permission, whatever its headers say.
    [400, GRANTED],
    [401, GRANTED],
    [403, GRANTED],
    [404, GRANTED],
    [405, GRANTED],
    [501, GRANTED],
  ])('takes %i with %j as a refusal that is asked about again', (status, headers) => {
    expect(judge(handshake, { status, headers, body: 'no thanks' })).toEqual({
      ok: false,
      error: {
        kind: 'rejected',
        scope: 'endpoint',
        reason: 'handshake_refused',
        status,
        probe: true,
        detail: 'no thanks',
      },
    })
  })

  test.each([
    [429, 'rate_limited'],
    [500, 'http_500'],
    [502, 'http_502'],
    [503, 'http_503'],
    [504, 'http_504'],
    [408, 'http_408'],
    [425, 'http_425'],
    [300, 'redirect'],
    [302, 'redirect'],
    [399, 'redirect'],
  ])('takes %i as %s, to be tried again when it says', (status, reason) => {
    const headers = { ...GRANTED, 'retry-after': '30' }
    expect(judge(handshake, { status, headers })).toEqual({
      ok: false,
      error: { kind: 'unreachable', reason, status, retryAfterMs: 30_000, detail: null },
    })
  })

  test('takes 410 as the end', () => {
    expect(judge(handshake, { status: 410, headers: GRANTED })).toMatchObject({
      ok: false,
      error: { kind: 'rejected', scope: 'endpoint', reason: 'gone', probe: false },
    })
  })
})

test.each([
  [null, []],
  [1, [{ count: 1, ms: MINUTE_MS }]],
  [7, [{ count: 1, ms: 8572 }]],
  [600, [{ count: 1, ms: 100 }]],
  [60_000, [{ count: 1, ms: 1 }]],
])('paceOfPermission() makes of %j a minute: %j', (perMinute, windows) => {
  expect(paceOfPermission({ ...NO_MEMORY, perMinute })).toEqual(windows)
})

describe('a conversation with a receiver that requires the handshake', () => {
  test.each(['structured', 'binary'] as const)(
    'asks once, then delivers %s events until a day has passed',
    async (mode) => {
      const receiver = await aReceiver({
        handshake: 'required',
        allowedRate: 300,
        bearer: 'abcdef',
      })
      const destination = open(receiver, { mode, bearer: 'abcdef' })
      const first = await send(destination, NO_MEMORY, { sequence: 1 })
      expect(first).toEqual({
        outcome: { kind: 'delivered', status: 204 },
        memory: { movedTo: null, grantedAt: RECEIVED_AT, perMinute: 300 },
      })
      expect(destination.pace(first.memory)).toEqual([{ count: 1, ms: 200 }])
      await send(destination, first.memory, { sequence: 2, at: RECEIVED_AT + DAY_MS - 1 })
      const last = await send(destination, first.memory, { sequence: 3, at: RECEIVED_AT + DAY_MS })
      expect(last.memory.grantedAt).toBe(RECEIVED_AT + DAY_MS)
      const methods = receiver.requests.map(({ method }) => method)
      expect(methods).toEqual(['OPTIONS', 'POST', 'POST', 'OPTIONS', 'POST'])
      expect(receiver.granted).toEqual([ORIGIN])
      expect(receiver.messages.map(({ sequence, order }) => [sequence, order])).toEqual([
        [1, 'next'],
        [2, 'next'],
        [3, 'next'],
      ])
    },
  )

  test.each(['silent', 'not_supported', 'wrong_origin'] as const)(
    'sends nothing when the answer is %s',
    async (how) => {
      const receiver = await aReceiver({ handshake: 'required' })
      receiver.refuseHandshake(how)
      expect(await send(open(receiver), NO_MEMORY)).toMatchObject({
        outcome: { kind: 'rejected', scope: 'endpoint', reason: 'handshake_refused', probe: true },
        memory: NO_MEMORY,
      })
      expect(receiver.requests.map(({ method }) => method)).toEqual(['OPTIONS'])
    },
  )

  test('without the handshake such a receiver takes nothing', async () => {
    const receiver = await aReceiver({ handshake: 'required' })
    const sent = await send(open(receiver, { handshake: false }), NO_MEMORY)
    expect(sent.outcome).toMatchObject({ kind: 'unreachable', reason: 'http_403' })
  })
})

function aReceiver(options: CloudEventsOptions): Promise<CloudEventsSimulator> {
  return started(createCloudEventsSimulator(options))
}

function judge(
  handshake: Handshake,
  {
    status,
    headers,
    body = '',
    memory = NO_MEMORY,
  }: {
    status: number
    headers: Readonly<Record<string, string>>
    body?: string
    memory?: ReceiverMemory
  },
): ReturnType<Handshake['judge']> {
  return handshake.judge(anAnswer({ status, body, headers }), { now: RECEIVED_AT, memory })
}

function open(
  { url }: CloudEventsSimulator,
  settings: Readonly<Record<string, unknown>> = {},
): Receiver {
  return opened(cloudevents, { url, handshake: true, ...settings }, { policy: LOCAL })
}

function send(
  destination: Receiver,
  memory: ReceiverMemory,
  { sequence = 1, at = RECEIVED_AT }: { sequence?: number; at?: number } = {},
): Promise<Sent> {
  const previousSequence = sequence === 1 ? null : sequence - 1
  const delivery = aDelivery({ id: `m-${sequence}`, sequence, previousSequence })
  return sendParcel(destination, aParcel(delivery), {
    fetch: (url, init) => fetch(url, init),
    now: () => at,
    timeoutMs: 5000,
    memory,
  })
}

test.each([400, 401, 404, 421])(
  'the daily question that is answered %i is asked again soon',
  (status) => {
    const handshake = createHandshake('https://events.example.com/in', {})
    const answer = anAnswer({ status })
    const memory = { movedTo: null, grantedAt: 1, perMinute: null }
    expect(handshake.judge(answer, { now: 2, memory })).toMatchObject({
      ok: false,
      error: { kind: 'unreachable' },
    })
  },
)
