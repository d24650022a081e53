import { expect, test } from 'vitest'
import { BULLETIN_TYPES, LANE_BULLETINS } from '../../../src/core/bulletins/bulletin.ts'
import { explainBulletin } from '../../../src/dashboard/words/bulletin-words.ts'

test('a bulletin about a destination begins with its name, one about a portal is a sentence', () => {
  for (const type of BULLETIN_TYPES) {
    const isAboutLane = (LANE_BULLETINS as readonly string[]).includes(type)
    const { text } = explainBulletin(type, isAboutLane ? 'erp' : null)
    expect(text).toMatch(isAboutLane ? /^erp [a-z]/ : /^[A-Z]/)
    expect(text).not.toMatch(/\.$/)
  }
})

test('whatever lasts has a remedy', () => {
  const lasting = BULLETIN_TYPES.filter((type) => explainBulletin(type, null).tone === 'bad')
  expect(lasting.length).toBeGreaterThan(3)
  for (const type of lasting) expect(explainBulletin(type, null).remedy).toMatch(/^[A-Z].*[^.]$/)
})

test('a type that is not known is told as it is', () => {
  expect(explainBulletin('relay.moon', 'erp')).toEqual({
    tone: 'warn',
    text: 'erp relay.moon',
    remedy: null,
  })
  expect(explainBulletin('toString', null).text).toBe('toString')
})
