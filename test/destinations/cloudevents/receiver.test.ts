/** The receiver `cloudevents`: contract suite in both modes, and its settings. */
import { describe, expect, test } from 'vitest'
import { NO_MEMORY } from '../../../src/core/lanes/state/receiver-memory.ts'
import { cloudevents } from '../../../src/destinations/cloudevents/receiver.ts'
import type { OutgoingRequest, Receiver, Settings } from '../../../src/destinations/receiver.ts'
import { describeDestination, MACHINE_ANSWERS } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/builders/an-answer.ts'
import { RECEIVED_AT } from '../../support/builders/a-delivery.ts'
import { opened, problemsOf, requestOf } from '../../support/messages/opened-receiver.ts'

const URL_TEXT = 'https://broker.example.com/channels/crm?key=kq7Zt0eVb3'
const BEARER = 'mF_9.B5f-4.1JqM~+/=='
const MODES = ['structured', 'binary'] as const

interface ReadEvent {
  readonly id: string
  readonly data: unknown
}

const entriesOf = ({ body }: OutgoingRequest) =>
  JSON.parse(body).map((event: ReadEvent) => ({ id: event.id, content: event }))

const RULES = {
  ...MACHINE_ANSWERS,
  delivered: { status: 202 },
} as const

describeDestination({
  type: cloudevents,
  settings: { url: URL_TEXT, bearer: BEARER },
  secrets: [URL_TEXT, 'kq7Zt0eVb3', BEARER],
  ...RULES,
  deliveryIdOf: ({ body }) => String(JSON.parse(body).id),
  batch: {
    entriesOf,
    singleOf: ({ body }) => ({ id: String(JSON.parse(body).id), content: JSON.parse(body) }),
  },
})

describe('cloudevents in binary mode', () => {
  describeDestination({
    type: cloudevents,
    settings: { url: URL_TEXT, bearer: BEARER, mode: 'binary' },
    secrets: [URL_TEXT, 'kq7Zt0eVb3', BEARER],
    ...RULES,
    deliveryIdOf: ({ headers }) => headers['ce-id'] ?? null,
    // A batch has no binary form, so its entries are compared by their data.
    batch: {
      entriesOf: ({ body }) =>
        JSON.parse(body).map(({ id, data }: ReadEvent) => ({ id, content: data })),
      singleOf: ({ headers, body }) => ({
        id: headers['ce-id'] ?? null,
        content: JSON.parse(body),
      }),
    },
  })
})

test.each([200, 201, 202, 203, 204, 206])(
  'a receiver of CloudEvents takes with status %i',
  (status) => {
    const answer = anAnswer({ status, body: 'whatever' })
    expect(open().judge(answer, RECEIVED_AT)).toEqual({ kind: 'delivered', status })
  },
)

describe('cloudevents settings', () => {
  test.each(MODES)('a %s event proves itself with the bearer token', async (mode) => {
    const { headers } = await prepare({ mode, bearer: BEARER })
    expect(headers['authorization']).toBe(`Bearer ${BEARER}`)
    expect((await prepare({ mode })).headers).not.toHaveProperty('authorization')
  })

  test.each(MODES)(
    'a %s event names the sender only where permission was asked for',
    async (mode) => {
      const name = 'webhook-request-origin'
      expect((await prepare({ mode, handshake: true })).headers[name]).toBe('bitrix24-event-relay')
      expect((await prepare({ mode })).headers).not.toHaveProperty(name)
    },
  )

  test('URL and bearer token are secrets', () => {
    expect(open({ bearer: BEARER }).secrets).toEqual([
      URL_TEXT,
      '/channels/crm?key=kq7Zt0eVb3',
      'kq7Zt0eVb3',
      BEARER,
    ])
    expect(open().secrets).toHaveLength(3)
  })

  test('a receiver without a handshake is not asked and not paced, whatever is remembered', () => {
    const destination = open({ handshake: false })
    expect(destination.handshake).toBeNull()
    expect(destination.pace({ ...NO_MEMORY, perMinute: 1 })).toEqual([])
    expect(open().handshake).toBeNull()
  })

  test.each([true, 'true'])('the handshake is turned on by %j', (handshake) => {
    expect(open({ handshake }).handshake).not.toBeNull()
  })

  const TOKEN =
    'Must be a token of 6 to 4096 characters: letters, digits and - . _ ~ + /, without the word Bearer'
  test.each([
    [{ mode: 'batch' }, 'mode', 'Must be "structured" or "binary"'],
    [{ mode: '' }, 'mode', 'Must be "structured" or "binary"'],
    [{ mode: 1 }, 'mode', 'Must be "structured" or "binary"'],
    [{ handshake: 'yes' }, 'handshake', 'Must be true or false'],
    [{ handshake: 1 }, 'handshake', 'Must be true or false'],
    [{ handshake: null }, 'handshake', 'Must be true or false'],
    [{ bearer: '' }, 'bearer', TOKEN],
    [{ bearer: 'short' }, 'bearer', TOKEN],
    [{ bearer: '=abcdefgh' }, 'bearer', TOKEN],
    [{ bearer: 'abc=defgh' }, 'bearer', TOKEN],
    [{ bearer: 'Bearer abcdefgh' }, 'bearer', TOKEN],
    [{ bearer: 'abcdefgh\r\nx-evil: 1' }, 'bearer', TOKEN],
    [{ bearer: 'abcdefgh\n' }, 'bearer', TOKEN],
    [{ bearer: 'ключ-ключ' }, 'bearer', TOKEN],
    [{ bearer: 12_345_678 }, 'bearer', TOKEN],
    [{ bearer: [BEARER] }, 'bearer', TOKEN],
  ])('%j is refused by name', (changes, setting, problem) => {
    expect(problemsOf(cloudevents, { url: URL_TEXT, ...changes })).toEqual([
      `${setting}: ${problem}`,
    ])
  })

  test('a token of 6 to 4096 characters is accepted', () => {
    const isTaken = (bearer: string): boolean =>
      problemsOf(cloudevents, { url: URL_TEXT, bearer }).length === 0
    expect(['abcdef', BEARER, 'a'.repeat(4096), 'a'.repeat(4097)].map(isTaken)).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  test('all wrong settings are told at once', () => {
    const wrong = { url: '', mode: 'x', bearer: 'x', handshake: 'x' }
    const problems = problemsOf(cloudevents, wrong)
    expect(problems.map((problem) => problem.split(':', 1)[0])).toEqual(Object.keys(wrong))
  })
})

function prepare(settings: Settings): Promise<OutgoingRequest> {
  return requestOf(open(settings))
}

function open(settings: Settings = {}): Receiver {
  return opened(cloudevents, { url: URL_TEXT, ...settings })
}
