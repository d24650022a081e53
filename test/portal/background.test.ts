import { expect, it } from 'vitest'
import { BackgroundWork } from '../../src/portal/background.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { NOW } from '../support/time.ts'

function aBackground() {
  const clock = new ManualClock(NOW)
  const kept: Promise<unknown>[] = []
  const lines: unknown[] = []
  const failures: unknown[] = []
  const work = new BackgroundWork({
    memberId: 'a223',
    world: { sleep: clock.sleep, logLine: (...line) => void lines.push(line) },
    keepAlive: (promise) => void kept.push(promise),
    onFailure: (error) => void failures.push(error),
  })
  return { work, clock, kept, lines, failures }
}

it('keeps work alive, and logs its failure without letting it out', async () => {
  const { work, kept, lines, failures } = aBackground()
  work.background(Promise.reject(new Error('no answer')))
  work.background(Promise.reject(new Error('disk is full')), 'lane_failed')
  await Promise.all(kept)
  expect(lines).toEqual([
    ['error', 'background_failed', { memberId: 'a223', error: 'Error: no answer' }],
    ['error', 'lane_failed', { memberId: 'a223', error: 'Error: disk is full' }],
  ])
  expect(failures).toEqual([new Error('no answer'), new Error('disk is full')])
})

it('calls work after its time, and not when it was cancelled', async () => {
  const { work, clock, kept } = aBackground()
  const did: string[] = []
  work.after(1000, () => did.push('first'))
  const cancel = work.after(1000, () => did.push('second'))
  cancel()
  clock.advance(1000)
  await Promise.all(kept)
  expect(did).toEqual(['first'])
})

it('logs the failure of work that a timer does', async () => {
  const { work, clock, kept, lines } = aBackground()
  work.after(1, () => {
    throw new Error('disk is full')
  })
  clock.advance(1)
  await Promise.all(kept)
  expect(lines).toMatchObject([['error', 'background_failed', { error: 'Error: disk is full' }]])
})
