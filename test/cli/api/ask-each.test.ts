import { expect, it } from 'vitest'
import { askEach } from '../../../cli/api/ask-each.ts'

const THINGS = Array.from({ length: 20 }, (_, index) => index)

it('askEach() keeps the order, and has at most eight questions under way', async () => {
  let underWay = 0
  let most = 0
  const answers = await askEach(THINGS, async (thing) => {
    underWay += 1
    most = Math.max(most, underWay)
    await Promise.resolve()
    underWay -= 1
    return thing * 2
  })
  expect(answers).toEqual(THINGS.map((thing) => thing * 2))
  expect(most).toBe(8)
})

it('askEach() fails with the first failure, and asks no further', async () => {
  const asked: number[] = []
  const asking = askEach(THINGS, async (thing) => {
    asked.push(thing)
    if (thing === 3) throw new Error('no answer')
  })
  await expect(asking).rejects.toThrow('no answer')
  expect(asked).toHaveLength(8)
})
