/** Hostile texts of the CRM in Slack, and a check that the reader of this test is not blind. */
import { expect, test } from 'vitest'
import { findMessageError } from '../../../playground/receivers/slack.ts'
import { plainText } from '../../../src/destinations/message/text/line.ts'
import type { Link, Message } from '../../../src/destinations/message/message.ts'
import { layOutSlack, measureSlack } from '../../../src/destinations/slack/layout.ts'
import { slack } from '../../../src/destinations/slack/receiver.ts'
import { describeChat } from '../../contract/chat-contract.ts'
import { bodyOf, opened } from '../../support/messages/opened-receiver.ts'
import { findSlackFaults, readSlackText } from '../../support/messages/slack-grammar.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

const LINK = { url: 'https://acme.bitrix24.com/crm/?a=1', text: 'Open in Bitrix24' }

describeChat({
  type: slack,
  settings: WORKING_SETTINGS.slack,
  traps: ['<!channel>', '<!date^1^{date}|x>', '>quote', '&amp;', '*bold*', ':tada:', '<@U123|x>'],
  readBack(message, words) {
    const json = JSON.stringify(layOutSlack(message, words))
    return { text: readSlackText(json), faults: findSlackFaults(json, linksOf(message)) }
  },
  meant: (message) => ({ text: textOf(message), faults: [] }),
  findRefusals(body) {
    const error = findMessageError(JSON.parse(body))
    return [error, measureSlack(body) > 12_000 ? 'too long' : null].filter(
      (found) => found !== null,
    )
  },
  readText(body) {
    const { blocks } = JSON.parse(body)
    const [first] = blocks
    return first.type === 'section' ? first.text.text : readSlackText(body)
  },
})

test('the reader of this test finds the faults that it is meant to find', async () => {
  const message = await bodyOf(opened(slack, WORKING_SETTINGS.slack))
  const broken: readonly [string, object][] = [
    ['control sequence', { text: '<!channel>' }],
    ['broken entity', { text: 'a &am; b' }],
    ['format character in the fallback', { text: 'a *b* c' }],
    ['italics in the fallback', { text: 'a _b_ c' }],
    ['emoji code in the fallback', { text: 'a :tada: c' }],
    ['mention in the fallback', { text: 'a @here c' }],
    ['link in the fallback', { text: 'see evil.example' }],
    ['fallback begins with markup', { text: '&gt; quote' }],
    ['lone surrogate', { text: 'a \uD800 b' }],
    ['invisible character', { text: 'a \u202E b' }],
    ['open isolate', { text: 'a \u2068 b' }],
    ['mrkdwn is on', { mrkdwn: true }],
    ['sequence <!here>', { blocks: [context(mrkdwn('<!here>'))] }],
    ['mrkdwn text x', { blocks: [context(mrkdwn('x'))] }],
    ['control sequence', { blocks: [context(note('<@U1>'))] }],
    ['text of 0 characters', { blocks: [richText(plain(''))] }],
    ['text of 3001 characters', { blocks: [richText(plain('x'.repeat(3001)))] }],
    ['piece link', { blocks: [richText({ type: 'link', url: 'x', text: 'x' })] }],
    ['piece link', { blocks: [richText({ type: 'link', ...LINK, url: 'https://evil.example' })] }],
  ]
  expect(findSlackFaults(JSON.stringify(message), [LINK])).toEqual([])
  for (const [fault, change] of broken) {
    const json = JSON.stringify(Object.assign({}, message, change))
    expect(findSlackFaults(json, [LINK])).toContain(fault)
  }
})

/** All texts of a message in the order in which they are read, without those of links. */
function textOf({ title, lead, alert, groups, more }: Message): string {
  return [
    plainText(title),
    lead.length === 0 ? '' : `\n${plainText(lead)}`,
    alert === null ? '' : `\n${alert}`,
    ...groups.flatMap(({ heading, lines }) => [
      heading.length === 0 ? '' : `\n${plainText(heading)}`,
      ...lines.map(({ text }) => plainText(text)),
    ]),
    more === null ? '' : `${more.text}${more.link === null ? '' : ' '}`,
  ].join('')
}

function linksOf({ link, more }: Message): readonly Link[] {
  return [link, more?.link ?? null].filter((known) => known !== null)
}

function richText(...elements: object[]) {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

function context(...elements: object[]) {
  return { type: 'context', elements }
}

function plain(text: string) {
  return { type: 'text', text }
}

function mrkdwn(text: string) {
  return { type: 'mrkdwn', text }
}

function note(text: string) {
  return { type: 'plain_text', text, emoji: false }
}
