/**
 * Every column of every table is damaged. The object starts all the same, every event is delivered, the views
 * answer, the daily visit goes on, and the next start meets nothing damaged.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { aDefinition, ReadingScenario } from '../../support/scenarios/reading-scenario.ts'
import { machine } from '../../support/builders/entries.ts'
import { isFull } from '../../support/sampling.ts'

let scenario: ReadingScenario

beforeEach(async () => {
  scenario = new ReadingScenario([
    machine('erp', { url: 'https://erp.example.com/$portal.TEAM', portals: ['acme.bitrix24.com'] }),
  ])
  scenario.rest.fields.set(235, aDefinition())
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** A statement, or the name of a value, and the value. */
type Damage = readonly [string, SqlStorageValue]

/** Values that no program of the relay writes. */
const DAMAGES: readonly Damage[] = [
  ['a text that is no JSON', '{'],
  ['an empty object', '{}'],
  ['a list', '[{}]'],
  ['null as text', 'null'],
  ['a number', 7],
  ['bytes', new Uint8Array([0, 255]).buffer],
]

/** The columns that hold a state, and a statement that damages each. */
const STATES: readonly (readonly [string, string])[] = [
  ['install', 'UPDATE install SET install = ?'],
  ['pending', 'INSERT INTO pending VALUES (1, ?)'],
  ['lanes', 'UPDATE lanes SET lanes = ?'],
  ['reconciliation', 'INSERT OR REPLACE INTO reconciliation VALUES (1, ?)'],
  ['fields', `INSERT OR REPLACE INTO fields VALUES (9, 'requisite', 'CRM_REQUISITE', ?)`],
  ['field_shelves', 'UPDATE field_shelves SET fields = ?'],
]

/** The other columns. */
const COLUMNS: readonly (readonly [string, string])[] = [
  ['fields.family', `INSERT OR REPLACE INTO fields VALUES (9, ?, 'CRM_REQUISITE', '{}')`],
  ['fields.entity_id', `INSERT OR REPLACE INTO fields VALUES (9, 'requisite', ?, '{}')`],
  ['log.event', 'UPDATE log SET event = ? WHERE sequence = 2'],
  ['log.enrichment', 'UPDATE log SET enrichment = ? WHERE sequence = 2'],
  ['log.received_at', 'UPDATE log SET received_at = ? WHERE sequence = 2'],
  ['log.receipt', 'UPDATE log SET receipt = ? WHERE sequence = 2'],
  ['log.digest', 'UPDATE log SET digest = ? WHERE sequence = 2'],
  ['log.reconciled', 'UPDATE log SET reconciled = ? WHERE sequence = 2'],
  ['fates.destination', 'UPDATE fates SET destination = ?'],
  ['fates.sequence', 'UPDATE fates SET sequence = ?'],
  ['fates.state', 'UPDATE fates SET state = ?'],
  ['fates.reason', 'UPDATE fates SET reason = ?'],
  ['fates.status', 'UPDATE fates SET status = ?'],
  ['fates.at', 'UPDATE fates SET at = ?'],
  ['fates.attempts', 'UPDATE fates SET attempts = ?'],
  ['digests.destination', 'UPDATE digests SET destination = ?'],
  ['digests.last', 'UPDATE digests SET last = ?'],
  ['digests.sequences', 'UPDATE digests SET sequences = ?'],
  ['digests.at', 'UPDATE digests SET at = ?'],
  ['digests.attempts', 'UPDATE digests SET attempts = ?'],
  ['parked_counts.fates', `INSERT INTO parked_counts VALUES ('erp', ?)`],
  ...['last', 'oldest_at', 'youngest_at', 'bytes', 'up_to', 'entries', 'thin'].map(
    (column): [string, string] => [`segments.${column}`, `UPDATE segments SET ${column} = ?`],
  ),
  ['portal_values.name', `UPDATE portal_values SET name = ? WHERE name = 'OTHER'`],
  ['portal_values.sealed', `UPDATE portal_values SET sealed = ? WHERE name = 'OTHER'`],
]

/** Event 1 is delivered and has a fate of its own, 2 and 3 wait; every table has a row. */
async function isLaidOut(): Promise<void> {
  await scenario.operator.setsValue('TEAM', 'crm')
  await scenario.operator.setsValue('OTHER', 'x')
  scenario.receiver('erp').failsOnce({ 1: 503 })
  await scenario.changed()
  await scenario.time.passes('1 min')
  await scenario.operator.pauses('erp')
  await scenario.changed()
  await scenario.changed()
  await scenario.time.passes('10 s')
  await scenario.rows(`INSERT INTO digests VALUES ('erp', 1, '[1]', 1, 1)`)
}

/** Event 2 cannot be read any more where its own text was damaged: it is passed as quarantined. */
async function expectAlive({ isReadable = true } = {}): Promise<void> {
  const { object, operator, time } = scenario
  expect(await object.view()).not.toBeNull()
  expect((await object.events(Number.MAX_SAFE_INTEGER, 10))?.events).toHaveLength(3)
  expect((await object.event(2))?.quarantined).toBe(!isReadable)
  expect(await object.parked()).not.toBeNull()
  await operator.resumes('erp')
  await scenario.changed()
  await time.passes('10 min')
  await scenario.settled()
  const unique = [...new Set(scenario.receiver('erp').sequences())]
  expect(unique).toEqual(isReadable ? [1, 2, 3, 4] : [1, 3, 4])
  await object.touch()
  await time.passes('1 s')
  expect(scenario.lines.filter((line) => /"[a-z_]*failed"/.test(line))).toEqual([])
}

/** Runs these statements, each with its value, while no object is in memory that could write over it. */
async function damage(statements: readonly Damage[]): Promise<void> {
  await scenario.relay.restarts()
  for (const [statement, value] of statements) await scenario.rows(statement, value)
  await scenario.evict()
}

/** In the gate each state is damaged twice, by other values than the state before it. */
const STATE_CASES = STATES.flatMap(([table, statement], index) =>
  DAMAGES.filter((_, n) => isFull || (n + index) % 3 === 0).map(
    ([name, value]) => [table, name, statement, value] as const,
  ),
)

// An older version wrote no member that every row has, so this row is whole.
const isWhole = (table: string, name: string) =>
  table === 'reconciliation' && name === 'an empty object'

it.each(STATE_CASES)('the state of %s is %s', async (table, name, statement, value) => {
  await isLaidOut()
  await damage([[statement, value]])
  await expectAlive()
  if (isWhole(table, name)) return
  expect(scenario.lines.join()).toContain(`"${table}_damaged"`)
  expect((await scenario.object.view())?.damaged).toEqual([{ part: table, at: expect.any(String) }])
})

/** What is damaged, how, and by which statements. */
type ColumnCase = readonly [string, string, readonly Damage[]]

/** In the gate all columns of a table are damaged together, each by another value. */
function columnCases(): readonly ColumnCase[] {
  if (isFull) {
    return COLUMNS.flatMap(([column, statement]) =>
      DAMAGES.map(([name, value]): ColumnCase => [column, name, [[statement, value]]]),
    )
  }
  const tables = Map.groupBy(COLUMNS, ([column]) => column.split('.')[0] ?? '')
  return [...tables].map(([table, columns]) => [
    table,
    'damage in each column',
    columns.map(([, statement], n) => [statement, DAMAGES[n % DAMAGES.length]?.[1] ?? null]),
  ])
}

it.each(columnCases())('%s holds %s', async (where, _, statements) => {
  await isLaidOut()
  await damage(statements)
  await expectAlive({ isReadable: where !== 'log.event' && where !== 'log' })
  expect(await scenario.lane('erp')).toMatchObject({ state: 'active', backlog: 0 })
})
