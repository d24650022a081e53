/** How the log grows: its sequences, the lanes in front of them, and the alarm in the same commit. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SECOND_MS } from '../../../src/core/durations.ts'
import type { ReconciledEvent } from '../../../src/core/fields/reconciled-event.ts'
import type { Arrival } from '../../../src/core/log/append.ts'
import { SAFETY_ALARM_MS } from '../../../src/core/pace/schedule.ts'
import { LogStore } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/rows/segment-store.ts'
import { YoungestStore } from '../../../src/portal/log/youngest-store.ts'
import { LogWriter, type LogWriterDeps } from '../../../src/portal/log/log-writer.ts'
import { NO_EDGE_TALLY } from '../../../src/core/tallies/edge-tally.ts'
import { NO_PORTAL_TALLY } from '../../../src/core/tallies/portal-tally.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import type { Database } from '../../../src/storage/database.ts'
import { anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'
import { FIELD } from '../../support/builders/a-field.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { until } from '../../support/until.ts'
import { NOW } from '../../support/time.ts'

const STORED = { event: JSON.stringify(anEvent()), awaits: false, quarantined: false }

const TOLD: ReconciledEvent = {
  event: { ...anEvent({ userId: null }), field: FIELD },
  enrichment: anEnrichment(),
}

function anArrival(receipt: string): Arrival {
  return { receipt, contentHash: `hash of ${receipt}`, receivedAt: NOW }
}

/** A writer behind event 41, and everything that it asked of lanes and alarm, in order. */
function aWriter(db: Database, alarm: Partial<LogWriterDeps['alarm']> = {}) {
  migrate(db)
  const asked: string[] = []
  let tally = NO_PORTAL_TALLY
  const note = (word: string) => () => void asked.push(word)
  const state = { at: 41, head: () => state.at, setHead: (head: number) => void (state.at = head) }
  const segments = new SegmentStore(db)
  const log = new LogStore(db, segments)
  const writer = new LogWriter({
    db,
    log,
    state,
    matcher: {
      match: note('match'),
      adopt: note('adopt'),
      abandon: note('abandon'),
      tally: (change) => void (tally = change(tally)),
    },
    alarm: {
      begin: note('begin'),
      rolledBack: note('rolled back'),
      ensure: async (at) => note(`alarm in ${(at ?? 0) - NOW}`)(),
      stands: () => Promise.resolve(),
      ...alarm,
    },
    world: { now: () => NOW, newReceipt: () => 'own receipt' },
    scheduler: { background: () => {} },
  })
  return { writer, log, segments, state, asked, tally: () => tally }
}

const GROWN = ['begin', 'match', `alarm in ${SAFETY_ALARM_MS}`]

describe('write()', () => {
  it('gives the next sequences, and brings the lanes in line once, in front of the first one', async () => {
    const found = await withDatabase((db) => {
      const { writer, log, state, asked } = aWriter(db)
      const sequences = writer.write((transaction) => [
        transaction.insert(anArrival('a'), STORED),
        transaction.insert(anArrival('b'), STORED),
      ])
      return { sequences, head: state.at, asked, receipts: log.after(0, 9).map((e) => e.receipt) }
    })
    expect(found).toEqual({
      sequences: [42, 43],
      head: 43,
      asked: [...GROWN, 'adopt'],
      receipts: ['a', 'b'],
    })
  })

  it('gives no sequence and asks nothing of lanes and alarm when it only writes an enrichment', async () => {
    const found = await withDatabase((db) => {
      const { writer, log, state, asked } = aWriter(db)
      log.insert(41, anArrival('a'), { ...STORED, awaits: true })
      writer.write((transaction) => transaction.enrich(41, anEnrichment()))
      return { head: state.at, asked, enrichment: log.entry(41)?.enrichment }
    })
    expect(found).toEqual({ head: 41, asked: ['begin'], enrichment: anEnrichment() })
  })

  it('counts what came with new events and what was found out, and nothing that was rolled back', async () => {
    const edge = { ...NO_EDGE_TALLY, spilled: 2 }
    const tally = await withDatabase((db) => {
      const { writer, log, tally } = aWriter(db)
      log.insert(41, anArrival('a'), { ...STORED, awaits: true })
      writer.write((transaction) => {
        transaction.insert(anArrival('b'), STORED, { drained: true, edge })
        transaction.insert(anArrival('c'), STORED, { drained: false })
        transaction.enrich(41, anEnrichment())
      })
      const fail = () =>
        writer.write((transaction) => {
          transaction.insert(anArrival('d'), STORED, { drained: true, edge })
          throw new Error('disk is full')
        })
      expect(fail).toThrow('disk is full')
      return tally()
    })
    expect(tally).toEqual({ ...NO_PORTAL_TALLY, drained: 1, explained: { complete: 1 }, edge })
  })

  it('counts no event for the sequences that were skipped before it', async () => {
    const counts = await withDatabase((db) => {
      const { writer, log } = aWriter(db)
      log.insert(37, anArrival('a'), STORED)
      writer.write((transaction) => transaction.insert(anArrival('b'), STORED))
      return log.counts()
    })
    expect(counts.entries).toBe(38)
  })

  it('that is rolled back gives its sequences again', async () => {
    const found = await withDatabase((db) => {
      const { writer, log, state, asked } = aWriter(db)
      const fail = () =>
        writer.write((transaction) => {
          transaction.insert(anArrival('a'), STORED)
          throw new Error('disk is full')
        })
      expect(fail).toThrow('disk is full')
      const first = { head: state.at, isEmpty: log.isEmpty(), asked: [...asked] }
      const sequence = writer.write((transaction) => transaction.insert(anArrival('b'), STORED))
      return { first, sequence }
    })
    expect(found).toEqual({
      first: { head: 41, isEmpty: true, asked: [...GROWN, 'rolled back', 'abandon'] },
      sequence: 42,
    })
  })

  it('gives an event that no portal sent a receipt of its own, and no hash that one of the portal could have', async () => {
    const found = await withDatabase((db) => {
      const { writer, log, segments } = aWriter(db)
      const sequence = writer.write((transaction) => transaction.insertReconciled(TOLD))
      const youngest = new YoungestStore({ db, segments, log, world: { now: () => NOW } })
      return { entry: log.entry(sequence), arrivals: youngest.recentArrivals() }
    })
    expect(found).toEqual({
      entry: {
        sequence: 42,
        receipt: 'own receipt',
        receivedAt: NOW,
        ...TOLD,
        origin: 'reconciled',
      },
      arrivals: [
        {
          sequence: 42,
          arrival: { receipt: 'own receipt', contentHash: 'own receipt', receivedAt: NOW },
        },
      ],
    })
  })
})

describe('the commit of an event makes sure that an alarm is due within 5 minutes', () => {
  let scenario: PortalScenario

  beforeEach(async () => {
    scenario = new PortalScenario()
    await scenario.portal.becomesKnown()
  })

  afterEach(() => scenario.close())

  it('sets one when none stands, in the same commit as the event', async () => {
    await scenario.relay.comesToRest()
    const observed = await scenario.observe()
    await scenario.portal.sends()
    expect(observed.alarmsInTransactions).toEqual([scenario.time.now() + SAFETY_ALARM_MS])
  })

  it('is rolled back with the event, and set by the next one', async () => {
    await scenario.relay.comesToRest()
    await scenario.failNextTransaction()
    await expect(scenario.portal.sends()).rejects.toThrow('disk is full')
    expect(await scenario.time.alarmAt()).toBeNull()
    const observed = await scenario.observe()
    await scenario.portal.sends()
    expect(observed.alarmsInTransactions).toEqual([scenario.time.now() + SAFETY_ALARM_MS])
  })

  it('writes it once for a hundred events', async () => {
    await scenario.relay.comesToRest()
    const observed = await scenario.observe()
    await scenario.relay.passesOn(100)
    expect(observed.alarms).toHaveLength(1)
  })

  it('leaves an earlier one alone, also after a rollback', async () => {
    scenario.receiver('erp').answers(500)
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers === 1)
    await scenario.time.passes('1 s')
    const retryAt = scenario.time.now() + 5 * SECOND_MS
    await until(async () => (await scenario.time.alarmAt()) === retryAt)
    await scenario.failNextTransaction()
    await expect(scenario.portal.sends()).rejects.toThrow('disk is full')
    const observed = await scenario.observe()
    await scenario.portal.sends()
    expect(await scenario.time.alarmAt()).toBe(retryAt)
    expect(observed.alarms).toEqual([])
  })
})

describe('durable()', () => {
  const refuse = () => Promise.reject(new Error('disk is full'))

  it('sets an alarm once more that storage has refused', async () => {
    await withDatabase(async (db) => {
      const { writer, asked } = aWriter(db, { stands: refuse })
      await writer.durable()
      expect(asked).toEqual([`alarm in ${SAFETY_ALARM_MS}`])
    })
  })

  it('rejects when it is refused again: no event is acknowledged that nothing would wake', async () => {
    await withDatabase(async (db) => {
      const { writer } = aWriter(db, { stands: refuse, ensure: refuse })
      await expect(writer.durable()).rejects.toThrow('disk is full')
    })
  })
})
