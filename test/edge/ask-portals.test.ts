import { expect, it, vi } from 'vitest'
import { ASKED_MS, askPortals } from '../../src/edge/ask-portals.ts'

const IDS = Array.from({ length: 50 }, (_, n) => String(n))

it('askPortals() asks each portal once, twenty at a time at most', async () => {
  const asked: string[] = []
  let open = 0
  let most = 0
  await askPortals(
    IDS,
    async (memberId) => {
      asked.push(memberId)
      most = Math.max(most, (open += 1))
      await Promise.resolve()
      open -= 1
    },
    (memberId) => expect.fail(memberId),
  )
  expect(asked).toEqual(IDS)
  expect(most).toBe(20)
})

it('askPortals() tells of a portal that fails or is silent, and asks the others', async () => {
  vi.useFakeTimers()
  const failed: string[] = []
  const asked: string[] = []
  const done = askPortals(
    IDS,
    async (memberId) => {
      if (memberId === '3') throw new Error('no')
      if (memberId === '7') return new Promise(() => undefined)
      asked.push(memberId)
      return undefined
    },
    (memberId) => failed.push(memberId),
  )
  await vi.advanceTimersByTimeAsync(ASKED_MS)
  await done
  vi.useRealTimers()
  expect(failed).toEqual(['3', '7'])
  expect(asked).toHaveLength(IDS.length - 2)
})
