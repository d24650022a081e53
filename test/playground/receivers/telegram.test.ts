/** The simulated Telegram: its limits, its HTML mode, its errors, its pace and its migrations. */
import { expect, test } from 'vitest'
import { parseTelegramHtml } from '../../../playground/receivers/telegram-html.ts'
import {
  TELEGRAM_ANSWERS,
  createTelegramSimulator,
} from '../../../playground/receivers/telegram.ts'
import type { TelegramOptions, TelegramSimulator } from '../../../playground/receivers/telegram.ts'
import { post, started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

const aTelegram = (options: TelegramOptions = {}) => started(createTelegramSimulator(options))

interface Call {
  readonly token?: string
  readonly method?: string
}

async function call(telegram: TelegramSimulator, parameters: unknown, by: Call = {}) {
  const { token = telegram.token, method = 'sendMessage' } = by
  const response = await post(`${telegram.url}/bot${token}/${method}`, parameters)
  return { status: response.status, answer: await response.json() }
}

const send = (telegram: TelegramSimulator, parameters: Record<string, unknown>) =>
  call(telegram, { chat_id: telegram.chat, ...parameters })

const refusal = (status: number, description: string) => ({
  status,
  answer: { ok: false, error_code: status, description },
})

test('Telegram answers an accepted message with what a reader sees', async () => {
  const telegram = await aTelegram({ clock: () => NOW + 500 })
  const payload = {
    chat_id: Number(telegram.chat),
    text: '<b>Tax &amp; duty</b> 😀<a href="https://a.example/?x=1&amp;y=2">open</a>',
    parse_mode: 'HTML',
    message_thread_id: 7,
    reply_markup: { inline_keyboard: [[{ text: 'Open', url: 'https://a.example/' }]] },
  }
  const entities = [
    { type: 'bold', offset: 0, length: 10 },
    { type: 'text_link', offset: 13, length: 4, url: 'https://a.example/?x=1&y=2' },
  ]
  expect(await call(telegram, payload)).toEqual({
    status: 200,
    answer: {
      ok: true,
      result: {
        message_id: 1,
        date: NOW / 1000,
        chat: { id: Number(telegram.chat), type: 'supergroup' },
        text: 'Tax & duty 😀open',
        entities,
      },
    },
  })
  expect(telegram.messages).toEqual([
    {
      number: 1,
      at: NOW + 500,
      headers: expect.objectContaining({ 'content-type': 'application/json' }),
      path: '/bot<token>/sendMessage',
      payload,
      chat: telegram.chat,
      text: 'Tax & duty 😀open',
      entities,
    },
  ])
})

test('Telegram takes a form and a text without a mode, tags included', async () => {
  const telegram = await aTelegram()
  const body = new URLSearchParams({ chat_id: telegram.chat, text: '<b>&' })
  const url = `${telegram.url}/bot${telegram.token}/sendMessage`
  expect((await fetch(url, { method: 'POST', body })).status).toBe(200)
  expect(telegram.messages).toMatchObject([{ text: '<b>&', entities: [] }])
})

test('Telegram counts 4096 UTF-16 units after parsing, and no more', async () => {
  const telegram = await aTelegram()
  const html = (text: string) => send(telegram, { text, parse_mode: 'HTML' })
  expect((await html(`<b>${'&lt;'.repeat(4096)}</b>`)).status).toBe(200)
  expect((await html('😀'.repeat(2048))).status).toBe(200)
  const tooLong = refusal(400, 'Bad Request: message is too long')
  expect(await html('x'.repeat(4097))).toEqual(tooLong)
  expect(await html(`${'😀'.repeat(2048)}x`)).toEqual(tooLong)
  expect(telegram.messages).toHaveLength(2)
})

const BUTTONS = (...buttons: unknown[]) => ({ inline_keyboard: [buttons] })
const ROW = (count: number) =>
  BUTTONS(...Array.from({ length: count }, () => ({ text: 'b', url: 'https://a.example' })))

const REFUSED: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['no chat', { chat_id: '', text: 'x' }, 'chat_id is empty'],
  ['an unknown chat', { chat_id: -100, text: 'x' }, 'chat not found'],
  ['no text', {}, 'message text is empty'],
  ['a text that is none', { text: 5 }, 'message text is empty'],
  ['an empty text', { text: '' }, 'message text is empty'],
  ['a text of spaces', { text: ' \n' }, 'message text is empty'],
  ['tags around nothing', { text: '<b></b>', parse_mode: 'HTML' }, 'message text is empty'],
  ['an unknown topic', { text: 'x', message_thread_id: 8 }, 'message thread not found'],
  ['another mode', { text: 'x', parse_mode: 'MarkdownV2' }, 'unsupported parse_mode'],
  [
    'an unknown tag',
    { text: 'é<p>x</p>', parse_mode: 'html' },
    'can\'t parse entities: Unsupported start tag "p" at byte offset 2',
  ],
  [
    'a button to localhost',
    { text: 'x', reply_markup: BUTTONS({ text: 'b', url: 'http://localhost/' }) },
    "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
  ],
  [
    'a button to a script',
    { text: 'x', reply_markup: BUTTONS({ text: 'b', url: 'javascript://a.example/' }) },
    "inline keyboard button URL 'javascript://a.example/' is invalid: Wrong HTTP URL",
  ],
  [
    'a button without a URL',
    { text: 'x', reply_markup: BUTTONS({ text: 'b' }) },
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
  ],
  ['nine buttons in a row', { text: 'x', reply_markup: ROW(9) }, 'REPLY_MARKUP_TOO_LONG'],
]

test.each(REFUSED)('Telegram refuses %s', async (_, parameters, error) => {
  const telegram = await aTelegram()
  expect(await send(telegram, parameters)).toEqual(refusal(400, `Bad Request: ${error}`))
  expect(telegram.messages).toEqual([])
})

test('Telegram takes eight buttons in a row', async () => {
  const telegram = await aTelegram()
  expect((await send(telegram, { text: 'x', reply_markup: ROW(8) })).status).toBe(200)
})

test('Telegram refuses a wrong token, a wrong method and a body that is no JSON', async () => {
  const telegram = await aTelegram()
  const message = { chat_id: telegram.chat, text: 'x' }
  expect(await call(telegram, message, { token: '1:wrong' })).toEqual(refusal(401, 'Unauthorized'))
  expect(await call(telegram, message, { method: 'sendMail' })).toEqual(refusal(404, 'Not Found'))
  expect((await fetch(telegram.url, { method: 'POST' })).status).toBe(404)
  expect(await call(telegram, '{')).toEqual(refusal(400, "Bad Request: can't parse JSON object"))
  expect(telegram.messages).toEqual([])
})

// The first lines are TDLib's own cases for parse_html, in its words.
const BROKEN: readonly (readonly [string, string])[] = [
  ['🏟 🏟&lt;<abacaba', 'Unclosed start tag at byte offset 13'],
  ['🏟 🏟&lt;<abac aba>', 'Unsupported start tag "abac" at byte offset 13'],
  ['🏟 🏟&lt;<i   =aba>', 'Empty attribute name in the tag "i" at byte offset 13'],
  ['🏟 🏟&lt;<i    aba>', 'Can\'t find end tag corresponding to start tag "i"'],
  ['🏟 🏟&lt;<i    aba  =  ', 'Unclosed start tag "i" at byte offset 13'],
  ['🏟 🏟&lt;<i    aba  =  190azAz-.,', 'Unexpected end of name token at byte offset 27'],
  ['🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>', 'Unclosed start tag at byte offset 13'],
  ['🏟 🏟&lt;</', 'Unexpected end tag at byte offset 13'],
  ['🏟 🏟&lt;<b></b></', 'Unexpected end tag at byte offset 20'],
  ['🏟 🏟&lt;<i>a</i   ', 'Unclosed end tag at byte offset 17'],
  ['🏟 🏟&lt;<i>a</em   >', 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'],
  ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ['<tg-emoji emoji-id="x">👍</tg-emoji>', 'Invalid custom emoji identifier specified'],
  [
    '&#xDFDF;',
    'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
  ],
  // Stricter than TDLib.
  ['a & b', 'Unsupported HTML entity at byte offset 2'],
  ['&nbsp;', 'Unsupported HTML entity at byte offset 0'],
  ['&lt', 'Unsupported HTML entity at byte offset 0'],
  ['&#0;', 'Unsupported HTML entity at byte offset 0'],
  ['&#x110000;', 'Unsupported HTML entity at byte offset 0'],
  ['a > b', 'Unescaped ">" at byte offset 2'],
]

test.each(BROKEN)('parseTelegramHtml() refuses %s', (html, error) => {
  expect(parseTelegramHtml(html)).toEqual({ ok: false, error })
})

const PARSED: readonly (readonly [string, string, readonly unknown[]])[] = [
  ['&lt;&gt;&amp;&quot;&#39;&#x1F600;', '<>&"\'😀', []],
  [
    '🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt;🏟</b></i>',
    '🏟 🏟🏟 ><🏟',
    [
      { type: 'italic', offset: 5, length: 7 },
      { type: 'bold', offset: 9, length: 3 },
    ],
  ],
  [
    '<strong>a</strong><em>b</em><u>c</u><s>d</s><tg-spoiler>e</tg-spoiler><code>f</code>',
    'abcdef',
    ['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'code'].map((type, offset) => ({
      type,
      offset,
      length: 1,
    })),
  ],
  [
    '<pre><code class="language-json">{}</code></pre>',
    '{}',
    [{ type: 'pre', offset: 0, length: 2, language: 'json' }],
  ],
  ['<code class="language-json">{}</code>', '{}', [{ type: 'code', offset: 0, length: 2 }]],
  [
    '<blockquote expandable>a</blockquote><blockquote>b</blockquote>',
    'ab',
    [
      { type: 'expandable_blockquote', offset: 0, length: 1 },
      { type: 'blockquote', offset: 1, length: 1 },
    ],
  ],
  [
    '<tg-emoji emoji-id="12345">👍</tg-emoji>',
    '👍',
    [{ type: 'custom_emoji', offset: 0, length: 2, custom_emoji_id: '12345' }],
  ],
  ['<a href="javascript:0">x</a><a href="http://localhost/">y</a>', 'xy', []],
]

test.each(PARSED)('parseTelegramHtml() reads %s', (html, text, entities) => {
  expect(parseTelegramHtml(html)).toEqual({ ok: true, text, entities })
})

test('Telegram holds a chat to one message a second and 20 a minute', async () => {
  let now = NOW
  const telegram = await aTelegram({
    enforceRate: true,
    clock: () => now,
    chats: [{ id: '-1' }, { id: '-2' }],
  })
  const status = async (chat: string) => (await call(telegram, { chat_id: chat, text: 'x' })).status
  expect([await status('-1'), await status('-1'), await status('-2')]).toEqual([200, 429, 200])
  now += 999
  expect(await status('-1')).toBe(429)
  now -= 999
  for (let count = 1; count < 20; count++) {
    now += 1000
    expect(await status('-1')).toBe(200)
  }
  now += 1000
  const url = `${telegram.url}/bot${telegram.token}/sendMessage`
  const body = new URLSearchParams({ chat_id: '-1', text: 'x' })
  const response = await fetch(url, { method: 'POST', body })
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '40'])
  expect(await response.json()).toEqual({
    ok: false,
    error_code: 429,
    description: 'Too Many Requests: retry after 40',
    parameters: { retry_after: 40 },
  })
  now += 39_999
  expect(await status('-1')).toBe(429)
  now += 1
  expect(await status('-1')).toBe(200)
})

test('migrateTo() leaves the old chat with nothing but the way to the new one', async () => {
  const telegram = await aTelegram()
  telegram.migrateTo('-1009999999999')
  const moved = (to: number) => ({
    status: 400,
    answer: {
      ok: false,
      error_code: 400,
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: to },
    },
  })
  expect(await send(telegram, { text: 'x' })).toEqual(moved(-1_009_999_999_999))
  expect((await send(telegram, { text: 'x', chat_id: -1_009_999_999_999 })).status).toBe(200)
  telegram.migrateTo('-1008888888888')
  expect(await send(telegram, { text: 'x' })).toEqual(moved(-1_008_888_888_888))
  const middle = { text: 'x', chat_id: -1_009_999_999_999 }
  expect(await send(telegram, middle)).toEqual(moved(-1_008_888_888_888))
  expect((await send(telegram, { text: 'x', chat_id: '-1008888888888' })).status).toBe(200)
  expect(telegram.messages.map(({ chat }) => chat)).toEqual(['-1009999999999', '-1008888888888'])
})

test('the answers for lost chats are Telegram’s own, until recover()', async () => {
  const telegram = await aTelegram()
  const answers: unknown[] = []
  for (const answer of Object.values(TELEGRAM_ANSWERS)) {
    telegram.answer(answer)
    answers.push((await send(telegram, { text: 'x' })).answer)
  }
  const descriptions = [
    'Forbidden: bot was blocked by the user',
    'Forbidden: bot was kicked from the supergroup chat',
    'Bad Request: TOPIC_CLOSED',
    'Bad Request: message thread not found',
    'Bad Request: chat not found',
    'Unauthorized',
  ]
  expect(answers).toMatchObject(descriptions.map((description) => ({ ok: false, description })))
  telegram.recover()
  expect((await send(telegram, { text: 'x' })).status).toBe(200)
})
