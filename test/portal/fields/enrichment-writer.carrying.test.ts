/**
 * The row of an event carries the snapshot of its field, so an enriched event that comes alone costs one row for both. No
 * crash, and nothing that becomes of the row, may lose it: the changes told add up to the portal's state (G5).
 */
import { describe, expect, it } from 'vitest'
import { NOT_ENRICHED } from '../../../src/core/log/event.ts'
import { CARRYING_ROWS } from '../../../src/portal/log/rows/row-keeper.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import {
  aComparedScenario,
  definition,
  send,
  told,
} from '../../support/builders/requisite-fields.ts'
import type { FieldScenario } from '../../support/scenarios/field-scenario.ts'

/** Counts how often storage writes a shelf from now on. */
function countShelves(scenario: FieldScenario): () => number {
  let count = 0
  scenario.storage.refuses = (statement) => {
    if (/INTO field_shelves\b/.test(statement)) count += 1
    return false
  }
  return () => count
}

let edits = 100

/** Somebody edits the order of a field, and the portal sends the event of it. */
async function edit(scenario: FieldScenario, id = 235): Promise<string> {
  const sort = String((edits += 1))
  scenario.portal.fields.set(id, { ...scenario.portal.fields.get(id), SORT: sort })
  await send(scenario, id, 'updated')
  await scenario.time.passes('1 s')
  return sort
}

async function sendDeals(scenario: FieldScenario, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    await scenario.portal.sends(anEvent({ ts: n }), `deal-${(edits += 1)}`)
  }
}

/** The orders that the snapshot of a field tells, and the last event that told it. */
function snapshot(scenario: FieldScenario, id = 235) {
  const state = scenario.fields.find(id)
  return state?.presence === 'present'
    ? { sort: state.attributes['SORT'], toldBy: state.toldBy }
    : null
}

const SORTED = definition(235, { SORT: '100' })

describe('an enriched event that comes alone', () => {
  it('writes no shelf, and its snapshot outlives the object', async () => {
    const scenario = await aComparedScenario(SORTED)
    const shelves = countShelves(scenario)
    const first = await edit(scenario)
    expect(shelves()).toBe(0)
    scenario.relay.restarts()
    expect(snapshot(scenario)).toEqual({ sort: first, toldBy: 1 })
    const second = await edit(scenario)
    expect(scenario.entries().at(-1)?.enrichment.changes).toEqual([
      { attribute: 'SORT', before: first, after: second },
    ])
    scenario.relay.restarts()
    expect(snapshot(scenario)).toEqual({ sort: second, toldBy: 2 })
    expect(shelves()).toBe(0)
  })

  it('shows nothing of what its row carries', async () => {
    const scenario = await aComparedScenario(SORTED)
    await edit(scenario)
    expect(Object.keys(scenario.entries()[0]?.enrichment ?? {}).toSorted()).toEqual(
      Object.keys(NOT_ENRICHED).toSorted(),
    )
  })

  it('shares its shelf with those before it, once they are too many', async () => {
    const fields = Array.from({ length: 64 }, (_, n) => definition(240 + n, { SORT: '100' }))
    const scenario = await aComparedScenario(...fields)
    const shelves = countShelves(scenario)
    for (let n = 0; n < 64; n += 1) await edit(scenario, 240 + n)
    // 64 fields on four shelves, of which one may be written in two turns.
    expect(shelves()).toBeLessThanOrEqual(8)
    scenario.relay.restarts()
    for (let n = 0; n < 64; n += 1) expect(snapshot(scenario, 240 + n)?.toldBy).toBe(n + 1)
  })
})

it('enriched events of fields on many shelves write no more shelves than events', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => 16 * (n + 15))
  const scenario = await aComparedScenario(...ids.map((id) => definition(id, { SORT: '100' })))
  const shelves = countShelves(scenario)
  for (const id of ids) await edit(scenario, id)
  expect(shelves()).toBeLessThanOrEqual(ids.length)
  scenario.relay.restarts()
  expect(ids.map((id) => snapshot(scenario, id)?.toldBy)).toEqual(ids.map((_, n) => n + 1))
})

describe('a snapshot that a row carries', () => {
  it.each([CARRYING_ROWS - 1, CARRYING_ROWS, 3 * CARRYING_ROWS])(
    'is found by the next life of the object behind %i other events',
    async (others) => {
      const scenario = await aComparedScenario(SORTED)
      const sort = await edit(scenario)
      await sendDeals(scenario, others)
      scenario.relay.restarts()
      expect(snapshot(scenario)).toEqual({ sort, toldBy: 1 })
    },
  )

  it('is written once for all events behind it', async () => {
    const scenario = await aComparedScenario(SORTED)
    const shelves = countShelves(scenario)
    await edit(scenario)
    await sendDeals(scenario, 4 * CARRYING_ROWS)
    expect(shelves()).toBe(1)
  })

  it('stays, when storage refuses the event that would have put it on its shelf', async () => {
    const scenario = await aComparedScenario(SORTED)
    const sort = await edit(scenario)
    await sendDeals(scenario, CARRYING_ROWS - 1)
    scenario.storage.refuses = (statement) => /INTO field_shelves\b/.test(statement)
    await expect(sendDeals(scenario, 1)).rejects.toThrow('Storage refuses')
    expect(snapshot(scenario)).toEqual({ sort, toldBy: 1 })
    scenario.storage.refuses = () => false
    await sendDeals(scenario, 1)
    expect(snapshot(scenario)).toEqual({ sort, toldBy: 1 })
    scenario.relay.restarts()
    expect(snapshot(scenario)).toEqual({ sort, toldBy: 1 })
  })

  it.each<[string, (scenario: FieldScenario) => void]>([
    ['is erased', ({ log }) => log.rewrite(1, { event: anEvent(), enrichment: NOT_ENRICHED })],
    ['is dropped', ({ log }) => log.dropUpTo(1)],
    ['goes with its segment', ({ segments }) => [segments.close(1), segments.dropOldest()]],
  ])('stays, when its event %s', async (_case, lose) => {
    const scenario = await aComparedScenario(SORTED)
    const sort = await edit(scenario)
    lose(scenario)
    expect(snapshot(scenario)).toEqual({ sort, toldBy: 1 })
    scenario.relay.restarts()
    expect(snapshot(scenario)).toEqual({ sort, toldBy: 1 })
  })

  it('gives way to what a comparison writes of its field, and goes with it', async () => {
    const scenario = await aComparedScenario(SORTED)
    await edit(scenario)
    scenario.portal.fields.set(235, { ...SORTED, SORT: '7' })
    await scenario.reconcile({ asked: true })
    expect(snapshot(scenario)).toEqual({ sort: '7', toldBy: 2 })
    scenario.relay.restarts()
    expect(snapshot(scenario)).toEqual({ sort: '7', toldBy: 2 })
  })

  it('goes on a shelf together with the field beside it that a comparison writes', async () => {
    const scenario = await aComparedScenario(SORTED, definition(236, { SORT: '100' }))
    const sort = await edit(scenario)
    scenario.portal.fields.set(236, definition(236, { SORT: '7' }))
    await scenario.reconcile({ asked: true })
    scenario.relay.restarts()
    expect(snapshot(scenario)).toEqual({ sort, toldBy: 1 })
    expect(snapshot(scenario, 236)).toEqual({ sort: '7', toldBy: 2 })
  })

  it('ends with the installation, as what is on the shelves does', async () => {
    const scenario = await aComparedScenario(SORTED)
    await edit(scenario)
    scenario.reconciliation.clear()
    expect(scenario.fields.find(235)).toBeNull()
    scenario.install.generation += 1
    scenario.relay.restarts()
    expect(scenario.fields.find(235)).toBeNull()
  })
})

it('a burst of events writes each shelf no more often than a read explains some of its fields', async () => {
  const fields = Array.from({ length: 32 }, (_, n) => definition(240 + n, { SORT: '100' }))
  const scenario = await aComparedScenario(...fields)
  const shelves = countShelves(scenario)
  for (const field of fields) {
    const id = Number(field['ID'])
    scenario.portal.fields.set(id, { ...field, SORT: '5' })
    await send(scenario, id, 'updated')
  }
  await scenario.time.passesUntilQuiet()
  const reads = scenario.requests.filter(
    ({ method }) => method === 'batch' || method.endsWith('.get'),
  )
  expect(shelves()).toBeLessThanOrEqual(2 * reads.length)
  expect(
    scenario
      .entries()
      .map(told)
      .every(({ changes }) => changes?.length === 1),
  ).toBe(true)
})
