import { describe, expect, test } from 'vitest'
import { COMMON_KEYS, PEOPLE_KEYS } from '../../src/destinations/settings/common-settings.ts'
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

describe.each(DESTINATION_TYPES.map((known) => [known.type, known] as const))(
  'the registered type "%s"',
  (_word, { reader, profile }) => {
    test('has a profile that names its sources and its secrets', () => {
      expect(profile.title).not.toBe('')
      expect(profile.secretParts).not.toBe('')
      expect(profile.sources.length).toBeGreaterThan(0)
      for (const source of profile.sources) expect(source).toMatch(/^https:\/\//)
    })

    test('has limits and paces that let something through', () => {
      for (const { max } of profile.limits) expect(max).toBeGreaterThan(0)
      expect(new Set(profile.limits.map(({ what }) => what)).size).toBe(profile.limits.length)
      for (const { count, ms } of profile.pace) expect(Math.min(count, ms)).toBeGreaterThan(0)
    })

    test('has a pace and room for a template where people read, and only there', () => {
      const template = profile.limits.find(({ what }) => what === 'template')
      expect(template?.unit).toBe(reader === 'person' ? 'characters' : undefined)
      expect(profile.pace.length > 0).toBe(reader === 'person')
      expect(profile.carefulMs >= 1000).toBe(reader === 'person')
    })

    test('has settings whose words are used once, beside the common ones', () => {
      const common = reader === 'person' ? [...COMMON_KEYS, ...PEOPLE_KEYS] : COMMON_KEYS
      const words = [...common, ...profile.settings.map(({ name }) => name)]
      expect(new Set(words).size).toBe(words.length)
    })
  },
)
