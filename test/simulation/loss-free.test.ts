/** What a receiver learns while nothing is lost: nearly every event its own exact before → after. */
import { expect, it } from 'vitest'
import type { Change, LogEntry } from '../../src/core/log/event.ts'
import type { FieldAttributes } from '../../src/core/fields/field-read.ts'
import { fieldEvent, FieldScenario } from '../support/scenarios/field-scenario.ts'

const EDITS = 2000
const FIELDS = 400
const PAUSE_MS = 250

/** A small generator of numbers, so that every run is the same. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

function definition(id: number): FieldAttributes {
  return {
    ID: String(id),
    ENTITY_ID: 'CRM_REQUISITE',
    FIELD_NAME: `UF_CRM_${id}`,
    SORT: '100',
    EDIT_FORM_LABEL: { en: 'Label' },
  }
}

/** Why an event does not carry its own change; null when it does. */
function gapOf(
  { enrichment, event, sequence }: LogEntry,
  expected: Change | undefined,
  tellsAnother: boolean,
): string | null {
  const { changes, covers, toldBy, reason } = enrichment
  if (JSON.stringify(changes) === JSON.stringify([expected])) return null
  if (covers.includes(sequence) || tellsAnother) return 'covers others as well'
  if (toldBy !== null) return 'told by an earlier event'
  return reason ?? `wrong: ${event.name} ${JSON.stringify(changes)}`
}

it(`at least 99 % of ${EDITS} edits carry their exact before and after, the rest say why`, async () => {
  const scenario = new FieldScenario()
  const random = createRandom(7)
  for (let id = 1; id <= FIELDS; id += 1) scenario.portal.fields.set(id, definition(id))
  await scenario.reconcile({ asked: false })
  const baselineRequests = scenario.requests.length
  const expected = new Map<number, Change>()
  for (let edit = 1; edit <= EDITS; edit += 1) {
    const id = 1 + Math.floor(random() * FIELDS)
    const before = String(scenario.portal.fields.get(id)?.['SORT'])
    const after = String(1000 + edit)
    scenario.portal.fields.set(id, { ...definition(id), SORT: after })
    expected.set(edit, { attribute: 'SORT', before, after })
    const ts = Math.floor(scenario.time.now() / 1000)
    await scenario.portal.sends(
      fieldEvent({ id, name: `UF_CRM_${id}` }, 'updated', ts),
      `edit ${edit}`,
    )
    await scenario.time.passes(PAUSE_MS)
  }
  await scenario.time.passesUntilQuiet()
  const entries = scenario.entries()
  expect(entries).toHaveLength(EDITS)
  const tellers = new Set(entries.map(({ enrichment }) => enrichment.toldBy))
  const gaps = entries.map((entry) =>
    gapOf(entry, expected.get(entry.sequence), tellers.has(entry.sequence)),
  )
  const reasons = new Set(gaps.filter((gap) => gap !== null))
  const known = ['covers others as well', 'told by an earlier event']
  expect([...reasons].filter((reason) => !known.includes(reason))).toEqual([])
  expect(gaps.filter((gap) => gap === null).length / EDITS).toBeGreaterThanOrEqual(0.99)
  // Reads are shared: never more than one request an event, one for the user's name in the first.
  expect(scenario.requests.length - baselineRequests).toBeLessThanOrEqual(EDITS)
}, 60_000)
