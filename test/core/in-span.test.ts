/** Work that nobody traces. */
import { expect, it } from 'vitest'
import { untraced } from '../../src/core/in-span.ts'

it('untraced() does the work, and its notes go nowhere', async () => {
  const work = async (note: (attributes: { n: number }) => void) => {
    note({ n: 1 })
    return 7
  }
  expect(await untraced('relay.test', work)).toBe(7)
  await expect(untraced('relay.test', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})
