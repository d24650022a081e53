/**
 * Rows of `segments` that were damaged outside of this program: the tables tell which segments there are. No event is
 * lost, and no sequence is given twice.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SegmentStore } from '../../../../src/portal/log/rows/segment-store.ts'
import { openDatabase } from '../../../../src/storage/database.ts'
import { machine } from '../../../support/builders/entries.ts'
import { oneTo } from '../../../support/builders/a-lane.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([machine('erp')])
})

afterEach(() => scenario.close())

/** The open segment ends with `head`, and the next one begins. */
async function closes(head: number): Promise<void> {
  await scenario.relay.restarts()
  await scenario.inside(({ storage }) => new SegmentStore(openDatabase(storage)).close(head))
  await scenario.evict()
}

/** Every event that the admin API shows, newest first. */
async function shown(): Promise<number[]> {
  const sequences: number[] = []
  for (let before: number | null = 999; before !== null;) {
    const page: Awaited<ReturnType<typeof scenario.object.events>> = await scenario.object.events(
      before,
      50,
    )
    sequences.push(...(page?.events ?? []).map(({ sequence }) => sequence))
    before = page?.before ?? null
  }
  return sequences
}

describe('G1 a portal of three segments whose rows are damaged', () => {
  it.each([
    ['all of them are gone', 'DELETE FROM segments'],
    ['that of the open one is gone', 'DELETE FROM segments WHERE id = 3'],
    ['that of a closed one is gone', 'DELETE FROM segments WHERE id = 2'],
    ['that of the first one is gone', 'DELETE FROM segments WHERE id = 1'],
    ['the first one ends too late', 'UPDATE segments SET last = 999 WHERE id = 1'],
    ['the second one ends too late', 'UPDATE segments SET last = 999 WHERE id = 2'],
    ['the second one ends too early', 'UPDATE segments SET last = 1 WHERE id = 2'],
    ['the ends are no numbers', `UPDATE segments SET last = 'x'`],
  ])('has every event, and goes on behind it: %s', async (_name, statement) => {
    await scenario.relay.passesOn(3)
    await closes(3)
    await scenario.relay.passesOn(3)
    await closes(6)
    await scenario.relay.passesOn(3)
    await scenario.operator.pauses('erp')
    await scenario.portal.sends()
    await scenario.relay.restarts()
    await scenario.rows(statement)
    await scenario.evict()
    expect(await scenario.portal.sends()).toBe(11)
    expect(await shown()).toEqual(oneTo(11).toReversed())
    expect(await scenario.object.view()).toMatchObject({ events: 11, head: 11 })
    await scenario.operator.resumes('erp')
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual(oneTo(11))
    expect(scenario.logged.filter((line) => line === 'segments_damaged')).toHaveLength(1)
    await scenario.relay.restarts()
    expect(await shown()).toEqual(oneTo(11).toReversed())
    expect(scenario.logged.filter((line) => line === 'segments_damaged')).toHaveLength(1)
  })
})
