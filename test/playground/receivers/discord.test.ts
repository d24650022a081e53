/** The simulated Discord webhook: its limits at their edges, its error bodies, headers and pace. */
import { expect, test } from 'vitest'
import { createDiscordSimulator } from '../../../playground/receivers/discord.ts'
import type { DiscordOptions } from '../../../playground/receivers/discord.ts'
import { post as send, started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

const aDiscord = (options: DiscordOptions = {}) => started(createDiscordSimulator(options))

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

async function post(url: string, body: unknown, contentType = 'application/json'): Promise<Answer> {
  const response = await send(url, body, contentType)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)
const field = (name: string, value: string) => ({ name, value, inline: true })
const embed = (part: object) => ({ embeds: [part] })

/** Two embeds with so many characters in all of their texts. */
const embedsOf = (characters: number) => ({
  embeds: [
    { description: 'd'.repeat(4000), footer: { text: 'f'.repeat(1000) } },
    {
      title: 't'.repeat(100),
      author: { name: 'a'.repeat(100) },
      fields: [field('n'.repeat(100), 'v'.repeat(characters - 5300))],
    },
  ],
})

const ACCEPTED: readonly (readonly [string, object])[] = [
  ['a text at its limit', { content: 'c'.repeat(2000) }],
  ['a title at its limit', embed({ title: 't'.repeat(256) })],
  ['a description at its limit', embed({ description: 'd'.repeat(4096) })],
  ['fields at their limits', embed({ fields: many(4, field('n'.repeat(256), 'v'.repeat(1024))) })],
  ['as many fields as it can', embed({ fields: many(25, field('n', 'v')) })],
  ['a footer at its limit', embed({ footer: { text: 'f'.repeat(2048) } })],
  [
    'an author at its limit',
    embed({ author: { name: 'a'.repeat(256), url: 'https://a.example' } }),
  ],
  ['as many embeds as it can', { embeds: many(10, { title: 't' }) }],
  ['as much text in embeds as it can', embedsOf(6000)],
  [
    'every other property of an embed',
    embed({
      title: 't',
      url: 'https://portal.example/crm/',
      color: 0xffffff,
      timestamp: '2026-01-01T00:00:00.000Z',
      image: { url: 'https://portal.example/i.png' },
    }),
  ],
  ['an empty text beside an embed', { content: null, ...embed({ title: 't' }) }],
  ['mentions switched off', { content: 'c', allowed_mentions: { parse: [] } }],
]

test.each(ACCEPTED)('Discord takes %s', async (_, payload) => {
  const discord = await aDiscord()
  const { status, text } = await post(`${discord.url}?wait=true`, payload)
  expect([status, status === 200 ? 'a message' : text]).toEqual([200, 'a message'])
  expect(discord.messages.map((message) => message.payload)).toEqual([payload])
})

/** Discord's errors of one place, as it nests them. */
const errorsAt = (path: string, code: string, message: string): object =>
  path.split('.').reduceRight<object>((inner, key) => ({ [key]: inner }), {
    _errors: [{ code, message }],
  })
const tooLong = (path: string, max: number): object =>
  errorsAt(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
const required = (path: string): object =>
  errorsAt(path, 'BASE_TYPE_REQUIRED', 'This field is required')

const REFUSED: readonly (readonly [string, object, object])[] = [
  ['a long text', { content: 'c'.repeat(2001) }, tooLong('content', 2000)],
  [
    'characters outside the basic plane, each counted twice',
    { content: '😀'.repeat(1001) },
    tooLong('content', 2000),
  ],
  [
    'a text that is none',
    { content: 1 },
    errorsAt('content', 'STRING_TYPE_CONVERT', 'Could not interpret "1" as string.'),
  ],
  ['too many embeds', { embeds: many(11, { title: 't' }) }, tooLong('embeds', 10)],
  ['a long title', embed({ title: 't'.repeat(257) }), tooLong('embeds.0.title', 256)],
  [
    'a long description',
    embed({ description: 'd'.repeat(4097) }),
    tooLong('embeds.0.description', 4096),
  ],
  ['too many fields', embed({ fields: many(26, field('n', 'v')) }), tooLong('embeds.0.fields', 25)],
  [
    'every bad field, each in its place',
    embed({ fields: [field('n'.repeat(257), 'v'), field('n', 'v'), field('n', 'v'.repeat(1025))] }),
    {
      embeds: {
        0: { fields: { 0: tooLong('name', 256), 2: tooLong('value', 1024) } },
      },
    },
  ],
  ['a field of spaces', embed({ fields: [field('n', '  ')] }), required('embeds.0.fields.0.value')],
  [
    'a long footer',
    embed({ footer: { text: 'f'.repeat(2049) } }),
    tooLong('embeds.0.footer.text', 2048),
  ],
  [
    'a long author',
    embed({ author: { name: 'a'.repeat(257) } }),
    tooLong('embeds.0.author.name', 256),
  ],
  ['an embed that shows nothing', embed({ color: 1 }), required('embeds.0.description')],
  [
    'one character too many in all texts of all embeds',
    embedsOf(6001),
    errorsAt('embeds', 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000'),
  ],
  [
    'a link that is none',
    embed({ title: 't', url: 'javascript:0' }),
    errorsAt(
      'embeds.0.url',
      'URL_TYPE_INVALID_SCHEME',
      `Scheme "javascript" is not supported. Scheme must be one of ('http', 'https').`,
    ),
  ],
  [
    'a colour out of range',
    embed({ title: 't', color: 0x1000000 }),
    errorsAt(
      'embeds.0.color',
      'NUMBER_TYPE_MAX',
      'int value should be less than or equal to 16777215.',
    ),
  ],
  [
    'a time that is none',
    embed({ title: 't', timestamp: 'today' }),
    errorsAt(
      'embeds.0.timestamp',
      'DATE_TIME_TYPE_PARSE',
      'Could not parse today. Should be ISO8601.',
    ),
  ],
  [
    'the name of Discord itself',
    { content: 'c', username: 'Discord CRM' },
    errorsAt('username', 'USERNAME_INVALID_CONTAINS', 'Username cannot contain "discord"'),
  ],
]

test.each(REFUSED)('Discord refuses %s', async (_, payload, errors) => {
  const discord = await aDiscord()
  const { status, text } = await post(`${discord.url}?wait=true`, payload)
  expect([status, JSON.parse(text)]).toEqual([
    400,
    { message: 'Invalid Form Body', code: 50_035, errors },
  ])
  expect(discord.messages).toEqual([])
})

test.each([
  ['nothing', {}],
  ['spaces', { content: ' \n' }],
  ['no embeds', { embeds: [] }],
])('Discord refuses a message of %s', async (_, payload) => {
  const discord = await aDiscord()
  const { status, text } = await post(`${discord.url}?wait=true`, payload)
  expect([status, JSON.parse(text)]).toEqual([
    400,
    { message: 'Cannot send an empty message', code: 50_006 },
  ])
})

test.each([
  ['malformed JSON', '{', 'application/json'],
  ['a list', '[]', 'application/json'],
  ['JSON that is announced as text', '{"content":"c"}', 'text/plain'],
])('Discord refuses %s', async (_, body, contentType) => {
  const discord = await aDiscord()
  const { status, text } = await post(`${discord.url}?wait=true`, body, contentType)
  expect([status, JSON.parse(text)]).toEqual([
    400,
    { message: 'The request body contains invalid JSON.', code: 50_109 },
  ])
})

test('Discord answers with the stored message only to a sender that waits', async () => {
  const discord = await aDiscord({ clock: () => Date.UTC(2026, 0, 1) })
  const waited = await post(`${discord.url}?wait=true`, {
    content: 'first',
    ...embed({ title: 't' }),
  })
  expect(JSON.parse(waited.text)).toMatchObject({
    content: 'first',
    embeds: [{ title: 't', type: 'rich' }],
    timestamp: '2026-01-01T00:00:00.000Z',
    author: { bot: true },
  })
  const unwaited = await post(discord.url, { content: 'second' })
  expect([unwaited.status, unwaited.text]).toEqual([204, ''])
  expect(discord.messages.map(({ payload }) => payload.content)).toEqual(['first', 'second'])
})

test('a 204 proves nothing: what Discord refuses looks the same and is not kept', async () => {
  const discord = await aDiscord()
  expect((await post(discord.url, { content: 'c'.repeat(2001) })).status).toBe(204)
  expect((await post(`${discord.url}?wait=false`, {})).status).toBe(204)
  expect(discord.messages).toEqual([])
})

test('Discord tells a foreign webhook, a wrong token and a wrong method apart', async () => {
  const discord = await aDiscord()
  const [id = ''] = /\d{19}/.exec(discord.url) ?? []
  const foreign = await post(discord.url.replace(id, '1290000000000000009'), { content: 'c' })
  const wrong = await post(`${discord.url}x`, { content: 'c' })
  const elsewhere = await post(`${discord.origin}/api/webhooks`, { content: 'c' })
  const read = await fetch(discord.url)
  expect([foreign.status, JSON.parse(foreign.text)]).toEqual([
    404,
    { message: 'Unknown Webhook', code: 10_015 },
  ])
  expect([wrong.status, JSON.parse(wrong.text)]).toEqual([
    401,
    { message: 'Invalid Webhook Token', code: 50_027 },
  ])
  expect([elsewhere.status, JSON.parse(elsewhere.text)]).toEqual([
    404,
    { message: '404: Not Found', code: 0 },
  ])
  expect(read.status).toBe(405)
})

test('Discord takes five requests in two seconds and says so in its headers', async () => {
  let now = NOW
  const discord = await aDiscord({ enforceRate: true, clock: () => now })
  const answers: Answer[] = []
  for (let index = 0; index < 5; index++) {
    answers.push(await post(discord.url, { content: 'c' }))
    now += 100
  }
  const read = (name: string) => answers.map(({ headers }) => headers.get(name))
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])
  expect(read('x-ratelimit-limit')).toEqual(many(5, '5'))
  expect(read('x-ratelimit-remaining')).toEqual(['4', '3', '2', '1', '0'])
  expect(read('x-ratelimit-reset')).toEqual(many(5, '1790000002.000'))
  expect(read('x-ratelimit-reset-after')).toEqual(['2.000', '1.900', '1.800', '1.700', '1.600'])
  expect(new Set(read('x-ratelimit-bucket')).size).toBe(1)
  const limited = await post(discord.url, { content: 'c' })
  expect([limited.status, JSON.parse(limited.text)]).toEqual([
    429,
    { message: 'You are being rate limited.', retry_after: 1.5, global: false },
  ])
  expect(Object.fromEntries(limited.headers)).toMatchObject({
    'retry-after': '2',
    'x-ratelimit-scope': 'user',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset-after': '1.500',
  })
  now += 1499
  expect((await post(discord.url, { content: 'c' })).status).toBe(429)
  now += 1
  const next = await post(discord.url, { content: 'c' })
  expect([next.status, next.headers.get('x-ratelimit-remaining')]).toEqual([204, '4'])
  expect(discord.messages).toHaveLength(6)
})

test('Discord without an enforced pace never runs out', async () => {
  const discord = await aDiscord({ clock: () => NOW })
  for (let index = 0; index < 6; index++) {
    const { status, headers } = await post(discord.url, { content: 'c' })
    expect([status, headers.get('x-ratelimit-remaining')]).toEqual([204, '4'])
  }
})

test('remove() and barAddress() hold until recover()', async () => {
  const discord = await aDiscord()
  discord.remove()
  const gone = await post(discord.url, { content: 'c' })
  expect([gone.status, JSON.parse(gone.text)]).toEqual([
    404,
    { message: 'Unknown Webhook', code: 10_015 },
  ])
  discord.barAddress()
  const barred = await post(discord.url, { content: 'c' })
  expect([barred.status, barred.headers.get('retry-after')]).toEqual([429, null])
  expect(barred.headers.get('content-type')).toBe('text/html; charset=UTF-8')
  expect(barred.text).toContain('error code: 1015')
  discord.recover()
  expect((await post(discord.url, { content: 'c' })).status).toBe(204)
})

test('Discord notes which mentions would have notified people', async () => {
  const discord = await aDiscord()
  const content = '@everyone and @here, <@123> and <@&456>'
  await post(discord.url, { content })
  await post(discord.url, { content, allowed_mentions: { parse: [] } })
  await post(discord.url, { content, allowed_mentions: { parse: ['users'] } })
  await post(discord.url, { content, allowed_mentions: { parse: [], roles: ['456'] } })
  await post(discord.url, embed({ title: '@everyone' }))
  expect(discord.messages.map(({ pings }) => pings)).toEqual([
    ['@everyone', '@here', '<@&456>', '<@123>'],
    [],
    ['<@123>'],
    ['<@&456>'],
    [],
  ])
})
