/** The forms in which profiles tell their rules, and what every profile must hold. */
import { describe, expect, test } from 'vitest'
import { exact, limitOf, part, words, type Limit } from '../../src/destinations/profile.ts'
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts'
import { COMMON_KEYS, PEOPLE_KEYS } from '../../src/destinations/settings/common-settings.ts'

test('exact(), part() and words() tell an error by a word or a part', () => {
  expect(exact('10015', 'unknown_webhook', 'endpoint_gone')).toEqual({
    says: '10015',
    match: 'exact',
    reason: 'unknown_webhook',
    class: 'endpoint_gone',
  })
  expect(part('Chat not found', 'chat_not_found', 'endpoint')).toEqual({
    says: 'Chat not found',
    match: 'part',
    reason: 'chat_not_found',
    class: 'endpoint',
  })
  expect(words('message', ['no_text', 'too_long'])).toEqual([
    exact('no_text', 'no_text', 'message'),
    exact('too_long', 'too_long', 'message'),
  ])
})

test('limitOf() gives the number of a limit, and throws for one that is not there', () => {
  const limits: readonly Limit[] = [{ what: 'text', max: 4000, unit: 'characters' }]
  expect(limitOf({ title: 'Chat', limits }, 'text')).toBe(4000)
  expect(() => limitOf({ title: 'Chat', limits }, 'card')).toThrow(
    'Cannot find the limit "card" of Chat',
  )
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
