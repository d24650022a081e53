/**
 * The row of all lanes: what is written is what is read, older shapes are completed, and damaged ones are
 * known as such.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLane } from '../../../../src/core/lanes/state/match-lanes.ts'
import type { LaneState } from '../../../../src/core/lanes/state/lane-state.ts'
import type { BookState } from '../../../../src/core/lanes/state/book-state.ts'
import { LaneBookRows } from '../../../../src/portal/lanes/book/book-rows.ts'
import { openDatabase } from '../../../../src/storage/database.ts'
import { aJob, aLane, aPlan, anEpoch } from '../../../support/builders/a-lane.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { NOW } from '../../../support/time.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

function inRows<T>(work: (rows: LaneBookRows) => T): Promise<T> {
  return scenario.inside(({ storage }) => work(new LaneBookRows(openDatabase(storage))))
}

/** Puts a text into the row, and reads it. */
async function loadText(text: string): Promise<BookState | null> {
  await scenario.rows('UPDATE lanes SET lanes = ?', text)
  return inRows((rows) => rows.load())
}

/** A lane as its row has always held it: flat, with one name for the time of a retry and that of a probe. */
function stored({ gathering, retryAt, probeAt, ...lane }: LaneState): object {
  const { underWay: digest, halves, singlyUpTo, lastDigestAt, until } = gathering
  const gathered = { digest, halves, singlyUpTo, digestedAt: lastDigestAt, gatherUntil: until }
  const replays = lane.replays.map(({ retryAt: at, ...job }) => ({ ...job, nextAttemptAt: at }))
  return { ...lane, ...gathered, replays, nextAttemptAt: retryAt ?? probeAt ?? null }
}

/** Reads a book that holds one lane with these members. */
async function loadLane(lane: object): Promise<unknown> {
  const book = await loadText(JSON.stringify({ lanes: [lane], openFrom: null }))
  return book?.lanes[0] ?? null
}

const FAILURE = { reason: 'gone', detail: null, status: 410, at: NOW } as const

describe('the row of lanes', () => {
  it.each([
    ['an untouched lane', aLane()],
    [
      'a lane in the middle of everything',
      aLane({
        cursor: 7,
        attempts: 2,
        retryAt: NOW,
        notBefore: NOW + 1,
        lastError: FAILURE,
        rejectedInARow: 3,
        lastMeant: 7,
        meantBeforeFloor: 2,
        expired: 1,
        epochs: [anEpoch(), anEpoch({ from: 4, silent: 'no_value', skipsUnchanged: true })],
        recent: [{ sequence: 7, state: 'parked', at: NOW, attempts: 2 }],
        replays: [aJob({ parkedOnly: true })],
        gathering: { underWay: [8, 9], halves: [[10, 11], [12]], lastDigestAt: NOW, singlyUpTo: 5 },
        memory: { movedTo: '-100', grantedAt: NOW, perMinute: 60 },
      }),
    ],
    ['a disabled lane', aLane({ status: 'disabled', disabledReason: 'gone', probeAt: NOW })],
    ['a paused lane that was disabled', aLane({ status: 'paused', disabledReason: 'gone' })],
    ['a removed lane', aLane({ status: 'removed', wasPaused: false })],
    ['a removed lane that was paused', aLane({ status: 'removed', wasPaused: true })],
  ])('gives %s back as it was', async (_name, lane) => {
    await inRows((rows) => rows.save({ lanes: [lane], openFrom: 3 }))
    expect(await inRows((rows) => rows.load())).toEqual({ lanes: [lane], openFrom: 3 })
  })

  it('holds every member under the name that it has always had', async () => {
    const gathering = { underWay: [8, 9], halves: [[10, 11]], singlyUpTo: 5, lastDigestAt: NOW }
    const lanes = [
      createLane(aPlan(), 0),
      aLane({ retryAt: NOW, gathering, replays: [aJob({ retryAt: NOW + 1 })] }),
      aLane({ status: 'disabled', disabledReason: 'gone', probeAt: NOW }),
    ]
    await inRows((rows) => rows.save({ lanes, openFrom: null }))
    const text = await scenario.text('SELECT lanes FROM lanes')
    expect(JSON.parse(text)).toEqual({ lanes: lanes.map(stored), openFrom: null })
  })

  it('that was never written holds no lane', async () => {
    await inRows((rows) => rows.clear())
    expect(await inRows((rows) => rows.load())).toEqual({ lanes: [], openFrom: null })
  })

  it('forgets until when a front is gathered, which is known to memory only', async () => {
    expect(await loadLane(stored(aLane({ gathering: { until: NOW } })))).toEqual(aLane())
  })

  it('keeps members of a later version', async () => {
    expect(await loadLane({ ...stored(aLane()), colour: 'red' })).toMatchObject({ colour: 'red' })
  })

  it('keeps the users and the conditions of its filter', async () => {
    const epochs = [anEpoch(), anEpoch({ from: 9, users: ['!512'], when: ['data.ID = 7'] })]
    expect(await loadLane({ ...stored(aLane()), epochs })).toEqual(aLane({ epochs }))
  })

  it('stays silent for a reason that only a later version knows', async () => {
    const epochs = [{ ...anEpoch(), silent: 'asleep' }, anEpoch({ from: 9 })]
    expect(await loadLane({ ...stored(aLane()), epochs })).toMatchObject({ epochs })
  })
})

describe('a lane of an older version', () => {
  it('is completed with what a new lane begins with', async () => {
    const { gathering: _gathering, memory: _memory, tally: _tally, ...older } = aLane({ cursor: 4 })
    const epochs = [{ from: 1, events: ['*'], fields: [], silent: null }]
    expect(await loadLane({ ...older, epochs })).toEqual(aLane({ cursor: 4 }))
  })

  it('of which only the necessary is left is completed as well', async () => {
    const { destination, status, cursor, epochs, recent, replays } = aLane({ cursor: 4 })
    expect(await loadLane({ destination, status, cursor, epochs, recent, replays })).toEqual(
      aLane({ cursor: 4, fingerprint: '' }),
    )
  })
})

describe('a damaged row', () => {
  it.each([
    ['no JSON', '{"lanes":[{'],
    ['null', 'null'],
    ['without lanes', '{"openFrom":null}'],
    ['without the place of new lanes', '{"lanes":[]}'],
    ['with a lane that is only a name', '{"lanes":[{"destination":"erp"}],"openFrom":null}'],
  ])('is told from a good one: %s', async (_name, text) => {
    expect(await loadText(text)).toBeNull()
  })

  it.each([
    ['another status', { status: 'asleep' }],
    ['no name', { destination: 7 }],
    ['a cursor between two events', { cursor: 1.5 }],
    ['globs that are no texts', { epochs: [{ from: 1, events: [1], fields: [] }] }],
    ['no list of epochs', { epochs: null }],
    ['a fate that is none', { recent: [7] }],
    ['a job that is none', { replays: [null] }],
  ])('is one with a lane that has %s', async (_name, damage) => {
    expect(await loadLane({ ...stored(aLane()), ...damage })).toBeNull()
  })

  it.each([
    ['times', { notBefore: 'soon', nextAttemptAt: {}, attempts: null }],
    ['an error', { lastError: { reason: 7 } }],
    ['a digest', { digest: ['1'] }],
    ['what the receiver said', { memory: 'nothing' }],
    ['its numbers', { tally: { delivered: 'many' } }],
  ])('is not one with a lane that has forgotten %s: it begins anew with that', async (...row) => {
    const [, damage] = row
    expect(await loadLane({ ...stored(aLane()), ...damage })).toEqual(aLane())
  })

  it('is not one with a status that does not fit its reason', async () => {
    expect(await loadLane({ ...stored(aLane()), disabledReason: 'gone' })).toEqual(aLane())
    expect(await loadLane({ ...stored(aLane()), status: 'disabled' })).toEqual(
      aLane({ status: 'disabled', disabledReason: 'misconfigured' }),
    )
  })
})
