/**
 * Nothing grows with the log: the rows that each act of a portal's object reads are the same in a log of 10,000 and of
 * 110,000 events, with 300,000 fates. The runtime itself counts them.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anEvent } from '../support/builders/a-delivery.ts'
import { machine } from '../support/builders/entries.ts'
import { MAX_REMEMBERED } from '../../src/core/log/append.ts'
import { PortalScenario } from '../support/scenarios/portal-scenario.ts'
import { countRows, type RowCount } from '../support/worker/observed.ts'
import { overrides } from '../support/worker/overrides.ts'

/** The segments of the large log, and the events of each. */
const SEGMENTS = 11
const IN_SEGMENT = 10_000

/** The most rows that an act may read, whatever the log holds. */
const BOUNDS = {
  start: 600,
  append: 100,
  'first append': 600,
  view: 400,
  events: 1200,
  parked: 2500,
  'replay of everything parked': 100,
  'replay of everything': 10_500,
  visit: 500,
} as const

type Act = keyof typeof BOUNDS

let scenario: PortalScenario
let count: RowCount = { read: 0, characters: 0 }

beforeEach(() => {
  scenario = new PortalScenario([machine('erp'), machine('crm'), machine('bi')])
  overrides.onStart = (storage) => {
    count = countRows(storage)
  }
})

afterEach(() => scenario.close())

/** Puts so many segments of delivered events into the log, each of which three lanes have parked and replayed a tenth. */
async function fills(segments: number, msBetween = 8000): Promise<void> {
  await scenario.relay.passesOn()
  await scenario.relay.restarts()
  await scenario.inside(({ storage }) => {
    const { sql } = storage
    const [row] = sql.exec('SELECT event FROM log').toArray()
    // By default an event each eight seconds, so that the youngest ones are few.
    const at = (sequence: number): number =>
      scenario.time.now() - (segments * IN_SEGMENT - sequence + 100) * msBetween
    for (let id = 1; id <= segments; id += 1) {
      const end = id === 1 ? '' : `_${id}`
      const first = id === 1 ? 2 : (id - 1) * IN_SEGMENT + 1
      if (id > 1) {
        for (const table of ['log', 'fates', 'digests']) {
          const [found] = sql
            .exec(`SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?`, table)
            .toArray()
          sql.exec(String(found?.['sql']).replace(`TABLE ${table}`, `TABLE ${table}${end}`))
        }
        sql.exec(
          `CREATE INDEX parked${end} ON fates${end} (destination, sequence) WHERE state = 'parked'`,
        )
        sql.exec(
          'UPDATE segments SET last = ?, oldest_at = ?, youngest_at = ?, entries = ?, up_to = ? WHERE id = ?',
          first - 1,
          at(first - IN_SEGMENT),
          at(first - 1),
          IN_SEGMENT,
          first - 1,
          id - 1,
        )
        sql.exec(
          'INSERT INTO segments (id, up_to, entries, reconciled, thin, quarantined) VALUES (?, ?, 0, 0, 0, 0)',
          id,
          first - 1,
        )
      }
      sql.exec(
        `INSERT INTO log${end} (sequence, received_at, receipt, digest, event)
         WITH RECURSIVE n (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         SELECT i, ? + i * ?, 'receipt-' || i, 'digest-' || i, ? FROM n`,
        first,
        id * IN_SEGMENT,
        at(0),
        msBetween,
        String(row?.['event']),
      )
      sql.exec(
        `INSERT OR IGNORE INTO fates${end} (destination, sequence, state, reason, status, at, attempts)
         SELECT d.value, sequence, iif(sequence % 10 = 0, 'parked', 'delivered'), NULL, 200, 1, 2
         FROM log${end}, json_each('["erp","crm","bi"]') AS d`,
      )
    }
    const head = segments * IN_SEGMENT
    sql.exec('DELETE FROM parked_counts')
    sql.exec(
      `INSERT INTO parked_counts (destination, fates)
       SELECT value, ? FROM json_each('["erp","crm","bi"]')`,
      head / 10,
    )
    sql.exec(
      `UPDATE lanes SET lanes = json_set(lanes, '$.lanes[0].cursor', ?1, '$.lanes[1].cursor', ?1,
         '$.lanes[2].cursor', ?1)`,
      head,
    )
  })
  await scenario.evict()
}

/** The rows that an act reads. */
async function rowsOf(act: () => Promise<unknown>): Promise<number> {
  await scenario.idles()
  const before = count.read
  await act()
  await scenario.settled()
  return count.read - before
}

/** The rows that every act reads in a log of so many segments. */
async function rowsOfAll(segments: number): Promise<Readonly<Record<Act, number>>> {
  if (segments > 0) await fills(segments)
  else {
    await scenario.portal.becomesKnown()
    await scenario.evict()
  }
  const object = () => scenario.object
  await object().view()
  const start = count.read
  await scenario.evict()
  await scenario.portal.sends()
  await scenario.settled()
  const firstAppend = count.read
  return {
    start,
    'first append': firstAppend,
    append: await rowsOf(() => scenario.portal.sends()),
    view: await rowsOf(() => object().view()),
    events: await rowsOf(() => object().events(Number.MAX_SAFE_INTEGER, 200)),
    parked: await rowsOf(() => object().parked()),
    'replay of everything parked': await rowsOf(() =>
      object().replay('erp', { kind: 'parked' }, { dryRun: true }),
    ),
    'replay of everything': await rowsOf(() =>
      object().replay('erp', { kind: 'range', from: 1, to: 999_999 }, { dryRun: true }),
    ),
    visit: await rowsOf(() => object().touch()),
  }
}

describe('the rows that a portal reads', () => {
  it.each([
    ['nothing', 0],
    ['10,000 events and 30,000 fates', 1],
    ['110,000 events and 330,000 fates', SEGMENTS],
  ])('with a log of %s stay below their bounds', async (_case, segments) => {
    const rows = await rowsOfAll(segments)
    const over = Object.entries(BOUNDS).filter(([act, most]) => rows[act as Act] > most)
    expect(over.map(([act, most]) => ({ act, most, rows: rows[act as Act] }))).toEqual([])
  })
})

describe('a start', () => {
  it('of a portal that sent 110,000 events within ten minutes reads no more than memory keeps', async () => {
    await fills(SEGMENTS, 5)
    await scenario.object.view()
    expect(count.read).toBeLessThan(MAX_REMEMBERED + BOUNDS.start)
  })

  it('behind a changed filter looks only at what may have been sent under the former one', async () => {
    await scenario.relay.deploys([machine('erp', { events: ['onCrmLead*'] })])
    await fills(1)
    await scenario.operator.pauses('erp')
    await scenario.relay.restarts()
    await scenario.rows(`UPDATE lanes SET lanes = json_set(lanes, '$.lanes[0].cursor', 0)`)
    scenario.relay.isConfigured([machine('erp', { events: ['onCrmDeal*'] })])
    await scenario.evict()
    await scenario.object.view()
    expect(count.read).toBeLessThan(2500)
  })

  it('reads no large event that no destination takes', async () => {
    await scenario.relay.deploys([machine('erp', { events: ['onCrmLead*'] })])
    const large = { event: JSON.stringify(anEvent({ data: 'x'.repeat(250_000) })) }
    for (let n = 0; n < 20; n += 1) await scenario.portal.sends(large)
    await scenario.settled()
    await scenario.relay.restarts()
    await scenario.rows(`UPDATE lanes SET lanes = json_set(lanes, '$.lanes[0].cursor', 0)`)
    await scenario.evict()
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 20, backlog: 0 })
    expect(count.characters).toBeLessThan(100_000)
  })
})
