/** The simulated Google Chat webhook: its limits at their edges, its errors, threads and pace. */
import { expect, test } from 'vitest'
import { createGoogleChatSimulator } from '../../../playground/receivers/googlechat.ts'
import type { GoogleChatOptions } from '../../../playground/receivers/googlechat.ts'
import { post as send, started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

const aGoogleChat = (options: GoogleChatOptions = {}) => started(createGoogleChatSimulator(options))

interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: unknown
}

async function post(url: string, payload: unknown): Promise<Answer> {
  const response = await send(url, payload, 'application/json; charset=UTF-8')
  const retryAfter = response.headers.get('retry-after')
  const text = await response.text()
  return { status: response.status, retryAfter, body: text === '' ? null : JSON.parse(text) }
}

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)
const paragraph = (text: string) => ({ textParagraph: { text } })
const button = (url: string) => ({ text: 'Open', onClick: { openLink: { url } } })
const card = (widgets: readonly unknown[]) => ({ card: { sections: [{ widgets }] } })
const cards = (...widgets: readonly unknown[]) => ({ cardsV2: [card(widgets)] })
const refusal = (code: number, message: string, status: string) => ({
  status: code,
  retryAfter: null,
  body: { error: { code, message, status } },
})
const invalid = (message: string) => refusal(400, message, 'INVALID_ARGUMENT')
const EXHAUSTED = refusal(
  429,
  'Resource has been exhausted (e.g. check quota).',
  'RESOURCE_EXHAUSTED',
)
const NOT_FOUND = refusal(404, 'Requested entity was not found.', 'NOT_FOUND')

/** A message of cards whose JSON is this many bytes. */
function messageOf(bytes: number): string {
  const empty = JSON.stringify(cards(paragraph('')))
  return JSON.stringify(cards(paragraph('t'.repeat(bytes - empty.length))))
}

const ACCEPTED: readonly (readonly [string, object])[] = [
  ['a text at its limit', { text: 't'.repeat(4096) }],
  [
    'every widget',
    {
      text: 'Deal won',
      fallbackText: 'Deal won',
      cardsV2: [
        {
          cardId: 'deal',
          card: {
            header: { title: 'Deal won', subtitle: '#7', imageUrl: 'https://a.example/i.png' },
            sections: [
              {
                header: 'Changes',
                collapsible: true,
                uncollapsibleWidgetsCount: 1,
                widgets: [
                  paragraph('<b>Stage</b>'),
                  {
                    decoratedText: {
                      topLabel: 'Stage',
                      text: 'Won',
                      bottomLabel: 'was New',
                      wrapText: true,
                      startIcon: { knownIcon: 'STAR' },
                      button: button('https://portal.example/crm/'),
                    },
                  },
                  { divider: {} },
                  { image: { imageUrl: 'https://a.example/i.png', altText: 'chart' } },
                  { buttonList: { buttons: [button('https://portal.example/crm/')] } },
                ],
              },
            ],
          },
        },
      ],
    },
  ],
  [
    'several cards that are told apart',
    {
      cardsV2: [
        { cardId: 'a', ...card([paragraph('a')]) },
        { cardId: 'b', ...card([paragraph('b')]) },
      ],
    },
  ],
]

test.each(ACCEPTED)('Google Chat takes %s', async (_, payload) => {
  const chat = await aGoogleChat()
  expect((await post(chat.url, payload)).status).toBe(200)
  expect(chat.messages.map((message) => message.payload)).toEqual([payload])
  expect(chat.problems).toEqual([])
})

test('Google Chat takes 32 000 bytes and not one more', async () => {
  const chat = await aGoogleChat()
  expect((await post(chat.url, messageOf(32_000))).status).toBe(200)
  expect(await post(chat.url, messageOf(32_001))).toEqual(
    invalid('Message is longer than 32000 bytes'),
  )
  const inCyrillic = cards(...many(5, paragraph('ы'.repeat(3300))))
  expect((await post(chat.url, inCyrillic)).status).toBe(400)
})

const AT = 'message.cards_v2[0].card.sections[0].widgets[0]'
const unknownName = (name: string, at: string) =>
  `Invalid JSON payload received. Unknown name "${name}" at '${at}': Cannot find field.`

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['malformed JSON', '{', 'Invalid JSON payload received. Unexpected token.'],
  ['a list', [], 'Invalid JSON payload received. Unexpected token.'],
  [
    'nothing',
    {},
    'Message cannot be empty. Discarding empty create message request in spaces/AAAAPlaygrnd.',
  ],
  [
    'a text of spaces',
    { text: ' \n' },
    'Message cannot be empty. Discarding empty create message request in spaces/AAAAPlaygrnd.',
  ],
  ['a long text', { text: 't'.repeat(4097) }, 'Message is longer than 4096 characters'],
  [
    'characters outside the basic plane, each counted twice',
    { text: '😀'.repeat(2049) },
    'Message is longer than 4096 characters',
  ],
  ['a text that is none', { text: 1 }, "Invalid value at 'message.text' (TYPE_STRING), 1"],
  ['an unknown field', { text: 't', blocks: [] }, unknownName('blocks', 'message')],
  ['a field named like a method', { text: 't', toString: 1 }, unknownName('toString', 'message')],
  ['no cards', { cardsV2: [] }, "Invalid value at 'message.cards_v2': list is empty"],
  [
    'a card without a card',
    { cardsV2: [{}] },
    "Invalid value at 'message.cards_v2[0].card': required",
  ],
  [
    'a card without sections',
    { cardsV2: [{ card: { header: { title: 't' } } }] },
    "Invalid value at 'message.cards_v2[0].card.sections': required",
  ],
  [
    'a header without a title',
    { cardsV2: [{ card: { header: {}, sections: [] } }] },
    "Invalid value at 'message.cards_v2[0].card.header.title': required",
  ],
  [
    'cards that are not told apart',
    { cardsV2: many(2, { cardId: 'a', ...card([paragraph('a')]) }) },
    'Card IDs must be set and unique when a message has several cards.',
  ],
  [
    'cards without ids',
    { cardsV2: [card([paragraph('a')]), { cardId: 'b', ...card([paragraph('b')]) }] },
    'Card IDs must be set and unique when a message has several cards.',
  ],
  ['an unknown widget', cards({ carousel: {} }), unknownName('carousel', AT)],
  ['an empty widget', cards({}), `Invalid value at '${AT}': one widget expected`],
  [
    'two widgets in one',
    cards({ ...paragraph('a'), divider: {} }),
    `Invalid value at '${AT}': one widget expected`,
  ],
  [
    'an empty paragraph',
    cards(paragraph('')),
    `Invalid value at '${AT}.text_paragraph.text': text is empty`,
  ],
  [
    'a decorated text without a text',
    cards({ decoratedText: { topLabel: 'Stage' } }),
    `Invalid value at '${AT}.decorated_text.text': required`,
  ],
  [
    'an unknown property of a widget',
    cards({ textParagraph: { text: 'a', colour: 'red' } }),
    unknownName('colour', `${AT}.text_paragraph`),
  ],
  [
    'a list of no buttons',
    cards({ buttonList: { buttons: [] } }),
    `Invalid value at '${AT}.button_list.buttons': list is empty`,
  ],
  [
    'a button that does nothing',
    cards({ buttonList: { buttons: [{ text: 'Open' }] } }),
    `Invalid value at '${AT}.button_list.buttons[0].on_click': required`,
  ],
  [
    'a button that shows nothing',
    cards({ buttonList: { buttons: [{ onClick: { openLink: { url: 'https://a.example' } } }] } }),
    `Invalid value at '${AT}.button_list.buttons[0]': text or icon is required`,
  ],
  [
    'a button that calls an application',
    cards({ buttonList: { buttons: [{ text: 'Open', onClick: { action: {} } }] } }),
    `Invalid value at '${AT}.button_list.buttons[0].on_click.open_link': required`,
  ],
  [
    'a link that is none',
    cards({ buttonList: { buttons: [button('javascript:0')] } }),
    `Invalid value at '${AT}.button_list.buttons[0].on_click.open_link.url' (TYPE_STRING), "javascript:0": not a URL`,
  ],
]

test.each(REFUSED)('Google Chat refuses %s', async (_, payload, message) => {
  const chat = await aGoogleChat()
  expect(await post(chat.url, payload)).toEqual(invalid(message))
  expect(chat.messages).toEqual([])
})

test('Google Chat takes more than a hundred widgets and would drop some', async () => {
  const chat = await aGoogleChat()
  await post(chat.url, cards(...many(100, paragraph('t'))))
  await post(chat.url, cards(...many(101, paragraph('t'))))
  expect(chat.messages.map(({ problems }) => problems)).toEqual([
    [],
    ['message.cards_v2[0]: 101 widgets, 100 are shown'],
  ])
  expect(chat.problems.map(({ number }) => number)).toEqual([2])
})

const DOOR: readonly (readonly [string, (url: URL) => void, Answer])[] = [
  [
    'no key',
    (url) => url.searchParams.delete('key'),
    refusal(
      403,
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
      'PERMISSION_DENIED',
    ),
  ],
  [
    'a wrong key',
    (url) => url.searchParams.set('key', 'x'),
    invalid('API key not valid. Please pass a valid API key.'),
  ],
  [
    'no token',
    (url) => url.searchParams.delete('token'),
    refusal(
      403,
      'The API is called without a valid token. Instructions on how to use incoming webhooks can be found at https://developers.google.com/chat/how-tos/webhooks',
      'PERMISSION_DENIED',
    ),
  ],
  [
    'a wrong token',
    (url) => url.searchParams.set('token', 'x'),
    refusal(
      401,
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      'UNAUTHENTICATED',
    ),
  ],
  ['a foreign space', (url) => (url.pathname = '/v1/spaces/BBBB/messages'), NOT_FOUND],
  ['another path', (url) => (url.pathname = '/v1/spaces'), NOT_FOUND],
]

test.each(DOOR)('Google Chat refuses %s', async (_, change, answer) => {
  const chat = await aGoogleChat()
  const url = new URL(chat.url)
  change(url)
  expect(await post(url.href, { text: 't' })).toEqual(answer)
  expect(chat.messages).toEqual([])
})

test('Google Chat answers with the stored message', async () => {
  const chat = await aGoogleChat({ clock: () => Date.UTC(2026, 0, 1) })
  const answer = await post(chat.url, { text: 't', thread: { threadKey: 'deal-7' } })
  expect(answer).toMatchObject({
    status: 200,
    body: {
      name: 'spaces/AAAAPlaygrnd/messages/message1.message1',
      createTime: '2026-01-01T00:00:00.000Z',
      text: 't',
      thread: { name: 'spaces/AAAAPlaygrnd/threads/thread1', threadKey: 'deal-7' },
      space: { name: 'spaces/AAAAPlaygrnd' },
    },
  })
})

test('Google Chat joins messages of one thread key only under a reply option', async () => {
  const chat = await aGoogleChat()
  const joined = `${chat.url}&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD`
  await post(joined, { text: '1', thread: { threadKey: 'deal-7' } })
  await post(joined, { text: '2', thread: { threadKey: 'deal-8' } })
  await post(joined, { text: '3', thread: { threadKey: 'deal-7' } })
  await post(`${joined}&threadKey=deal-8`, { text: '4' })
  await post(chat.url, { text: '5', thread: { threadKey: 'deal-7' } })
  await post(joined, { text: '6' })
  expect(
    chat.messages.map(({ threadKey, threadName }) => [threadKey, threadName.split('/').at(-1)]),
  ).toEqual([
    ['deal-7', 'thread1'],
    ['deal-8', 'thread2'],
    ['deal-7', 'thread1'],
    ['deal-8', 'thread2'],
    ['deal-7', 'thread3'],
    [null, 'thread4'],
  ])
})

test('Google Chat refuses a reply to no thread and an unknown reply option', async () => {
  const chat = await aGoogleChat()
  const reply = { text: 't', thread: { threadKey: 'deal-7' } }
  expect(await post(`${chat.url}&messageReplyOption=REPLY_MESSAGE_OR_FAIL`, reply)).toEqual(
    NOT_FOUND,
  )
  expect(await post(`${chat.url}&messageReplyOption=REPLY`, reply)).toEqual(
    invalid(
      `Invalid value at 'message_reply_option' (type.googleapis.com/google.chat.v1.CreateMessageRequest.MessageReplyOption), "REPLY"`,
    ),
  )
  expect(chat.messages).toEqual([])
})

test('Google Chat takes one message a second and names no time to wait', async () => {
  let now = NOW
  const chat = await aGoogleChat({ enforceRate: true, clock: () => now })
  expect((await post(chat.url, { text: 't' })).status).toBe(200)
  now += 999
  expect(await post(chat.url, { text: 't' })).toEqual(EXHAUSTED)
  now += 1
  expect((await post(chat.url, { text: 't' })).status).toBe(200)
  expect(chat.messages).toHaveLength(2)
})

test('remove() answers 404 until recover()', async () => {
  const chat = await aGoogleChat()
  chat.remove()
  expect(await post(chat.url, { text: 't' })).toEqual(NOT_FOUND)
  chat.recover()
  expect((await post(chat.url, { text: 't' })).status).toBe(200)
})
