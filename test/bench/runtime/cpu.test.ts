import { describe, expect, it } from 'vitest'
import { cpuMsOf, parseCpuMs } from '../../../bench/runtime/cpu.ts'

describe('parseCpuMs()', () => {
  it('adds the time of the user and of the system, behind a name with blanks and parentheses', () => {
    const stat = '4711 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 30 0 0 20 0 8 0 99'
    expect(parseCpuMs(stat)).toBe(2800)
  })
})

describe('cpuMsOf()', () => {
  it('is no number for a process that is not there', () => {
    expect(cpuMsOf(-1)).toBeNaN()
  })
})
