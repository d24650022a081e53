import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  CallerQuestions,
  MAX_OPEN_QUESTIONS,
  TURN_MS,
} from '../../../src/edge/callers/caller-questions.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** The questions of a line that is full. */
function full(): CallerQuestions {
  const questions = new CallerQuestions()
  for (let count = 0; count < MAX_OPEN_QUESTIONS; count += 1) questions.begin('line')
  return questions
}

describe('CallerQuestions', () => {
  it('lets 8 be open in a line, and others in other lines', () => {
    const questions = full()
    expect(MAX_OPEN_QUESTIONS).toBe(8)
    expect([questions.begin('line'), questions.begin('other')]).toEqual([false, true])
    questions.end('line')
    expect([questions.begin('line'), questions.begin('line')]).toEqual([true, false])
  })

  it('wakes everybody who waits in the line with its next answer', async () => {
    const questions = full()
    const waiting = [questions.answered('line'), questions.answered('line')]
    questions.end('line')
    expect(await Promise.all(waiting)).toEqual([true, true])
  })

  it('lets nobody wait longer than 2 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const waiting = full().answered('line')
    await vi.advanceTimersByTimeAsync(TURN_MS)
    expect(await waiting).toBe(false)
    expect(TURN_MS).toBe(2000)
  })

  it('has nothing to wait for in a line without questions', async () => {
    expect(await new CallerQuestions().answered('line')).toBe(true)
  })
})
