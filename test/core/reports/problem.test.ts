/** The problem that is shown first of a portal. */
import { describe, expect, it } from 'vitest'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { disable, pause, remove } from '../../../src/core/lanes/state/lane-status.ts'
import {
  FAILING_ATTEMPTS,
  problemOf,
  type ProblemTerms,
} from '../../../src/core/reports/problem.ts'
import { aLane } from '../../support/builders/a-lane.ts'

const DISABLED = disable(aLane(), { reason: 'gone', probeAt: null })
const FAILING = aLane({ attempts: FAILING_ATTEMPTS })

function problem(
  terms: Partial<ProblemTerms>,
): [reason: string, destination: string | null] | null {
  const well = { status: 'active', remedy: null, lanes: [], parked: new Map(), missing: 0 } as const
  const found = problemOf({ ...well, ...terms })
  return found && [found.reason, found.destination]
}

describe('problemOf()', () => {
  it('finds none where all is well, and none at a portal that has ended', () => {
    expect(problem({ lanes: [aLane({ attempts: FAILING_ATTEMPTS - 1 })] })).toBeNull()
    expect(problem({ status: 'uninstalled' })).toBeNull()
    expect(problem({ status: 'deleted', remedy: 'nothing' })).toBeNull()
  })

  it.each([
    'portal_full',
    'tokens_lost',
    'no_rights',
    'suspended',
    'unfinished',
    'pending',
  ] as const)('names the state %s before its lanes', (status) => {
    expect(problem({ status, lanes: [DISABLED] })).toEqual([status, null])
  })

  it.each<[reason: string, lanes: readonly LaneState[], parked: number]>([
    ['lane_disabled', [FAILING, DISABLED], 1],
    ['lane_failing', [FAILING], 1],
    ['parked', [aLane()], 1],
  ])('names %s with its destination', (reason, lanes, parked) => {
    const terms = { lanes, parked: new Map([['erp', parked]]), missing: 2 }
    expect(problem(terms)).toEqual([reason, 'erp'])
  })

  it('looks at no lane that was removed, and not at the attempts of one that is paused', () => {
    expect(problem({ lanes: [remove(DISABLED), pause(FAILING)] })).toBeNull()
  })

  it('names events that could not be bound last', () => {
    expect(problem({ missing: 1 })).toEqual(['events_not_bound', null])
  })

  it('has a remedy for each', () => {
    const lanes = [DISABLED]
    const terms = { status: 'active', remedy: null, lanes, parked: new Map(), missing: 0 } as const
    expect(problemOf(terms)?.remedy).toContain('resume the lane')
    expect(problemOf({ ...terms, status: 'pending' })?.remedy).toContain('`pending`')
    expect(problemOf({ ...terms, status: 'tokens_lost', remedy: 'Do it' })?.remedy).toBe('Do it')
  })
})
