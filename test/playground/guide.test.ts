import { describe, expect, test } from 'vitest'
import { advanceGuide, GUIDE_START, GUIDE_STEPS, nextStep } from '../../playground/guide.ts'
import type { GuideScene } from '../../playground/guide.ts'

const QUIET: GuideScene = {
  installed: true,
  head: 0,
  isRelayRunning: true,
  lane: { backlog: 0, failed: 0 },
  lostAt: null,
  comparedAt: null,
}

const at = (step: number, wasDown = false) => ({ at: step, wasDown })

describe('advanceGuide()', () => {
  test('waits at the first step until an event is stored', () => {
    expect(advanceGuide(GUIDE_START, QUIET)).toEqual(at(0))
    expect(advanceGuide(GUIDE_START, { ...QUIET, head: 1 })).toEqual(at(1))
  })

  test('leaves the message to the reader', () => {
    expect(advanceGuide(at(1), { ...QUIET, head: 5 })).toEqual(at(1))
    expect(nextStep(at(1))).toEqual(at(2))
  })

  test.each([
    [{ backlog: 1, failed: 0 }, 2],
    [{ backlog: 0, failed: 0 }, 2],
    [{ backlog: 1, failed: 1 }, 3],
  ])('knows a broken receiver by an event that waits after a failed try: %j', (lane, step) => {
    expect(advanceGuide(at(2), { ...QUIET, lane }).at).toBe(step)
  })

  test('goes on when nothing waits any more', () => {
    expect(advanceGuide(at(3), { ...QUIET, lane: { backlog: 2, failed: 1 } }).at).toBe(3)
    expect(advanceGuide(at(3), { ...QUIET, lane: null }).at).toBe(3)
    expect(advanceGuide(at(3), QUIET).at).toBe(4)
  })

  test('wants the relay to be down, and to be there again', () => {
    const running = advanceGuide(at(4), QUIET)
    expect(running).toEqual(at(4))
    const down = advanceGuide(running, { ...QUIET, isRelayRunning: false })
    expect(down).toEqual(at(4, true))
    expect(advanceGuide(down, QUIET)).toEqual(at(5))
  })

  test('wants a comparison that has ended after the loss', () => {
    const scene = { ...QUIET, lostAt: 100 }
    expect(advanceGuide(at(5), scene).at).toBe(5)
    expect(advanceGuide(at(5), { ...scene, comparedAt: 90 }).at).toBe(5)
    expect(advanceGuide(at(5), { ...scene, comparedAt: 110 }).at).toBe(6)
  })

  test('proves nothing by an uninstalled portal, and ends behind the last step', () => {
    expect(advanceGuide(GUIDE_START, { ...QUIET, head: 3, installed: false })).toEqual(GUIDE_START)
    const end = at(GUIDE_STEPS.length)
    expect(advanceGuide(end, { ...QUIET, head: 9 })).toEqual(end)
    expect(nextStep(end)).toEqual(end)
  })
})
