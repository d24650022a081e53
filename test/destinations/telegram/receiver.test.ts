/** The receiver `telegram`: contract suite, error words, the move to a supergroup, and its settings. */
import { describe, expect, test } from 'vitest'
import { NO_MEMORY } from '../../../src/core/lanes/state/receiver-memory.ts'
import type { Receiver, Settings, AnswerVerdict } from '../../../src/destinations/receiver.ts'
import { sendParcel } from '../../../src/destinations/send.ts'
import { telegram } from '../../../src/destinations/telegram/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer, type GivenAnswer } from '../../support/builders/an-answer.ts'
import { RECEIVED_AT } from '../../support/builders/a-delivery.ts'
import {
  aParcel,
  LOCAL,
  opened,
  problemsOf,
  requestOf,
} from '../../support/messages/opened-receiver.ts'

const SECRET_HALF = 'AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_'
const TOKEN = `123456789:${SECRET_HALF}`
const CHAT = '-1001234567890'
const SERVER = 'https://api.telegram.org'
const URL_TEXT = `${SERVER}/bot${TOKEN}/sendMessage`
const SETTINGS = { token: TOKEN, chat: CHAT }

describeDestination({
  type: telegram,
  settings: { ...SETTINGS, url: SERVER },
  secrets: [URL_TEXT, TOKEN, SECRET_HALF, CHAT],
  delivered: { status: 200, body: ' {"ok":true,"result":{"message_id":1}} ' },
  transient: [
    [refusal(500, 'Internal Server Error'), 'http_500'],
    [{ status: 502, body: '<html>Bad Gateway</html>' }, 'http_502'],
    [{ status: 409 }, 'http_409'],
    [refusal(403, 'Forbidden: retry after 5'), 'rate_limited'],
    [{ status: 200 }, 'unexpected_body'],
    [{ status: 200, body: 'ok' }, 'unexpected_body'],
    [{ status: 200, body: '{"ok":"true"}' }, 'unexpected_body'],
    [{ status: 200, body: '{"ok":1}' }, 'unexpected_body'],
    [{ status: 200, body: '{"ok":false}' }, 'unexpected_body'],
    [{ status: 200, body: '{"result":{"ok":true}}' }, 'unexpected_body'],
    [{ status: 201, body: '{"ok":true}' }, 'http_201'],
  ],
  messageRejected: [
    [refusal(400, 'Bad Request: message is too long'), 'message_too_long'],
    [refusal(400, 'Bad Request: message text is empty'), 'message_empty'],
    [
      refusal(
        400,
        'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 3',
      ),
      'cannot_parse_entities',
    ],
    [refusal(400, 'Bad Request: something new'), 'http_400'],
    [{ status: 413, body: '<html>Request Entity Too Large</html>' }, 'http_413'],
  ],
  endpointRejected: [
    endpoint(refusal(400, 'Bad Request: chat not found'), 'chat_not_found'),
    endpoint(refusal(400, 'Bad Request: message thread not found'), 'thread_not_found'),
    endpoint(refusal(400, 'Bad Request: TOPIC_CLOSED'), 'topic_closed'),
    endpoint(refusal(403, 'Forbidden: bot was blocked by the user'), 'bot_blocked'),
    endpoint(refusal(403, 'Forbidden: bot was kicked from the supergroup chat'), 'bot_kicked'),
    endpoint(refusal(403, 'Forbidden: bot is not a member of the channel chat'), 'bot_not_member'),
    endpoint(
      refusal(400, 'Bad Request: not enough rights to send text messages to the chat'),
      'no_rights',
    ),
    endpoint(
      refusal(400, 'Bad Request: need administrator rights in the channel chat'),
      'no_rights',
    ),
    endpoint(refusal(400, 'Bad Request: have no rights to send a message'), 'no_rights'),
    endpoint(refusal(400, 'Bad Request: TOPIC_DELETED'), 'thread_not_found'),
    endpoint(refusal(400, 'Bad Request: PEER_ID_INVALID'), 'chat_not_found'),
    endpoint(refusal(400, 'Bad Request: chat_id is empty'), 'chat_not_found'),
    endpoint(
      refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat'),
      'chat_moved',
    ),
    [
      refusal(403, 'Forbidden: the group chat was deleted'),
      { reason: 'chat_deleted', probe: false },
    ],
    [
      refusal(400, 'Bad Request: group chat was deactivated'),
      { reason: 'chat_deleted', probe: false },
    ],
    [refusal(403, 'Forbidden: user is deactivated'), { reason: 'user_deactivated', probe: false }],
    endpoint(refusal(401, 'Unauthorized'), 'wrong_token'),
    endpoint(refusal(404, 'Not Found'), 'wrong_token'),
    endpoint(refusal(403, 'Forbidden: something new'), 'http_403'),
  ],
  rateLimited: refusal(429, 'Too Many Requests: retry later'),
  localUrl: 'http://127.0.0.1:8787',
  needsUrl: false,
  urlOf: (url) => `${url}/bot${TOKEN}/sendMessage`,
})

describe('telegram answers', () => {
  test('a chat that may not be written to is known by a word that is masked in details', () => {
    expect(judge(refusal(403, 'Forbidden: CHAT_WRITE_FORBIDDEN'))).toMatchObject({
      scope: 'endpoint',
      reason: 'no_rights',
      probe: true,
    })
  })

  test('a rate limit tells its wait in parameters', () => {
    const answer = refusal(429, 'Too Many Requests: retry after 35', { retry_after: 35 })
    expect(judge(answer)).toMatchObject({
      kind: 'unreachable',
      reason: 'rate_limited',
      retryAfterMs: 35_000,
    })
  })

  test.each([
    [-1009876543210, '-1009876543210'],
    ['-1009876543210', '-1009876543210'],
  ])('a group that became the supergroup %j moves', (id, to) => {
    const answer = refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: id,
    })
    expect(judge(answer)).toEqual({ kind: 'moved', to })
  })

  test.each([
    ['another status', 403, { migrate_to_chat_id: -1001 }],
    ['a name', 400, { migrate_to_chat_id: '@evil' }],
    ['an object', 400, { migrate_to_chat_id: { id: -1001 } }],
    ['a fraction', 400, { migrate_to_chat_id: -1.5 }],
    ['zero', 400, { migrate_to_chat_id: 0 }],
    ['null', 400, { migrate_to_chat_id: null }],
    ['no id', 400, { retry_after: 5 }],
    ['no object of parameters', 400, 'migrate_to_chat_id'],
  ])('an answer with %s orders no move', (_case, status, parameters) => {
    expect(judge(refusal(status, 'Bad Request: upgraded', parameters)).kind).toBe('rejected')
  })

  test('a move is followed at once and remembered', async () => {
    const chats: unknown[] = []
    const answers = [
      refusal(400, 'Bad Request: upgraded', { migrate_to_chat_id: -1009876543210 }),
      { status: 200, body: '{"ok":true}' },
    ]
    const sent = await sendParcel(open(), aParcel(), {
      now: () => RECEIVED_AT,
      timeoutMs: 1000,
      memory: NO_MEMORY,
      async fetch(_url, { body }) {
        chats.push(typeof body === 'string' ? JSON.parse(body).chat_id : null)
        const { status, body: text } = answers.shift() ?? { status: 500, body: '' }
        return new Response(text ?? '', { status })
      },
    })
    expect(chats).toEqual([CHAT, '-1009876543210'])
    expect(sent).toEqual({
      outcome: { kind: 'delivered', status: 200 },
      memory: { ...NO_MEMORY, movedTo: '-1009876543210' },
    })
  })
})

describe('telegram settings', () => {
  test('a chat of less than six characters is no secret, as it would mask harmless words', () => {
    expect(open({ ...SETTINGS, chat: 12345 }).secrets).toEqual([URL_TEXT, TOKEN, SECRET_HALF])
    expect(open({ ...SETTINGS, chat: '@abcd' }).secrets).toEqual([URL_TEXT, TOKEN, SECRET_HALF])
    expect(open({ ...SETTINGS, chat: '@abcde' }).secrets).toContain('@abcde')
  })

  test('the pace belongs to the server, the bot and the chat', () => {
    const keys = [
      SETTINGS,
      { ...SETTINGS, chat: '-1001234567891' },
      { ...SETTINGS, url: 'https://bots.example.com' },
      { ...SETTINGS, thread: 7 },
    ].map((settings) => open(settings).paceKey)
    expect(keys[3]).toBe(keys[0])
    expect(new Set(keys).size).toBe(3)
  })

  test.each([
    [{ ...SETTINGS }, { chat_id: CHAT }],
    [{ ...SETTINGS, chat: -1001234567890 }, { chat_id: CHAT }],
    [{ ...SETTINGS, chat: 123 }, { chat_id: '123' }],
    [{ ...SETTINGS, chat: '@crm_alerts' }, { chat_id: '@crm_alerts' }],
    [{ ...SETTINGS, thread: null }, { chat_id: CHAT }],
    [{ ...SETTINGS, thread: 1 }, { chat_id: CHAT }],
    [{ ...SETTINGS, thread: '1' }, { chat_id: CHAT }],
    [
      { ...SETTINGS, thread: 7 },
      { chat_id: CHAT, message_thread_id: 7 },
    ],
    [
      { ...SETTINGS, thread: '7' },
      { chat_id: CHAT, message_thread_id: 7 },
    ],
  ])('the settings %j make a request to %j', async (settings, place) => {
    const { url, body } = await requestOf(open(settings))
    expect(url).toBe(URL_TEXT)
    const { text, ...rest } = JSON.parse(body)
    expect(text).toContain('<code>UF_CRM_TAX</code>')
    expect(rest).toEqual({
      ...place,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    })
  })

  test.each(['https://bots.example.com', 'https://bots.example.com:8443/'])(
    'a self-hosted Bot API server %s is taken, and gets no tag that it may not know',
    async (url) => {
      const request = await requestOf(open({ ...SETTINGS, url }))
      expect(request.url).toBe(`${new URL(url).origin}/bot${TOKEN}/sendMessage`)
      expect(request.body).not.toContain('tg-time')
      expect((await requestOf(open(SETTINGS))).body).toContain('tg-time')
    },
  )

  test.each([
    undefined,
    null,
    '',
    42,
    SECRET_HALF,
    `:${SECRET_HALF}`,
    `bot${TOKEN}`,
    ` ${TOKEN}`,
    `${TOKEN}\n`,
    `${TOKEN}x`,
    TOKEN.slice(0, -1),
    `123456789:${'A'.repeat(34)}/`,
  ])('the token %j is refused and not repeated', (token) => {
    const problem = 'Must be a bot token as BotFather gives it: digits, a colon and 35 characters'
    expect(refuse({ ...SETTINGS, token })).toEqual([`token: ${problem}`])
  })

  test.each([
    undefined,
    '',
    'crm_alerts',
    '@abc',
    '@1abc',
    '@crm-alerts',
    '@crm_alerts ',
    'https://t.me/crm_alerts',
    0,
    '-0',
    '00123',
    1.5,
    1e21,
    Number.NaN,
    '-10012345678901234',
    ['-1001'],
  ])('the chat %j is refused', (chat) => {
    const problem =
      'Must be the @name of a public chat or the number of a chat, like -1001234567890'
    expect(refuse({ ...SETTINGS, chat })).toEqual([`chat: ${problem}`])
  })

  test.each([0, -1, 1.5, '', '0', 'general', '7 ', true, 2 ** 53])(
    'the thread %j is refused',
    (thread) => {
      const problem = 'Must be the positive whole number of a topic in the chat, or be left out'
      expect(refuse({ ...SETTINGS, thread })).toEqual([`thread: ${problem}`])
    },
  )

  test.each([URL_TEXT, `${SERVER}/x`, `${SERVER}/?x=1`, `${SERVER}/#x`])(
    'the server %s is refused for what stands behind its host',
    (url) => {
      const problem =
        'Must be a Bot API server without a path, like https://api.telegram.org: the token has its own setting'
      expect(refuse({ ...SETTINGS, url })).toEqual([`url: ${problem}`])
    },
  )

  test('every wrong setting is told at once', () => {
    const problems = refuse({ thread: 'x', url: 'x' })
    expect(problems.map((problem) => problem.split(':', 1)[0])).toEqual([
      'token',
      'chat',
      'thread',
      'url',
    ])
  })
})

function refusal(status: number, description: string, parameters?: unknown): GivenAnswer {
  const error = { ok: false, error_code: status, description }
  return {
    status,
    body: JSON.stringify({ ...error, ...(parameters !== undefined && { parameters }) }),
  }
}

function endpoint(
  answer: GivenAnswer,
  reason: string,
): readonly [GivenAnswer, { reason: string; probe: boolean }] {
  return [answer, { reason, probe: true }]
}

function open(settings: Settings = SETTINGS): Receiver {
  return opened(telegram, settings)
}

function refuse(settings: Settings): readonly string[] {
  return problemsOf(telegram, settings, { policy: LOCAL })
}

function judge({ status, body = '' }: GivenAnswer): AnswerVerdict {
  return open().judge(anAnswer({ status, body }), RECEIVED_AT)
}
