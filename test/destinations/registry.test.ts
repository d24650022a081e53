import { expect, test } from 'vitest'
import { DESTINATION_TYPES, findDestinationType } from '../../src/destinations/registry.ts'
import { slack } from '../../src/destinations/slack.ts'
import { webhook } from '../../src/destinations/webhook.ts'

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

test('people get at most one message a second, machines are not paced', () => {
  const paces = DESTINATION_TYPES.map(({ type, reader, minIntervalMs }) => [
    type,
    reader,
    minIntervalMs,
  ])
  expect(paces).toEqual([
    ['slack', 'person', 1000],
    ['webhook', 'machine', 0],
  ])
})
