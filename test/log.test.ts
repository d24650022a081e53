import { afterEach, describe, expect, it, vi } from 'vitest'
import { logLine } from '../src/log.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('log()', () => {
  it.each(['info', 'warn', 'error'] as const)('writes one line of JSON at %s', (level) => {
    const write = vi.spyOn(console, level).mockImplementation(() => undefined)
    logLine(level, 'spill_drained', { drained: 2, left: 0 })
    logLine(level, 'installed')
    expect(write.mock.calls).toEqual([
      ['{"event":"spill_drained","drained":2,"left":0}'],
      ['{"event":"installed"}'],
    ])
  })

  it('breaks no line, whatever a field says', () => {
    const write = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    logLine('warn', 'portal_unreachable', { error: 'first\nsecond' })
    expect(write.mock.calls).toEqual([['{"event":"portal_unreachable","error":"first\\nsecond"}']])
  })
})
