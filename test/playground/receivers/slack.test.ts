/** The simulated Slack: its limits, its words and its pace. */
import { expect, test } from 'vitest'
import { createSlackSimulator } from '../../../playground/receivers/slack.ts'
import type { SlackOptions } from '../../../playground/receivers/slack.ts'
import { post as send, started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

const aSlack = (options: SlackOptions = {}) => started(createSlackSimulator(options))

async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await send(url, body)
  return { status: response.status, text: await response.text() }
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const plain = (text: string) => ({ type: 'plain_text', text })
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)

const ACCEPTED: readonly (readonly [string, unknown])[] = [
  ['a text alone', { text: 'hello' }],
  [
    'every block at its limit',
    {
      blocks: [
        { type: 'header', text: plain('h'.repeat(150)) },
        section('s'.repeat(3000)),
        { type: 'section', fields: many(10, { type: 'mrkdwn', text: 'f' }) },
        { type: 'divider' },
        { type: 'context', elements: many(10, { type: 'mrkdwn', text: 'c' }) },
        {
          type: 'actions',
          elements: [{ type: 'button', text: plain('b'.repeat(75)), url: 'https://a.example/' }],
        },
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'r' }] }],
        },
      ],
    },
  ],
  ['characters outside the basic plane counted once', { blocks: [section('😀'.repeat(3000))] }],
]

test.each(ACCEPTED)('Slack takes %s', async (_, payload) => {
  const slack = await aSlack()
  expect(await post(slack.url, payload)).toEqual({ status: 200, text: 'ok' })
  expect(slack.messages.map((message) => message.payload)).toEqual([payload])
})

const header = (text: object) => ({ type: 'header', text })
const actions = (button: object) => ({ type: 'actions', elements: [{ type: 'button', ...button }] })
const richText = (element: object) => ({ type: 'rich_text', elements: [element] })

const REFUSED_BLOCKS: readonly (readonly [string, ...object[]])[] = [
  ['an unknown block', { type: 'table' }],
  ['a long section', section('s'.repeat(3001))],
  ['an empty section', { type: 'section' }],
  ['an empty text object', section('')],
  ['a long header', header(plain('h'.repeat(151)))],
  ['a header in mrkdwn', header({ type: 'mrkdwn', text: 'h' })],
  ['too many fields', { type: 'section', fields: many(11, plain('f')) }],
  ['a long field', { type: 'section', fields: [plain('f'.repeat(2001))] }],
  ['too many context elements', { type: 'context', elements: many(11, plain('c')) }],
  ['a long button', actions({ text: plain('b'.repeat(76)) })],
  ['a button that leads nowhere valid', actions({ text: plain('b'), url: 'javascript:0' })],
  ['too many blocks', ...many(51, { type: 'divider' })],
  ['a repeated block id', ...many(2, { type: 'divider', block_id: 'x' })],
  ['an unknown property', { type: 'divider', colour: 'red' }],
  [
    'an empty piece of rich text',
    richText({ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] }),
  ],
  [
    'a rich text list of bare texts',
    richText({ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'text', text: 'r' }] }),
  ],
]

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['no JSON', '{', 'invalid_payload'],
  ['a list', [], 'invalid_payload'],
  ['nothing to show', {}, 'no_text'],
  ['an empty text', { text: ' ' }, 'no_text'],
  ['blocks that are no list', { text: 'x', blocks: {} }, 'invalid_blocks_format'],
  ...REFUSED_BLOCKS.map(([what, ...blocks]) => [what, { blocks }, 'invalid_blocks'] as const),
  ['too much text in all', { blocks: many(5, section('s'.repeat(2700))) }, 'msg_blocks_too_long'],
  ['too many attachments', { text: 'x', attachments: many(101, {}) }, 'too_many_attachments'],
]

test.each(REFUSED)('Slack refuses %s', async (_, payload, error) => {
  const slack = await aSlack()
  expect(await post(slack.url, payload)).toEqual({ status: 400, text: error })
  expect(slack.messages).toEqual([])
})

test('Slack answers no_service at a URL that is no webhook', async () => {
  const slack = await aSlack()
  expect(await post(`${slack.origin}/services/none`, { text: 'x' })).toEqual({
    status: 404,
    text: 'no_service',
  })
})

test('Slack holds a sender to one message a second after a short burst', async () => {
  let now = NOW
  const slack = await aSlack({ enforceRate: true, clock: () => now })
  const statuses: number[] = []
  for (let index = 0; index < 5; index++) {
    statuses.push((await post(slack.url, { text: 'x' })).status)
  }
  expect(statuses).toEqual([200, 200, 200, 200, 429])
  now += 1000
  expect((await post(slack.url, { text: 'x' })).status).toBe(200)
  expect((await post(slack.url, { text: 'x' })).status).toBe(429)
})
