/** What an operator may do with a lane, and why a wish is not granted. */
import { describe, expect, it } from 'vitest'
import { MAX_REPLAY_JOBS } from '../../../src/core/lanes/state/replay-job.ts'
import { LaneControl, type ReplayWish } from '../../../src/portal/lanes/control.ts'
import { aJob, aLane, oneTo } from '../../support/builders/a-lane.ts'
import { disable, remove } from '../../../src/core/lanes/state/lane-status.ts'
import { inLaneRoom, type LaneRoomScenario } from '../../support/scenarios/lane-room-scenario.ts'
import { machine } from '../../support/builders/entries.ts'
import { NOW } from '../../support/time.ts'

const DEALS = { name: 'ONCRMDEALADD', field: null }
const CHOOSY = { destinations: [machine('erp', { events: ['onCrmDeal*'] })] }

/** A lane that has passed its first events. */
function passed(scenario: LaneRoomScenario, cursor: number): void {
  scenario.book.save({ ...scenario.lane(), cursor })
}

describe('LaneControl.apply()', () => {
  it('pauses a lane, and stores it', async () => {
    const status = await inLaneRoom({}, (scenario) => {
      const paused = scenario.control.apply('erp', { kind: 'pause' })
      scenario.book.load()
      return [paused.ok && paused.value.status, scenario.lane().status]
    })
    expect(status).toEqual(['paused', 'paused'])
  })

  it('resumes a disabled lane at once', async () => {
    const lane = await inLaneRoom({}, (scenario) => {
      scenario.book.save(disable(scenario.lane(), { reason: 'gone', probeAt: NOW + 5 }))
      scenario.control.apply('erp', { kind: 'resume' })
      return scenario.lane()
    })
    expect(lane).toMatchObject({ status: 'active', disabledReason: null, retryAt: null })
  })

  it.each([{ kind: 'pause' }, { kind: 'resume' }, { kind: 'park', sequence: 1 }] as const)(
    'does not obey $kind of a lane that is unknown, or whose destination is removed',
    async (wish) => {
      const answers = await inLaneRoom({}, (scenario) => {
        const { match } = scenario.rules
        const rules = { match, tellerOf: () => null, filteredBy: () => null }
        const receivers = { findDestination: () => null }
        const { log, fates, book } = scenario
        const world = { now: () => NOW }
        const enricher = { readableHead: () => 0 }
        const removed = new LaneControl({ log, fates, book, rules, receivers, enricher, world })
        return [scenario.control.apply('crm', wish), removed.apply('erp', wish)]
      })
      expect(answers).toEqual([
        { ok: false, error: 'unknown_lane' },
        { ok: false, error: 'removed_lane' },
      ])
    },
  )

  it('parks the front, and writes its fate down', async () => {
    const found = await inLaneRoom(CHOOSY, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends(DEALS)
      const parked = scenario.control.apply('erp', { kind: 'park', sequence: 2 })
      return [parked.ok, scenario.lane().cursor, scenario.fates.find('erp', 2)]
    })
    expect(found).toMatchObject([
      true,
      2,
      { state: 'parked', reason: 'set_aside', status: null, at: NOW, attempts: 0 },
    ])
  })

  it.each([
    ['an event behind the front', 3],
    ['an event that the destination does not get', 1],
    ['an event that does not exist', 9],
  ])('does not park %s', async (_name, sequence) => {
    const answer = await inLaneRoom(CHOOSY, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends(DEALS)
      scenario.portal.sends(DEALS)
      return scenario.control.apply('erp', { kind: 'park', sequence })
    })
    expect(answer).toEqual({ ok: false, error: 'not_head' })
  })

  it('does not park an event that waits for its enrichment, nor one behind it', async () => {
    const answers = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends()
      scenario.readableUpTo = 0
      const park = (sequence: number) => scenario.control.apply('erp', { kind: 'park', sequence })
      const early = [park(1), park(2)]
      scenario.readableUpTo = 1
      return [...early, park(1).ok, park(2)]
    })
    const refused = { ok: false, error: 'not_head' }
    expect(answers).toEqual([refused, refused, true, refused])
  })

  it('parks nothing when nothing waits', async () => {
    const answer = await inLaneRoom({}, (scenario) =>
      scenario.control.apply('erp', { kind: 'park', sequence: 1 }),
    )
    expect(answer).toEqual({ ok: false, error: 'not_head' })
  })

  it('takes the first event of a digest under way for the front', async () => {
    const answers = await inLaneRoom({}, (scenario) => {
      for (let count = 0; count < 4; count += 1) scenario.portal.sends()
      scenario.book.save(aLane({ ...scenario.lane(), gathering: { underWay: [2, 3, 4] } }))
      const park = (sequence: number) =>
        scenario.control.apply('erp', { kind: 'park', sequence }).ok
      return [park(1), park(2), scenario.lane().gathering.underWay]
    })
    expect(answers).toEqual([false, true, [3, 4]])
  })
})

describe('LaneControl.replay()', () => {
  /** What is answered to a wish for a lane that has passed 5 events, of which 2 and 4 are deals. */
  function replayed(wish: ReplayWish, { dryRun = false } = {}) {
    return inLaneRoom(CHOOSY, (scenario) => {
      for (const sequence of oneTo(6)) scenario.portal.sends(sequence % 2 === 0 ? DEALS : {})
      passed(scenario, 5)
      const answer = scenario.control.replay('erp', wish, { dryRun })
      return [answer, scenario.lane().replays] as const
    })
  }

  it.each<[string, ReplayWish, number, object | null]>([
    ['a range', { kind: 'range', from: 1, to: 4 }, 2, { next: 1, to: 4 }],
    ['one event', { kind: 'range', from: 4, to: 4 }, 1, { next: 4, to: 4 }],
    ['a range from before the log', { kind: 'range', from: -3, to: 3 }, 1, { next: 1, to: 3 }],
    ['a range beyond the cursor', { kind: 'range', from: 4, to: 99 }, 1, { next: 4, to: 5 }],
    ['a range without an event for it', { kind: 'range', from: 3, to: 3 }, 0, null],
    ['a range behind the cursor', { kind: 'range', from: 6, to: 6 }, 0, null],
    ['parked events of which there are none', { kind: 'parked' }, 0, null],
  ])('of %s counts what the destination gets, and stores a job', async (_n, wish, count, job) => {
    const [answer, jobs] = await replayed(wish)
    expect(answer).toEqual({ ok: true, value: count })
    expect(jobs).toEqual(job === null ? [] : [aJob({ ...job, startedAt: NOW })])
  })

  it('that is a dry run only counts', async () => {
    const [answer, jobs] = await replayed({ kind: 'range', from: 1, to: 4 }, { dryRun: true })
    expect([answer, jobs]).toEqual([{ ok: true, value: 2 }, []])
  })

  it('of parked events counts those up to the cursor', async () => {
    const found = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends()
      scenario.control.apply('erp', { kind: 'park', sequence: 1 })
      const answer = scenario.control.replay('erp', { kind: 'parked' }, { dryRun: false })
      return [answer, scenario.lane().replays]
    })
    expect(found).toEqual([{ ok: true, value: 1 }, [aJob({ to: 1, parkedOnly: true })]])
  })

  it('is not granted to an unknown lane, a removed one, or one with many jobs', async () => {
    const answers = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends()
      passed(scenario, 1)
      const replay = (name: string, dryRun = false) =>
        scenario.control.replay(name, { kind: 'range', from: 1, to: 1 }, { dryRun })
      const unknown = replay('crm')
      scenario.book.save({ ...scenario.lane(), replays: oneTo(MAX_REPLAY_JOBS).map(() => aJob()) })
      const many = [replay('erp'), replay('erp', true)]
      scenario.book.save(remove(scenario.lane()))
      return [unknown, ...many, replay('erp')]
    })
    expect(answers).toEqual([
      { ok: false, error: 'unknown_lane' },
      { ok: false, error: 'too_many_jobs' },
      { ok: true, value: 1 },
      { ok: false, error: 'removed_lane' },
    ])
  })
})

describe('LaneControl.list()', () => {
  it('lists the events that a replay would send, the first of them, and stores no job', async () => {
    const found = await inLaneRoom(CHOOSY, (scenario) => {
      for (const sequence of oneTo(8)) scenario.portal.sends(sequence % 2 === 0 ? DEALS : {})
      passed(scenario, 7)
      const list = (from: number, to: number, limit: number) =>
        scenario.control.list('erp', { kind: 'range', from, to }, { limit })
      return [list(1, 99, 10), list(1, 99, 2), list(3, 3, 10), scenario.lane().replays]
    })
    expect(found).toEqual([
      { ok: true, value: { count: 3, sequences: [2, 4, 6] } },
      { ok: true, value: { count: 3, sequences: [2, 4] } },
      { ok: true, value: { count: 0, sequences: [] } },
      [],
    ])
  })

  it('lists the parked events of this lane alone', async () => {
    const destinations = [machine('erp'), machine('crm')]
    const found = await inLaneRoom({ destinations }, (scenario) => {
      for (const _ of oneTo(3)) scenario.portal.sends()
      scenario.control.apply('crm', { kind: 'park', sequence: 1 })
      scenario.control.apply('erp', { kind: 'park', sequence: 1 })
      scenario.control.apply('erp', { kind: 'park', sequence: 2 })
      const list = (limit: number) => scenario.control.list('erp', { kind: 'parked' }, { limit })
      return [list(10), list(1)]
    })
    expect(found).toEqual([
      { ok: true, value: { count: 2, sequences: [1, 2] } },
      { ok: true, value: { count: 2, sequences: [1] } },
    ])
  })

  it('lists them behind a thousand that are parked elsewhere', async () => {
    const found = await inLaneRoom({}, (scenario) => {
      const fate = {
        state: 'parked',
        reason: 'set_aside',
        status: null,
        at: NOW,
        attempts: 0,
      } as const
      for (const sequence of oneTo(1000)) scenario.fates.save('crm', { ...fate, sequence })
      scenario.portal.sends()
      scenario.control.apply('erp', { kind: 'park', sequence: 1 })
      return scenario.control.list('erp', { kind: 'parked' }, { limit: 50 })
    })
    expect(found).toEqual({ ok: true, value: { count: 1, sequences: [1] } })
  })

  it('says why a lane has no replay', async () => {
    const answers = await inLaneRoom({}, (scenario) => {
      const list = (name: string) => scenario.control.list(name, { kind: 'parked' }, { limit: 1 })
      scenario.book.save(remove(scenario.lane()))
      return [list('crm'), list('erp')]
    })
    expect(answers).toEqual([
      { ok: false, error: 'unknown_lane' },
      { ok: false, error: 'removed_lane' },
    ])
  })
})
