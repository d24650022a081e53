/** The simulated Teams workflow: its door, its limits, the cards it would not show, and its pace. */
import { expect, test } from 'vitest'
import { createTeamsSimulator } from '../../../playground/receivers/teams.ts'
import type { TeamsOptions } from '../../../playground/receivers/teams.ts'
import { post as send, started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

const aTeams = (options: TeamsOptions = {}) => started(createTeamsSimulator(options))

interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly text: string
}

async function post(url: string, body: unknown, contentType = 'application/json'): Promise<Answer> {
  const response = await send(url, body, contentType)
  const retryAfter = response.headers.get('retry-after')
  return { status: response.status, retryAfter, text: await response.text() }
}

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)
const textBlock = (text: string, more: object = {}) => ({ type: 'TextBlock', text, ...more })
const openUrl = (url: string) => ({ type: 'Action.OpenUrl', title: 'Open', url })

function card(body: readonly unknown[], more: object = {}): object {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    body,
    ...more,
  }
}

function message(content: object, more: object = {}): object {
  const contentType = 'application/vnd.microsoft.card.adaptive'
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content, ...more }] }
}

/** A message whose JSON is this many bytes. */
function messageOf(bytes: number): string {
  const empty = JSON.stringify(message(card([textBlock('')])))
  return JSON.stringify(message(card([textBlock('t'.repeat(bytes - empty.length))])))
}

const WHOLE_CARD = card(
  [
    textBlock('Deal won', { size: 'Large', weight: 'bolder', wrap: true, style: 'heading' }),
    {
      type: 'RichTextBlock',
      inlines: ['plain', { type: 'TextRun', text: 'old', strikethrough: true, underline: true }],
    },
    { type: 'FactSet', facts: [{ title: 'Stage', value: 'Won' }] },
    { type: 'Container', style: 'emphasis', items: [textBlock('inside')] },
    {
      type: 'ColumnSet',
      columns: [
        { type: 'Column', width: 'stretch', items: [textBlock('left')] },
        { width: '50px', items: [textBlock('right')], selectAction: openUrl('https://a.example') },
      ],
    },
    { type: 'ActionSet', actions: many(6, openUrl('https://portal.example/crm/')) },
  ],
  { actions: many(6, openUrl('http://portal.example/crm/')), msteams: { width: 'full' } },
)

test('Teams takes a card of every element with an empty 202', async () => {
  const teams = await aTeams()
  expect(await post(teams.url, message(WHOLE_CARD))).toMatchObject({ status: 202, text: '' })
  expect(teams.messages).toMatchObject([{ number: 1, payload: message(WHOLE_CARD), problems: [] }])
  expect(teams.problems).toEqual([])
})

test('Teams takes 28 KB and answers 413 to one byte more', async () => {
  const teams = await aTeams()
  expect((await post(teams.url, messageOf(28_672))).status).toBe(202)
  expect(await post(teams.url, messageOf(28_673))).toMatchObject({
    status: 413,
    text: 'request entity too large',
  })
  expect(teams.messages).toHaveLength(1)
})

test('Teams counts bytes and not characters', async () => {
  const teams = await aTeams()
  const body = message(card([textBlock('ы'.repeat(14_400))]))
  expect((await post(teams.url, body)).status).toBe(413)
})

test('Teams accepts without showing what is over 21 KB', async () => {
  const teams = await aTeams()
  await post(teams.url, messageOf(21_504))
  await post(teams.url, messageOf(21_505))
  expect(teams.messages.map(({ problems }) => problems)).toEqual([
    [],
    ['message: 21505 bytes may not be shown'],
  ])
})

const SCHEMA =
  "The input body for trigger 'manual' of type 'Request' did not match its schema definition."
const missing = (names: string) =>
  `${SCHEMA} Error details: 'Required properties are missing from object: ${names}.'`

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['a list', [], `${SCHEMA} Error details: 'Invalid type. Expected Object.'`],
  ['a text alone', { text: 'hello' }, missing('type')],
  ['a message without attachments', { type: 'message' }, missing('attachments')],
  ['a message of no attachments', { type: 'message', attachments: [] }, missing('attachments')],
  ['a bare card', WHOLE_CARD, missing('type')],
  [
    'a MessageCard',
    message({ '@type': 'MessageCard', text: 'x' }),
    missing('contentType, content'),
  ],
  [
    'a card under another content type',
    message(WHOLE_CARD, { contentType: 'application/json' }),
    missing('contentType, content'),
  ],
  [
    'a card as a text',
    {
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: '{}' }],
    },
    missing('contentType, content'),
  ],
]

test.each(REFUSED)('Teams refuses %s', async (_, body, text) => {
  const teams = await aTeams()
  const answer = await post(teams.url, body)
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    400,
    { error: { code: 'TriggerInputSchemaMismatch', message: text } },
  ])
  expect(teams.messages).toEqual([])
})

test.each([
  ['malformed JSON', '{', 'application/json'],
  ['JSON announced as text', JSON.stringify(message(WHOLE_CARD)), 'text/plain'],
])('Teams refuses %s', async (_, body, contentType) => {
  const teams = await aTeams()
  const answer = await post(teams.url, body, contentType)
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    400,
    {
      error: {
        code: 'InvalidRequestContent',
        message: "The input body for trigger 'manual' of type 'Request' must be of type JSON.",
      },
    },
  ])
})

const UNSHOWN: readonly (readonly [string, object, readonly string[]])[] = [
  ['an unknown element', card([{ type: 'Carousel' }]), ['body[0]: unknown type Carousel']],
  [
    'an element named like a method',
    card([{ type: 'toString' }]),
    ['body[0]: unknown type toString'],
  ],
  ['an element without a type', card(['text']), ['body[0]: not an object']],
  ['a card without a body', card([]), ['body: empty']],
  [
    'a newer version',
    card([textBlock('t')], { version: '1.6' }),
    ['version: 1.6 is not 1.2 to 1.5'],
  ],
  [
    'an older version',
    card([textBlock('t')], { version: '1.1' }),
    ['version: 1.1 is not 1.2 to 1.5'],
  ],
  [
    'what its version does not know yet',
    card(
      [
        textBlock('t', { style: 'heading' }),
        { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'r', underline: true }] },
      ],
      { version: '1.2' },
    ),
    ['body[0].style: needs version 1.5', 'body[1].inlines[0].underline: needs version 1.3'],
  ],
  ['an empty text', card([textBlock('')]), ['body[0].text: empty']],
  [
    'a misspelt property',
    card([textBlock('t', { warp: true })]),
    ['body[0]: unknown property warp'],
  ],
  [
    'values that no renderer knows',
    card([textBlock('t', { size: 'huge', color: 'red', wrap: 'yes' })]),
    [
      'body[0].size: unknown value huge',
      'body[0].color: unknown value red',
      'body[0].wrap: not true or false',
    ],
  ],
  [
    'a fact without a value',
    card([{ type: 'FactSet', facts: [{ title: 'Stage' }] }]),
    ['body[0].facts[0].value: not a text'],
  ],
  [
    'an unknown piece of rich text',
    card([{ type: 'RichTextBlock', inlines: [{ type: 'Link', text: 'r' }] }]),
    ['body[0].inlines[0]: unknown type Link'],
  ],
  [
    'a problem deep inside',
    card([
      {
        type: 'Container',
        items: [{ type: 'ColumnSet', columns: [{ items: [{ type: 'Table' }] }] }],
      },
    ]),
    ['body[0].items[0].columns[0].items[0]: unknown type Table'],
  ],
  [
    'a column of a wrong width',
    card([{ type: 'ColumnSet', columns: [{ width: 'wide', items: [textBlock('t')] }] }]),
    ['body[0].columns[0].width: wrong'],
  ],
  [
    'an action that a workflow cannot take',
    card([textBlock('t')], { actions: [{ type: 'Action.Submit', title: 'Send' }] }),
    ['actions[0]: unknown type Action.Submit'],
  ],
  [
    'a link that is none',
    card([{ type: 'ActionSet', actions: [openUrl('javascript:0')] }]),
    ['body[0].actions[0].url: not an http or https URL'],
  ],
  [
    'too many actions',
    card([textBlock('t')], { actions: many(7, openUrl('https://a.example')) }),
    ['actions: 7 actions, 6 are shown'],
  ],
]

test.each(UNSHOWN)('Teams accepts and would not show %s', async (_, content, problems) => {
  const teams = await aTeams()
  expect((await post(teams.url, message(content))).status).toBe(202)
  expect(teams.problems.map((one) => one.problems)).toEqual([problems])
})

const DOOR: readonly (readonly [string, (url: URL) => void, number, string])[] = [
  ['no signature', (url) => url.searchParams.delete('sig'), 401, 'DirectApiAuthorizationRequired'],
  ['a wrong signature', (url) => url.searchParams.set('sig', 'x'), 401, 'AuthorizationFailed'],
  ['a wrong permission', (url) => url.searchParams.set('sp', '/x'), 401, 'AuthorizationFailed'],
  [
    'no version',
    (url) => url.searchParams.delete('api-version'),
    400,
    'MissingApiVersionParameter',
  ],
  [
    'a foreign workflow',
    (url) => (url.pathname = url.pathname.replace('0f1e', 'ffff')),
    404,
    'WorkflowNotFound',
  ],
  ['another path', (url) => (url.pathname = '/workflows'), 404, 'ResourceNotFound'],
]

test.each(DOOR)('Teams refuses %s', async (_, change, status, code) => {
  const teams = await aTeams()
  const url = new URL(teams.url)
  change(url)
  const answer = await post(url.href, message(WHOLE_CARD))
  expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([status, code])
  expect(teams.messages).toEqual([])
})

test('Teams refuses a GET', async () => {
  const teams = await aTeams()
  const response = await fetch(teams.url)
  expect([response.status, JSON.parse(await response.text()).error.code]).toEqual([
    400,
    'TriggerRequestMethodNotValid',
  ])
})

test('Teams takes four requests in a second, then tells how long to wait', async () => {
  let now = NOW
  const teams = await aTeams({ enforceRate: true, clock: () => now })
  const send = () => post(teams.url, message(WHOLE_CARD))
  for (let index = 0; index < 4; index++) {
    expect((await send()).status).toBe(202)
    now += 100
  }
  const limited = await send()
  expect([limited.status, limited.retryAfter, JSON.parse(limited.text)]).toEqual([
    429,
    '1',
    {
      error: {
        code: 'TooManyRequests',
        message: 'Rate limit is exceeded. Try again in 1 seconds.',
      },
    },
  ])
  now += 599
  expect((await send()).status).toBe(429)
  now += 1
  expect((await send()).status).toBe(202)
})

test('Teams takes sixty requests in thirty seconds', async () => {
  let now = NOW
  const teams = await aTeams({ enforceRate: true, clock: () => now })
  const send = () => post(teams.url, message(WHOLE_CARD))
  for (let index = 0; index < 60; index++) {
    expect((await send()).status).toBe(202)
    now += 250
  }
  const limited = await send()
  expect([limited.status, limited.retryAfter]).toEqual([429, '15'])
  now += 14_999
  expect((await send()).status).toBe(429)
  now += 1
  expect((await send()).status).toBe(202)
})

test('the switches of a workflow hold until recover()', async () => {
  const teams = await aTeams()
  const send = () => post(teams.url, message(WHOLE_CARD))
  const id = /workflows\/(\w+)/.exec(teams.url)?.[1]
  teams.remove()
  const removed = await send()
  expect([removed.status, JSON.parse(removed.text)]).toEqual([
    404,
    { error: { code: 'WorkflowNotFound', message: `The workflow '${id}' could not be found.` } },
  ])
  for (const state of ['Suspended', 'Deleted'] as const) {
    teams.disable(state)
    const disabled = await send()
    expect([disabled.status, JSON.parse(disabled.text)]).toEqual([
      400,
      {
        error: {
          code: 'WorkflowTriggerIsNotEnabled',
          message: `Could not execute workflow '${id}' trigger 'manual' with state '${state}': trigger is not enabled.`,
        },
      },
    ])
  }
  teams.answerWithErrorInside()
  const inside = await send()
  expect(inside.status).toBe(200)
  expect(inside.text).toContain('Microsoft Teams endpoint returned HTTP error 429 with ContextId ')
  teams.answerWithErrorInside(413)
  expect((await send()).text).toContain('Microsoft Teams endpoint returned HTTP error 413')
  expect(teams.messages).toEqual([])
  teams.recover()
  expect((await send()).status).toBe(202)
})
