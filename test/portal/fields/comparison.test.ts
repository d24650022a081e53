/** What comparing a portal with what is known of it tells, and what it leaves to the events. */
import { describe, expect, it } from 'vitest'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { fieldEvent, HistoryWorld } from '../../support/node/field-scenario.ts'
import {
  aComparedWorld,
  COMPLETE,
  definition,
  MANDATORY,
  send,
  told,
} from '../../support/node/requisite-fields.ts'

const DOWN: RestError = { kind: 'unreachable', code: 'network_error', status: null }

const MINUTE_MS = 60_000

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
async function live(world: HistoryWorld, ms: number, stepMs = 10_000): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    await world.advance(Math.min(left, stepMs))
    const due = world.reconciler.dueAt()
    if (due !== null && due <= world.clock.now()) await world.reconcile({ asked: false })
  }
}

/** Begins a comparison, and returns when its read of the only field is under way. The read of an event takes 1.5 s. */
async function beginSlowRead(world: HistoryWorld, { readMs }: { readonly readMs: number }) {
  const isSlow = () => world.requests.at(-1)?.method === 'crm.requisite.userfield.get'
  world.requests.length = 0
  world.answers = () => ({ latencyMs: isSlow() ? readMs : 1500, failure: null })
  world.reconciler.ask()
  const ended = world.reconciler.runDue()
  while (!isSlow()) await world.advance(100)
  return { ended }
}

describe('a comparison', () => {
  // Bug: a look at a field takes its family's baseline for granted, so the field counts as added.
  it('tells no addition of a field that was there before the baseline', async () => {
    const world = new HistoryWorld()
    world.truth.set(235, definition(235))
    world.answers = () => ({ latencyMs: 150, failure: DOWN })
    await send(world, 235, 'updated')
    await world.quiet()
    await world.reconcile({ asked: false })
    world.answers = () => ({ latencyMs: 150, failure: null })
    await live(world, 5 * MINUTE_MS, 100)
    expect(world.entries().filter(({ origin }) => origin === 'reconciled')).toEqual([])
  })

  // Bug: a field that can never be read keeps its family from ever having a baseline.
  it('tells a lost addition although another field is too large to be read', async () => {
    const world = await aComparedWorld(definition(235), aHugeDefinition(236))
    world.truth.set(237, definition(237))
    await world.reconcile({ asked: true })
    expect(world.entries().map(({ event }) => event.field?.id)).toEqual([237])
  })

  it('asks for a field that can never be read ever more rarely', async () => {
    const world = await aComparedWorld(definition(235))
    world.truth.set(235, aHugeDefinition(235))
    await send(world, 235, 'updated')
    await world.quiet()
    const before = world.requests.length
    await live(world, 360 * MINUTE_MS, MINUTE_MS)
    expect(world.requests.length - before).toBeLessThan(40)
  })

  // Bug: one wrong answer "not found" at two looks makes a field gone for good, whatever events follow.
  it('believes an event more than an earlier answer that the field is gone', async () => {
    const world = await aComparedWorld(definition(235))
    world.truth.delete(235)
    await world.reconcile({ asked: true })
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await world.advance(MINUTE_MS)
    await send(world, 235, 'updated')
    await world.quiet()
    expect(world.entries().map(({ enrichment }) => enrichment.reason)).toEqual([null, null])
  })

  it('tells a lost edit at the second look and not before', async () => {
    const world = await aComparedWorld(definition(235))
    await send(world, 235, 'updated')
    await world.quiet()
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await live(world, 9 * MINUTE_MS)
    expect(world.reconciler.dueAt()).toBeGreaterThan(world.clock.now())
    await live(world, 2.5 * MINUTE_MS)
    expect(world.entries()).toHaveLength(1)
    await live(world, 3 * MINUTE_MS)
    expect(world.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, changes: [] },
      { ...COMPLETE, sequence: 2, origin: 'reconciled', changes: MANDATORY },
    ])
  })

  it('that told a change leaves nothing new to its late event', async () => {
    const world = await aComparedWorld(definition(235))
    const ts = Math.floor(world.clock.now() / 1000)
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await world.advance(1000)
    await world.reconcile({ asked: true })
    await world.append(fieldEvent({ id: 235, name: 'UF_CRM_235' }, 'updated', ts), 'late')
    await world.quiet()
    expect(world.entries().map(told)).toEqual([
      { ...COMPLETE, sequence: 1, origin: 'reconciled', changes: MANDATORY },
      { ...COMPLETE, sequence: 2, changes: [], toldBy: 1 },
    ])
  })

  // Its read saw the change too. Told by the comparison, the change would have no user, and the event no change.
  it('leaves a change to the event of its field that still waits', async () => {
    const world = await aComparedWorld(definition(235))
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    const read = await beginSlowRead(world, { readMs: 1000 })
    await send(world, 235, 'updated')
    await world.advance(1400)
    expect(world.readableHead()).toBe(0)
    await world.quiet()
    await read.ended
    expect(world.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, changes: MANDATORY }])
  })

  // Its read is older than what the event has told: taken for the truth, it would tell the change back again.
  it('throws a read away when an event of the field was told since it began', async () => {
    const world = await aComparedWorld(definition(235))
    const read = await beginSlowRead(world, { readMs: 5000 })
    world.truth.set(235, definition(235, { MANDATORY: 'Y' }))
    await send(world, 235, 'updated')
    await world.quiet()
    expect(world.readableHead()).toBe(1)
    await world.advance(5000)
    await read.ended
    expect(world.entries().map(told)).toEqual([{ ...COMPLETE, sequence: 1, changes: MANDATORY }])
  })

  it('tells nothing as deleted while the portal answers nothing', async () => {
    const world = await aComparedWorld(definition(235))
    world.truth.clear()
    world.answers = () => ({ latencyMs: 150, failure: DOWN })
    const endedAt = world.reconciliation.state().finishedAt
    await world.reconcile({ asked: true })
    expect(world.entries()).toEqual([])
    expect(world.reconciliation.state().finishedAt).toBe(endedAt)
    expect(world.reconciler.dueAt()).toBe(world.clock.now() + MINUTE_MS)
  })
})
