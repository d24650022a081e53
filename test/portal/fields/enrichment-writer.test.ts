/** Storage refuses an enrichment: nobody is told of its event until it is decided, and stored, what the event tells. */
import { describe, expect, it } from 'vitest'
import { ENRICH_BUDGET_MS } from '../../../src/portal/fields/enricher.ts'
import { REFUSED_RETRY_MS } from '../../../src/portal/fields/enrichment-writer.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { fieldEvent, type FieldScenario } from '../../support/scenarios/field-scenario.ts'
import { owedBy } from '../../../src/core/fields/field-state.ts'
import {
  aComparedScenario,
  COMPLETE,
  definition,
  MANDATORY,
  send,
  told,
} from '../../support/builders/requisite-fields.ts'

const ENRICHMENT = /UPDATE log\b/
const CHANGED = { ...COMPLETE, sequence: 1, changes: MANDATORY }
const THIN = { status: 'unavailable', reason: 'timeout', changes: null }

/** From now on storage refuses these statements, until the answer is called. */
function refuse(scenario: FieldScenario, refused: RegExp): () => void {
  scenario.storage.refuses = (statement) => refused.test(statement)
  return () => {
    scenario.storage.refuses = () => false
  }
}

function makeMandatory(scenario: FieldScenario, id = 235): void {
  scenario.portal.fields.set(id, definition(id, { MANDATORY: 'Y' }))
}

/** The event of a change has been read, and storage refuses to write what was found. */
async function aRefusedChange(refused = ENRICHMENT, attributes: FieldAttributes = {}) {
  const before = definition(235, attributes)
  const scenario = await aComparedScenario(before, definition(236))
  const accept = refuse(scenario, refused)
  scenario.portal.fields.set(235, { ...before, MANDATORY: 'Y' })
  const advanced = scenario.seenUpTo.length + 1
  await send(scenario, 235, 'updated')
  await scenario.time.passes('1 s')
  return { scenario, accept, advanced, requests: scenario.requests.length }
}

describe('an event whose enrichment is refused', () => {
  it.each([
    ['the log', ENRICHMENT, {}],
    ['the fields, of which it is a large one,', /INTO fields\b/, { HINT: 'x'.repeat(40_000) }],
  ])('by %s waits, and tells what was read once storage takes it', async (_of, refused, large) => {
    const { scenario, accept, requests } = await aRefusedChange(refused, large)
    expect(scenario.readableHead()).toBe(0)
    accept()
    await scenario.time.passes('2 s')
    expect(scenario.readableHead()).toBe(1)
    expect(scenario.entries().map(told)).toEqual([CHANGED])
    expect(scenario.requests).toHaveLength(requests)
    expect(scenario.seenUpTo.slice(0, -1).every((head) => head === 0)).toBe(true)
    expect(scenario.failures).toHaveLength(1)
  })

  it('goes on at the next event, before its three seconds are over', async () => {
    const { scenario, accept } = await aRefusedChange()
    accept()
    await send(scenario, 236, 'updated')
    await scenario.time.passes('0 s')
    expect(scenario.readableHead()).toBe(1)
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries().map(told)).toEqual([
      CHANGED,
      { ...COMPLETE, sequence: 2, changes: [] },
    ])
  })

  it('waits for longer than its three seconds, and the alarm tries each minute', async () => {
    const { scenario, accept, advanced } = await aRefusedChange()
    await scenario.time.passes('10 s')
    expect(scenario.readableHead()).toBe(0)
    // What was read, the same again when the budget is over, and then that the event is thin.
    expect(scenario.failures).toHaveLength(3)
    // Each time the alarm is planned.
    expect(scenario.seenUpTo).toHaveLength(advanced + 3)
    const triedAt = scenario.time.now() - 11_000 + ENRICH_BUDGET_MS
    expect(scenario.enricher.dueAt()).toBe(triedAt + REFUSED_RETRY_MS)
    await scenario.time.passes('51 s')
    scenario.enricher.catchUp()
    expect(scenario.enricher.dueAt()).toBe(scenario.time.now() + REFUSED_RETRY_MS)
    expect(scenario.readableHead()).toBe(0)
    accept()
    scenario.enricher.catchUp()
    expect(scenario.readableHead()).toBe(1)
    expect(scenario.enricher.dueAt()).toBeNull()
    expect(scenario.entries().map(told)).toEqual([CHANGED])
  })

  it('is read anew after a restart, since nobody was told of it', async () => {
    const { scenario, accept, requests } = await aRefusedChange()
    accept()
    scenario.relay.restarts()
    await scenario.time.passesUntilQuiet()
    expect(scenario.seenUpTo.slice(0, -1).every((head) => head === 0)).toBe(true)
    expect(scenario.entries().map(told)).toEqual([CHANGED])
    expect(scenario.requests.length).toBeGreaterThan(requests)
  })

  it('goes out thin after three seconds when storage takes that, and its change follows', async () => {
    const scenario = await aComparedScenario(definition(235), definition(236), definition(237))
    // One enrichment cannot be stored at all, whatever is tried.
    scenario.storage.refuses = (statement, [text, sequence]) =>
      ENRICHMENT.test(statement) && sequence === 2 && String(text).includes('complete"')
    for (const id of [235, 236, 237]) makeMandatory(scenario, id)
    await Promise.all([235, 236, 237].map((id) => send(scenario, id, 'updated')))
    await scenario.time.passes('1 s')
    expect(scenario.readableHead()).toBe(1)
    expect(scenario.log.entry(3)?.enrichment.changes).toEqual(MANDATORY)
    await scenario.time.passes('2 s')
    expect(scenario.readableHead()).toBe(3)
    expect(scenario.enricher.dueAt()).toBeNull()
    await scenario.time.passes('1 min')
    await scenario.reconcile({ asked: false })
    expect(scenario.entries().map(told)).toEqual([
      CHANGED,
      { ...COMPLETE, sequence: 2, ...THIN },
      { ...CHANGED, sequence: 3 },
      { ...CHANGED, sequence: 4, origin: 'reconciled', completes: [2] },
    ])
  })

  it('for longer than a start looks back goes out thin, and its change is told once by what comes next', async () => {
    const { scenario, accept } = await aRefusedChange()
    // Nothing is read for these, and storage takes them.
    const deal = { ...fieldEvent({ id: 235, name: 'X' }, 'updated', 1), field: null }
    for (let count = 0; count < 120; count += 1) await scenario.portal.sends(deal, `deal ${count}`)
    await scenario.time.passes('11 min')
    await scenario.portal.sends(deal, 'the last deal')
    expect(scenario.readableHead()).toBe(0)
    scenario.relay.restarts()
    accept()
    expect(scenario.readableHead()).toBe(122)
    expect(scenario.log.entry(1)?.enrichment).toMatchObject(THIN)
    await scenario.reconcile({ asked: true })
    const changes = scenario.entries().map((entry) => entry.enrichment.changes)
    expect(changes.filter((one) => one !== null)).toEqual([MANDATORY])
  })

  it('is read anew with the event before it, which went out thin meanwhile', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.storage.refuses = (statement, [text]) =>
      ENRICHMENT.test(statement) && String(text).includes('complete"')
    makeMandatory(scenario)
    await send(scenario, 235, 'updated')
    await scenario.time.passes('2 s')
    await send(scenario, 235, 'updated')
    await scenario.time.passes('1 s')
    expect(scenario.readableHead()).toBe(1)
    scenario.storage.refuses = () => false
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, ...THIN },
      { ...CHANGED, sequence: 2, completes: [1] },
    ])
  })

  it('has its field read once more when it is sent again, since it was read already', async () => {
    const scenario = await aComparedScenario(definition(235))
    const accept = refuse(scenario, ENRICHMENT)
    const ts = Math.floor(scenario.time.now() / 1000)
    const event = fieldEvent({ id: 235, name: 'UF_CRM_235' }, 'updated', ts)
    await scenario.portal.sends(event, 'same')
    await scenario.time.passes('500 ms')
    makeMandatory(scenario)
    await scenario.portal.sends(event, 'same')
    accept()
    await scenario.time.passes('5 s')
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: [] },
      { ...COMPLETE, sequence: 2, origin: 'reconciled', changes: MANDATORY },
    ])
  })

  it('goes out thin at the end of the installation, and what was read is forgotten', async () => {
    const { scenario, accept } = await aRefusedChange()
    scenario.enricher.endAll('no_tokens')
    expect(scenario.readableHead()).toBe(0)
    accept()
    scenario.enricher.catchUp()
    expect(scenario.readableHead()).toBe(1)
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, ...THIN, reason: 'no_tokens' },
    ])
  })

  it('is forgotten with the log', async () => {
    const { scenario, accept } = await aRefusedChange()
    scenario.enricher.clear()
    accept()
    scenario.enricher.catchUp()
    expect(scenario.enricher.dueAt()).toBeNull()
    expect(scenario.youngest.awaiting()).toHaveLength(1)
  })
})

describe('a thin event that is refused', () => {
  it('waits as well, until it is stored that it is thin', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.answers = () => ({ latencyMs: 20_000, failure: null })
    const accept = refuse(scenario, ENRICHMENT)
    await send(scenario, 235, 'updated')
    await scenario.time.passes('10 s')
    expect(scenario.readableHead()).toBe(0)
    accept()
    scenario.enricher.catchUp()
    expect(scenario.readableHead()).toBe(1)
    expect(scenario.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, ...THIN }])
  })

  it('is stored together with its field and the look at it, or not at all', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.answers = () => ({ latencyMs: 20_000, failure: null })
    const accept = refuse(scenario, /INTO reconciliation\b/)
    await send(scenario, 235, 'updated')
    await scenario.time.passes('4 s')
    expect(scenario.readableHead()).toBe(0)
    expect(scenario.youngest.awaiting()).toHaveLength(1)
    accept()
    scenario.enricher.catchUp()
    expect(scenario.fields.loadReconciliation().suspects).toMatchObject([{ id: 235 }])
    expect(scenario.readableHead()).toBe(1)
  })

  it('was told by a former version: it stays thin, and no other event is seen before its turn', async () => {
    const scenario = await aComparedScenario(definition(235), definition(236))
    scenario.portal.answers = () => ({ latencyMs: 20_000, failure: null })
    await send(scenario, 235, 'updated')
    await send(scenario, 236, 'updated')
    const accept = refuse(scenario, ENRICHMENT)
    scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
    scenario.relay.restarts({ toldUpTo: 1 })
    await scenario.time.passes('1 s')
    expect(scenario.readableHead()).toBe(0)
    scenario.seenUpTo.length = 0
    accept()
    scenario.enricher.catchUp()
    await scenario.time.passesUntilQuiet()
    expect(scenario.seenUpTo).toEqual([1, 2])
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, ...THIN },
      { ...COMPLETE, sequence: 2, changes: [] },
    ])
  })
})

describe('a change that no event waits for', () => {
  it('is held while storage refuses it, and no comparison tells it as well', async () => {
    const scenario = await aComparedScenario(definition(235))
    const ts = Math.floor(scenario.time.now() / 1000)
    const event = fieldEvent({ id: 235, name: 'UF_CRM_235' }, 'updated', ts)
    await scenario.portal.sends(event, 'same')
    await scenario.time.passes('500 ms')
    makeMandatory(scenario)
    await scenario.portal.sends(event, 'same')
    const accept = refuse(scenario, /INTO log\b/)
    await scenario.time.passes('3 s')
    expect(scenario.entries()).toHaveLength(1)
    expect(scenario.enricher.isWaiting(235)).toBe(true)
    accept()
    await scenario.reconcile({ asked: true })
    expect(scenario.entries()).toHaveLength(1)
    scenario.enricher.catchUp()
    await scenario.reconcile({ asked: true })
    expect(scenario.enricher.dueAt()).toBeNull()
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: [] },
      { ...COMPLETE, sequence: 2, origin: 'reconciled', changes: MANDATORY },
    ])
  })
})

describe('an event that was sent again and cannot be read', () => {
  it('is owed before the next event of its field goes out thin, when storage refuses that first', async () => {
    const scenario = await aComparedScenario(definition(235))
    const ts = Math.floor(scenario.time.now() / 1000)
    const event = fieldEvent({ id: 235, name: 'UF_CRM_235' }, 'updated', ts)
    await scenario.portal.sends(event, 'same')
    await scenario.time.passes('500 ms')
    await scenario.portal.sends(event, 'same')
    let isRefused = false
    scenario.storage.refuses = (statement) => {
      if (isRefused || !/INTO field_shelves\b/.test(statement)) return false
      isRefused = true
      return true
    }
    scenario.portal.refusal = 'tokens_lost'
    await send(scenario, 235, 'updated')
    await scenario.time.passes('3 s')
    const field = scenario.fields.find(235)
    expect(field === null ? [] : owedBy(field).map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(scenario.entries().at(-1)?.enrichment.status).toBe('unavailable')
  })
})

describe('an enrichment that owes nothing', () => {
  it('does not write the row of all comparisons', async () => {
    const scenario = await aComparedScenario(definition(235))
    const written: string[] = []
    scenario.storage.refuses = (statement) => {
      if (/INTO reconciliation\b/.test(statement)) written.push(statement)
      return false
    }
    makeMandatory(scenario)
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries().map(told)).toEqual([CHANGED])
    expect(written).toEqual([])
  })
})

describe('storage that cannot even be read', () => {
  it('holds events up until it can, also when an alarm comes meanwhile', async () => {
    const { scenario, accept } = await aRefusedChange(/FROM field_shelves\b/)
    await scenario.time.passes('3 s')
    scenario.enricher.catchUp()
    expect(scenario.readableHead()).toBe(0)
    expect(scenario.enricher.dueAt()).not.toBeNull()
    accept()
    scenario.enricher.catchUp()
    expect(scenario.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, ...THIN }])
  })
})
