/** The simulated Slack: its limits, its words and its pace. */
import { expect, test } from 'vitest'
import { createSlackSimulator } from '../../../playground/receivers/slack.ts'
import type { SlackOptions } from '../../../playground/receivers/slack.ts'
import { post as send, started } from '../../support/started.ts'
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

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['no JSON', '{', 'invalid_payload'],
  ['a list', [], 'invalid_payload'],
  ['nothing to show', {}, 'no_text'],
  ['an empty text', { text: ' ' }, 'no_text'],
  ['blocks that are no list', { text: 'x', blocks: {} }, 'invalid_blocks_format'],
  ['an unknown block', { blocks: [{ type: 'table' }] }, 'invalid_blocks'],
  ['a long section', { blocks: [section('s'.repeat(3001))] }, 'invalid_blocks'],
  ['an empty section', { blocks: [{ type: 'section' }] }, 'invalid_blocks'],
  ['an empty text object', { blocks: [section('')] }, 'invalid_blocks'],
  [
    'a long header',
    { blocks: [{ type: 'header', text: plain('h'.repeat(151)) }] },
    'invalid_blocks',
  ],
  [
    'a header in mrkdwn',
    { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'h' } }] },
    'invalid_blocks',
  ],
  [
    'too many fields',
    { blocks: [{ type: 'section', fields: many(11, plain('f')) }] },
    'invalid_blocks',
  ],
  [
    'a long field',
    { blocks: [{ type: 'section', fields: [plain('f'.repeat(2001))] }] },
    'invalid_blocks',
  ],
  [
    'too many context elements',
    { blocks: [{ type: 'context', elements: many(11, plain('c')) }] },
    'invalid_blocks',
  ],
  [
    'a long button',
    {
      blocks: [{ type: 'actions', elements: [{ type: 'button', text: plain('b'.repeat(76)) }] }],
    },
    'invalid_blocks',
  ],
  [
    'a button that leads nowhere valid',
    {
      blocks: [
        { type: 'actions', elements: [{ type: 'button', text: plain('b'), url: 'javascript:0' }] },
      ],
    },
    'invalid_blocks',
  ],
  ['too many blocks', { blocks: many(51, { type: 'divider' }) }, 'invalid_blocks'],
  [
    'a repeated block id',
    { blocks: many(2, { type: 'divider', block_id: 'x' }) },
    'invalid_blocks',
  ],
  ['an unknown property', { blocks: [{ type: 'divider', colour: 'red' }] }, 'invalid_blocks'],
  [
    'an empty piece of rich text',
    {
      blocks: [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] }],
        },
      ],
    },
    'invalid_blocks',
  ],
  [
    'a rich text list of bare texts',
    {
      blocks: [
        {
          type: 'rich_text',
          elements: [
            { type: 'rich_text_list', style: 'bullet', elements: [{ type: 'text', text: 'r' }] },
          ],
        },
      ],
    },
    'invalid_blocks',
  ],
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
