/** The list of receivers, and the shape of each one's folder. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DESTINATION_TYPES, findDestinationType } from '../../src/destinations/registry.ts'
import { slack } from '../../src/destinations/slack/receiver.ts'
import { webhook } from '../../src/destinations/webhook/receiver.ts'

test('the registry finds each type by its word, which is unique', () => {
  expect(findDestinationType('slack')).toBe(slack)
  expect(findDestinationType('webhook')).toBe(webhook)
  const words = DESTINATION_TYPES.map(({ type }) => type)
  expect(new Set(words).size).toBe(words.length)
})

test.each(['', 'Slack', 'slack ', 'constructor', '__proto__'])(
  'the registry knows no type %j',
  (word) => {
    expect(findDestinationType(word)).toBeNull()
  },
)

test('people get at most one message a second in Slack, machines are not paced', () => {
  expect(slack).toMatchObject({ reader: 'person', profile: { pace: [{ count: 1, ms: 1000 }] } })
  expect(webhook).toMatchObject({ reader: 'machine', profile: { pace: [], carefulMs: 0 } })
})

test.each(DESTINATION_TYPES)('the folder of $type has the files of every receiver', (known) => {
  const folder = new URL(`../../src/destinations/${known.type}/`, import.meta.url)
  const files = known.reader === 'person' ? ['layout.ts', 'text.ts'] : ['layout.ts']
  expect(readdirSync(folder)).toEqual(
    expect.arrayContaining(['receiver.ts', 'profile.ts', ...files]),
  )
})
