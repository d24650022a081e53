/** Cases of enrichment that need a portal's clock, but not the runtime around them. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  aComparedScenario,
  COMPLETE,
  definition,
  MANDATORY,
  send,
  told,
} from '../../support/builders/requisite-fields.ts'

describe('an event that waits', () => {
  it('tells the difference to the snapshot', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, changes: MANDATORY }])
  })

  it('leaves no timer behind that keeps the object awake', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.answers = () => ({ latencyMs: 100, failure: null })
    await send(scenario, 235, 'updated')
    expect(scenario.time.sleepers()).toBeGreaterThan(0)
    await scenario.time.passes('600 ms')
    expect([scenario.readableHead(), scenario.time.sleepers()]).toEqual([1, 0])
  })

  it('goes thin after three seconds, and a late answer tells what it would have told', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.answers = () => ({ latencyMs: 5000, failure: null })
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(scenario, 235, 'updated')
    await scenario.time.passes('2500 ms')
    expect(scenario.readableHead()).toBe(0)
    await scenario.time.passes('500 ms')
    expect(scenario.readableHead()).toBe(1)
    await scenario.time.passes('3 s')
    const thin = { status: 'unavailable', reason: 'timeout', changes: null }
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, ...thin },
      { ...COMPLETE, sequence: 2, origin: 'reconciled', changes: MANDATORY, completes: [1] },
    ])
  })

  // Without the wait the late answer would tell the change behind event 2, which is about it as well.
  it('tells what a late answer of an earlier read finds, when it arrived during that read', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.answers = () => ({ latencyMs: 5000, failure: null })
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(scenario, 235, 'updated')
    await scenario.time.passes('3500 ms')
    scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    const thin = { status: 'unavailable', reason: 'timeout', changes: null }
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, ...thin },
      { ...COMPLETE, sequence: 2, changes: MANDATORY, completes: [1] },
    ])
  })

  it('shares one read with the events of its field, and the first tells it', async () => {
    const scenario = await aComparedScenario(definition(235), definition(236))
    const before = scenario.requests.length
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    // While one read is under way, those that come gather for the next.
    await send(scenario, 236, 'updated')
    await send(scenario, 235, 'updated')
    await send(scenario, 235, 'enum_values_set')
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: [] },
      { ...COMPLETE, sequence: 2, changes: MANDATORY, covers: [2, 3] },
      { ...COMPLETE, sequence: 3, action: 'enum_values_set', changes: [], toldBy: 2 },
    ])
    expect(scenario.requests.length - before).toBe(2)
  })

  it('is told as the second deletion when the first has told it', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.fields.delete(235)
    await send(scenario, 235, 'deleted')
    await scenario.time.passesUntilQuiet()
    await send(scenario, 235, 'deleted')
    await scenario.time.passesUntilQuiet()
    const [first, second] = scenario.entries().map(told)
    expect(first?.changes).toContainEqual({ attribute: 'ID', before: '235', after: null })
    expect(second).toEqual({
      ...COMPLETE,
      sequence: 2,
      action: 'deleted',
      changes: [],
      toldBy: 1,
    })
  })

  it('is enriched with 199 others of other fields within the budget', async () => {
    const fields = Array.from({ length: 200 }, (_, index) => definition(300 + index))
    const scenario = await aComparedScenario(...fields)
    for (const { ID } of fields) {
      scenario.portal.fields.set(Number(ID), definition(Number(ID), { MANDATORY: 'Y' }))
    }
    const before = scenario.requests.length
    await Promise.all(fields.map(({ ID }) => send(scenario, Number(ID), 'updated')))
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries().map(told)).toEqual(
      fields.map((_, index) => ({ ...COMPLETE, sequence: index + 1, changes: MANDATORY })),
    )
    expect(scenario.requests.length - before).toBe(5)
  })

  it('is one of 500 of one field, and the first tells for all of them', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await Promise.all(Array.from({ length: 500 }, () => send(scenario, 235, 'updated')))
    await scenario.time.passesUntilQuiet()
    const entries = scenario.entries().map(told)
    expect(entries).toHaveLength(500)
    expect(entries.filter(({ changes }) => changes !== null && changes.length > 0)).toHaveLength(1)
    expect(entries.filter(({ status }) => status !== 'complete')).toEqual([])
  })

  it('is enriched after a restart, once, in its order', async () => {
    const scenario = await aComparedScenario(definition(235), definition(236))
    scenario.portal.answers = () => ({ latencyMs: MINUTE_MS, failure: null })
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(scenario, 235, 'updated')
    await send(scenario, 236, 'updated')
    await scenario.time.passes('1 s')
    scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
    scenario.relay.restarts()
    expect(scenario.readableHead()).toBe(0)
    await scenario.time.passesUntilQuiet()
    await scenario.time.passes('90 s')
    expect(scenario.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: MANDATORY },
      { ...COMPLETE, sequence: 2, changes: [] },
    ])
  })
})
