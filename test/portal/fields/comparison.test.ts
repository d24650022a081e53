/** What comparing a portal with what is known of it tells, and what it leaves to the events. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { FieldScenario } from '../../support/node/field-scenario.ts'
import {
  aComparedScenario,
  COMPLETE,
  definition,
  MANDATORY,
  send,
  told,
} from '../../support/node/requisite-fields.ts'

const DOWN: RestError = { kind: 'unreachable', code: 'network_error', status: null }

/** A definition that is larger than what is taken for one. */
function aHugeDefinition(id: number): FieldAttributes {
  const list = Array.from({ length: 2000 }, (_, index) => ({
    ID: String(5000 + index),
    SORT: String(index),
    VALUE: `A value of some length with the number ${index}`,
    DEF: 'N',
    XML_ID: '',
  }))
  return definition(id, { LIST: list })
}

/** Lets time pass, with the comparisons that become due in it. */
async function live(scenario: FieldScenario, ms: number, stepMs = 10_000): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    await scenario.time.passes(Math.min(left, stepMs))
    const due = scenario.reconciler.dueAt()
    if (due !== null && due <= scenario.time.now()) await scenario.reconcile({ asked: false })
  }
}

/** Begins a comparison, and returns when its read of the only field is under way. The read of an event takes 1.5 s. */
async function beginSlowRead(scenario: FieldScenario, { readMs }: { readonly readMs: number }) {
  const isSlow = () => scenario.requests.at(-1)?.method === 'crm.requisite.userfield.get'
  scenario.requests.length = 0
  scenario.portal.answers = () => ({ latencyMs: isSlow() ? readMs : 1500, failure: null })
  scenario.reconciler.ask()
  const ended = scenario.reconciler.runDue()
  while (!isSlow()) await scenario.time.passes(100)
  return { ended }
}

describe('a comparison', () => {
  // Bug: a look at a field takes its family's baseline for granted, so the field counts as added.
  it('tells no addition of a field that was there before the baseline', async () => {
    const scenario = new FieldScenario()
    scenario.portal.fields.set(235, definition(235))
    scenario.portal.answers = () => ({ latencyMs: 150, failure: DOWN })
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    await scenario.reconcile({ asked: false })
    scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
    await live(scenario, 5 * MINUTE_MS, 100)
    expect(scenario.entries().filter(({ origin }) => origin === 'reconciled')).toEqual([])
  })

  // Bug: a field that can never be read keeps its family from ever having a baseline.
  it('tells a lost addition although another field is too large to be read', async () => {
    const scenario = await aComparedScenario(definition(235), aHugeDefinition(236))
    scenario.portal.fields.set(237, definition(237))
    await scenario.reconcile({ asked: true })
    expect(scenario.entries().map(({ event }) => event.field?.id)).toEqual([237])
  })

  it('asks for a field that can never be read ever more rarely', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.fields.set(235, aHugeDefinition(235))
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    const before = scenario.requests.length
    await live(scenario, 360 * MINUTE_MS, MINUTE_MS)
    expect(scenario.requests.length - before).toBeLessThan(40)
  })

  // Bug: one wrong answer "not found" at two looks makes a field gone for good, whatever events follow.
  it('believes an event more than an earlier answer that the field is gone', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.fields.delete(235)
    await scenario.reconcile({ asked: true })
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await scenario.time.passes('1 min')
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries().map(({ enrichment }) => enrichment.reason)).toEqual([null, null])
  })

  // Its read saw the change too. Told by the comparison, the change would have no user, and the event no change.
  it('leaves a change to the event of its field that still waits', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    const read = await beginSlowRead(scenario, { readMs: 1000 })
    await send(scenario, 235, 'updated')
    await scenario.time.passes(1400)
    expect(scenario.readableHead()).toBe(0)
    await scenario.time.passesUntilQuiet()
    await read.ended
    expect(scenario.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, changes: MANDATORY }])
  })

  // Its read is older than what the event has told: taken for the truth, it would tell the change back again.
  it('throws a read away when an event of the field was told since it began', async () => {
    const scenario = await aComparedScenario(definition(235))
    const read = await beginSlowRead(scenario, { readMs: 5000 })
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    expect(scenario.readableHead()).toBe(1)
    await scenario.time.passes(5000)
    await read.ended
    expect(scenario.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, changes: MANDATORY }])
  })

  it('tells nothing as deleted while the portal answers nothing', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.fields.clear()
    scenario.portal.answers = () => ({ latencyMs: 150, failure: DOWN })
    const endedAt = scenario.reconciliation.state().finishedAt
    await scenario.reconcile({ asked: true })
    expect(scenario.entries()).toEqual([])
    expect(scenario.reconciliation.state().finishedAt).toBe(endedAt)
    expect(scenario.reconciler.dueAt()).toBe(scenario.time.now() + MINUTE_MS)
  })
})
