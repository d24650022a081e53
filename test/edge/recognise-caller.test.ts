import { describe, expect, it } from 'vitest'
import { ACCEPTED, NOT_STORED } from '../../src/edge/intake-answer.ts'
import { recogniseCaller } from '../../src/edge/recognise-caller.ts'
import { anIntake, portalsWith, UNREACHABLE } from '../support/builders/an-intake.ts'

const CALLER = { memberId: 'a'.repeat(32), tokenHash: 'e'.repeat(64), isTrusted: false }

describe('recogniseCaller()', () => {
  it('asks nobody about a caller whom the edge knows', async () => {
    const { deps, lookups } = anIntake({ clientOf: UNREACHABLE })
    expect(await recogniseCaller(deps, { ...CALLER, isTrusted: true })).toBe(ACCEPTED)
    expect(lookups).toEqual([])
  })

  it.each([
    [true, ACCEPTED, 'trusted'],
    [false, { kind: 'refused', code: 'untrusted' }, 'refused'],
  ])('believes the object that says %s, and remembers it', async (word, answer, remembered) => {
    const clientOf = portalsWith({ recognises: () => Promise.resolve(word) })
    const { deps } = anIntake({ clientOf })
    expect(await recogniseCaller(deps, CALLER)).toEqual(answer)
    expect(deps.callers.memory.recall(CALLER, deps.world.now())).toBe(remembered)
  })

  it('cannot tell after two tries, and remembers nothing', async () => {
    const { deps, lookups } = anIntake({ clientOf: UNREACHABLE })
    expect(await recogniseCaller(deps, CALLER)).toBe(NOT_STORED)
    expect(lookups).toHaveLength(2)
    expect(deps.callers.memory.recall(CALLER, deps.world.now())).toBe('unknown')
  })
})
