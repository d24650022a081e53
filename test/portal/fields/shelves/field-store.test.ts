/** What is known of fields outlives the object, and no longer than it is of use. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FieldRef } from '../../../../src/core/fields/field-read.ts'
import {
  goneState,
  newFieldState,
  presentState,
  type FieldState,
} from '../../../../src/core/fields/field-state.ts'
import { NO_RECONCILIATION } from '../../../../src/core/fields/reconciliation.ts'
import { FieldStore } from '../../../../src/portal/fields/shelves/field-store.ts'
import { openDatabase } from '../../../../src/storage/database.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { damagedRows } from '../../../support/storage/damaged-rows.ts'
import { msOf } from '../../../support/time.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

const NAME = { family: 'lead', entityId: 'CRM_LEAD', fieldName: 'UF_CRM_TAX' } as const

function aField(id: number, changes: Partial<FieldRef> = {}): FieldState {
  return newFieldState({ ...NAME, id, ...changes })
}

function aReadField(id: number, readAt: number): FieldState {
  return presentState(aField(id), { attributes: { ID: String(id) }, readAt, isTold: true })
}

function inStore<T>(work: (store: FieldStore) => T): Promise<T> {
  return scenario.inside(({ storage }) => {
    const db = openDatabase(storage)
    return work(new FieldStore(db, damagedRows(db)))
  })
}

it('keeps fields, and says which entities were met', async () => {
  const read = await inStore((store) => {
    store.save([aField(7)])
    store.save([aReadField(7, 5)])
    store.save([aField(9, { family: 'type', entityId: 'CRM_13' })])
    const owner = { family: 'lead', entityId: 'CRM_LEAD' } as const
    return {
      found: store.find(7),
      unknown: store.find(8),
      ids: store.idsOf(owner),
      entities: store.entities(),
      versions: [7, 8].map((id) => store.versionOf(id)),
    }
  })
  expect(read).toEqual({
    found: aReadField(7, 5),
    unknown: null,
    ids: [7],
    entities: [
      { family: 'lead', entityId: 'CRM_LEAD' },
      { family: 'type', entityId: 'CRM_13' },
    ],
    versions: [2, 0],
  })
})

it('takes a damaged row for a field that was never met', async () => {
  await scenario.rows(`INSERT INTO fields VALUES (7, 'lead', 'CRM_LEAD', '{')`)
  expect(await inStore((store) => store.find(7))).toBeNull()
})

it('forgets fields that are long gone on the daily visit, and no others, also beside a damaged one', async () => {
  const old = scenario.time.now() - msOf('31 days')
  await inStore((store) => {
    store.save([goneState(aField(1), { toldBy: null, readAt: old })])
    store.save([goneState(aField(2), { toldBy: null, readAt: scenario.time.now() })])
    store.save([aReadField(3, old)])
  })
  await scenario.rows(`INSERT INTO fields VALUES (4, 'lead', 'CRM_LEAD', '{')`)
  await scenario.object.touch()
  expect(await scenario.rows('SELECT id FROM fields')).toEqual([{ id: 4 }])
  const found = await inStore((store) => [1, 2, 3].map((id) => store.find(id)?.presence ?? null))
  expect(found).toEqual([null, 'gone', 'present'])
})

it('writes neighbours in one row, and a large one in a row of its own, each in one place at a time', async () => {
  const large = presentState(aField(20), {
    attributes: { ID: '20', SETTINGS: { DEFAULT_VALUE: 'x'.repeat(40_000) } },
    readAt: 1,
    isTold: true,
  })
  const places = () =>
    Promise.all([
      scenario.rows('SELECT id FROM field_shelves ORDER BY id'),
      scenario.rows('SELECT id FROM fields ORDER BY id'),
    ])
  await inStore((store) => store.save([aField(16), aField(31), aField(32), large]))
  expect(await places()).toEqual([[{ id: 1 }, { id: 2 }], [{ id: 20 }]])
  const ids = { family: 'lead', entityId: 'CRM_LEAD' } as const
  expect(await inStore((store) => [store.idsOf(ids), store.find(20)])).toEqual([
    [16, 20, 31, 32],
    large,
  ])
  await inStore((store) => store.save([aReadField(20, 2)]))
  expect(await places()).toEqual([[{ id: 1 }, { id: 2 }], []])
  await inStore((store) => store.save([large]))
  expect(await places()).toEqual([[{ id: 1 }, { id: 2 }], [{ id: 20 }]])
  expect(await inStore((store) => [store.idsOf(ids), store.find(20)])).toEqual([
    [16, 20, 31, 32],
    large,
  ])
})

it('takes over the row of a former version when its field is written next', async () => {
  const { state } = await inStore((store) => {
    store.save([aField(7)])
    return { state: JSON.stringify(store.find(7)) }
  })
  expect(state).toContain('UF_CRM_TAX')
  const [shelf] = await scenario.rows('SELECT fields FROM field_shelves')
  // Sound: it is a row with a text.
  const stored = JSON.parse(String(shelf?.['fields'])) as Record<string, unknown>
  await scenario.rows('DELETE FROM field_shelves')
  await scenario.rows(
    `INSERT INTO fields VALUES (7, 'lead', 'CRM_LEAD', ?)`,
    JSON.stringify(stored['7']),
  )
  expect(await inStore((store) => store.find(7))).toEqual(aField(7))
  await inStore((store) => store.save([aReadField(7, 5)]))
  expect(await scenario.rows('SELECT id FROM fields')).toEqual([])
  expect(await inStore((store) => store.find(7))).toEqual(aReadField(7, 5))
})

it('begins with nothing compared, and keeps what an older version did not know', async () => {
  expect(await inStore((store) => store.loadReconciliation())).toEqual(NO_RECONCILIATION)
  await scenario.rows(`INSERT INTO reconciliation VALUES (1, '{"startedAt":5}')`)
  const stored = await inStore((store) => store.loadReconciliation())
  expect(stored).toEqual({ ...NO_RECONCILIATION, startedAt: 5 })
})
