/** Cases of enrichment that need a portal's clock, but not the runtime around them. */
import { describe, expect, it } from 'vitest'
import {
  aComparedScenario,
  COMPLETE,
  definition,
  MANDATORY,
  send,
  told,
} from '../../support/node/requisite-fields.ts'
import { fieldEvent } from '../../support/node/field-scenario.ts'

describe('an event that waits', () => {
  it('tells the difference to the snapshot', async () => {
    const world = await aComparedScenario(definition(235))
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(world, 235, 'updated')
    await world.quiet()
    expect(world.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, changes: MANDATORY }])
  })

  it('goes thin after three seconds, and a late answer tells what it would have told', async () => {
    const world = await aComparedScenario(definition(235))
    world.answers = () => ({ latencyMs: 5000, failure: null })
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(world, 235, 'updated')
    await world.advance(2500)
    expect(world.readableHead()).toBe(0)
    await world.advance(500)
    expect(world.readableHead()).toBe(1)
    await world.advance(3000)
    const thin = { status: 'unavailable', reason: 'timeout', changes: null }
    expect(world.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, ...thin },
      { ...COMPLETE, sequence: 2, origin: 'reconciled', changes: MANDATORY, completes: [1] },
    ])
  })

  // Without the wait the late answer would tell the change behind event 2, which is about it as well.
  it('tells what a late answer of an earlier read finds, when it arrived during that read', async () => {
    const world = await aComparedScenario(definition(235))
    world.answers = () => ({ latencyMs: 5000, failure: null })
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(world, 235, 'updated')
    await world.advance(3500)
    world.answers = () => ({ latencyMs: 150, failure: null })
    await send(world, 235, 'updated')
    await world.quiet()
    const thin = { status: 'unavailable', reason: 'timeout', changes: null }
    expect(world.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, ...thin },
      { ...COMPLETE, sequence: 2, changes: MANDATORY, completes: [1] },
    ])
  })

  it('shares one read with the events of its field, and the first tells it', async () => {
    const world = await aComparedScenario(definition(235), definition(236))
    const before = world.requests.length
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    // While one read is under way, those that come gather for the next.
    await send(world, 236, 'updated')
    await send(world, 235, 'updated')
    await send(world, 235, 'enum_values_set')
    await world.quiet()
    expect(world.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: [] },
      { ...COMPLETE, sequence: 2, changes: MANDATORY, covers: [2, 3] },
      { ...COMPLETE, sequence: 3, action: 'enum_values_set', changes: [], toldBy: 2 },
    ])
    expect(world.requests.length - before).toBe(2)
  })

  it('is told as the second deletion when the first has told it', async () => {
    const world = await aComparedScenario(definition(235))
    world.truth.delete(235)
    await send(world, 235, 'deleted')
    await world.quiet()
    await send(world, 235, 'deleted')
    await world.quiet()
    const [first, second] = world.entries().map(told)
    expect(first?.changes).toContainEqual({ attribute: 'ID', before: '235', after: null })
    expect(second).toEqual({
      ...COMPLETE,
      sequence: 2,
      action: 'deleted',
      changes: [],
      toldBy: 1,
    })
  })

  it('is explained with 199 others of other fields within the budget', async () => {
    const fields = Array.from({ length: 200 }, (_, index) => definition(300 + index))
    const world = await aComparedScenario(...fields)
    for (const { ID } of fields) {
      world.truth.set(Number(ID), definition(Number(ID), { MANDATORY: 'Y' }))
    }
    const before = world.requests.length
    await Promise.all(fields.map(({ ID }) => send(world, Number(ID), 'updated')))
    await world.quiet()
    expect(world.entries().map(told)).toEqual(
      fields.map((_, index) => ({ ...COMPLETE, sequence: index + 1, changes: MANDATORY })),
    )
    expect(world.requests.length - before).toBe(5)
  })

  it('is one of 500 of one field, and the first tells for all of them', async () => {
    const world = await aComparedScenario(definition(235))
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await Promise.all(Array.from({ length: 500 }, () => send(world, 235, 'updated')))
    await world.quiet()
    const entries = world.entries().map(told)
    expect(entries).toHaveLength(500)
    expect(entries.filter(({ changes }) => changes !== null && changes.length > 0)).toHaveLength(1)
    expect(entries.filter(({ status }) => status !== 'complete')).toEqual([])
  })

  it('is explained after a restart, once, in its order', async () => {
    const world = await aComparedScenario(definition(235), definition(236))
    world.answers = () => ({ latencyMs: 60_000, failure: null })
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(world, 235, 'updated')
    await send(world, 236, 'updated')
    await world.advance(1000)
    world.answers = () => ({ latencyMs: 150, failure: null })
    world.restart()
    expect(world.readableHead()).toBe(0)
    await world.quiet()
    await world.advance(90_000)
    expect(world.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: MANDATORY },
      { ...COMPLETE, sequence: 2, changes: [] },
    ])
  })
})

describe('a repeated event', () => {
  it('causes one more read when the first had been read, and that tells a change', async () => {
    const world = await aComparedScenario(definition(235))
    const event = fieldEvent({ id: 235, name: 'UF_CRM_235' }, 'updated', 1_790_000_000)
    await world.append(event, 'same')
    await world.quiet()
    const before = world.requests.length
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await world.append(event, 'same')
    await world.advance(1000)
    expect(world.requests.length - before).toBe(1)
    expect(world.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: [] },
      { ...COMPLETE, sequence: 2, origin: 'reconciled', changes: MANDATORY },
    ])
  })

  it('causes no read of its own while the first waits for its read to begin', async () => {
    const world = await aComparedScenario(definition(235), definition(236))
    const before = world.requests.length
    const event = fieldEvent({ id: 235, name: 'UF_CRM_235' }, 'updated', 1_790_000_000)
    await send(world, 236, 'updated')
    await world.append(event, 'same')
    await world.append(event, 'same')
    await world.quiet()
    expect(world.requests.length - before).toBe(2)
    expect(world.entries()).toHaveLength(2)
  })
})
