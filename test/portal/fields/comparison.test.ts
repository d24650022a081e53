/** What comparing a portal with what is known of it tells, and what it leaves to the events. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { FieldScenario } from '../../support/scenarios/field-scenario.ts'
import {
  aComparedScenario,
  COMPLETE,
  definition,
  MANDATORY,
  send,
  told,
} from '../../support/builders/requisite-fields.ts'

const DOWN: RestError = { kind: 'unreachable', code: 'network_error', status: null }

/** A list of some Cyrillic values; with `changes`, some of them have another text. */
function aListField(
  id: number,
  count: number,
  changes: { readonly [index: number]: string } = {},
): FieldAttributes {
  const LIST = Array.from({ length: count }, (_, index) => ({
    ID: String(5000 + index),
    SORT: String(index * 10),
    VALUE: changes[index] ?? `Основной вид деятельности по классификатору, строка № ${index}`,
    DEF: 'N',
    XML_ID: '38a8c98a5de02f8ccdca2244e5065ecd',
  }))
  return definition(id, { USER_TYPE_ID: 'enumeration', LIST })
}

const SUSPENDED: RestError = { kind: 'suspended', code: 'payment_required', status: 401 }

const TOO_LARGE: RestError = { kind: 'unreachable', code: 'answer_too_large', status: 200 }

/** The portal answers more than is read, whenever it is asked for this field. */
function makeTooLarge(scenario: FieldScenario, field: number): void {
  scenario.portal.refuses = ({ ids }) => (ids.includes(field) ? TOO_LARGE : null)
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
  // A look at a single field must not take for granted that its family has a baseline: the field would count as
  // added.
  it('tells no addition of a field that was there before the baseline', async () => {
    const scenario = new FieldScenario()
    scenario.portal.fields.set(235, definition(235))
    scenario.portal.answers = () => ({ latencyMs: 150, failure: DOWN })
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    await scenario.reconcile({ asked: false })
    scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
    await scenario.time.passesWithComparisons('5 min')
    expect(scenario.entries().filter(({ origin }) => origin === 'reconciled')).toEqual([])
  })

  // A field that can never be read must not keep its family without a baseline for ever.
  it('tells a lost addition although another field is too large to be read', async () => {
    const scenario = new FieldScenario()
    for (const id of [235, 236]) scenario.portal.fields.set(id, definition(id))
    makeTooLarge(scenario, 236)
    await scenario.reconcile({ asked: false })
    scenario.portal.fields.set(237, definition(237))
    await scenario.reconcile({ asked: true })
    expect(scenario.entries().map(({ event }) => event.field?.id)).toEqual([237])
    expect(scenario.reconciliation.state()).toMatchObject({
      failures: 0,
      unreadable: ['CRM_REQUISITE'],
    })
  })

  // Nothing was known of the field when its family was read for the first time; it must not count as new.
  it('tells no addition of a field that was too large at first', async () => {
    const scenario = new FieldScenario()
    for (const id of [235, 236]) scenario.portal.fields.set(id, definition(id))
    makeTooLarge(scenario, 236)
    await scenario.reconcile({ asked: false })
    scenario.portal.refuses = () => null
    await scenario.reconcile({ asked: true })
    expect(scenario.entries()).toEqual([])
  })

  // For example, the plan of the portal ends between the list and the definitions.
  it('tells no addition of fields whose definitions were refused together at first', async () => {
    const scenario = new FieldScenario()
    for (const id of [235, 236]) scenario.portal.fields.set(id, definition(id))
    scenario.portal.refuses = ({ ids }) => (ids.length > 0 ? SUSPENDED : null)
    await scenario.reconcile({ asked: false })
    expect(scenario.reconciliation.state()).toMatchObject({ unreadable: ['CRM_REQUISITE'] })
    scenario.portal.refuses = () => null
    scenario.portal.fields.set(237, definition(237))
    await scenario.reconcile({ asked: true })
    expect(scenario.entries().map(({ event }) => event.field?.id)).toEqual([237])
  })

  it('asks for a field that can never be read ever more rarely', async () => {
    const scenario = await aComparedScenario(definition(235))
    makeTooLarge(scenario, 235)
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    const before = scenario.requests.length
    await scenario.time.passesWithComparisons('6 h')
    expect(scenario.requests.length - before).toBeLessThan(40)
    expect(scenario.entries().map(({ enrichment }) => enrichment.reason)).toEqual(['too_large'])
  })

  // Such a list holds every value of every list field, and it has no pages.
  it('asks for the known fields when the list itself is too large', async () => {
    const scenario = await aComparedScenario(definition(235))
    scenario.portal.refuses = ({ ids }) => (ids.length === 0 ? TOO_LARGE : null)
    scenario.portal.fields.set(235, definition(235, { MANDATORY: 'Y' }))
    await scenario.reconcile({ asked: true })
    expect(scenario.entries().map(({ enrichment }) => enrichment.changes)).toEqual([MANDATORY])
    expect(scenario.reconciliation.state()).toMatchObject({
      failures: 0,
      unreadable: ['CRM_REQUISITE'],
    })
  })

  it('takes no baseline from a list that is too large', async () => {
    const scenario = new FieldScenario()
    scenario.portal.fields.set(235, definition(235))
    scenario.portal.refuses = ({ ids }) => (ids.length === 0 ? TOO_LARGE : null)
    await send(scenario, 235, 'updated')
    await scenario.time.passesUntilQuiet()
    await scenario.reconcile({ asked: true })
    scenario.portal.refuses = () => null
    scenario.portal.fields.set(236, definition(236))
    await scenario.reconcile({ asked: true })
    expect(scenario.entries().filter(({ origin }) => origin === 'reconciled')).toEqual([])
  })

  it('finds the one of 500 Cyrillic values that has changed', async () => {
    const scenario = await aComparedScenario(aListField(235, 500))
    scenario.portal.fields.set(235, aListField(235, 500, { 7: 'Другое' }))
    await scenario.reconcile({ asked: true })
    expect(scenario.entries().map(({ enrichment }) => enrichment.changes)).toEqual([
      [
        {
          attribute: 'LIST.5007.VALUE',
          before: 'Основной вид деятельности по классификатору, строка № 7',
          after: 'Другое',
        },
      ],
    ])
  })

  it('says of a list with 3,000 values that something in it has changed', async () => {
    const scenario = await aComparedScenario(aListField(235, 3000))
    scenario.portal.fields.set(235, aListField(235, 3000, { 7: 'Другое' }))
    await scenario.reconcile({ asked: true })
    const CHECKSUM = expect.stringMatching(/^checksum:/)
    const told = scenario.entries().map(({ enrichment }) => enrichment.changes)
    expect(told).toEqual([[{ attribute: 'LIST', before: CHECKSUM, after: CHECKSUM }]])
    await scenario.reconcile({ asked: true })
    expect(scenario.entries()).toHaveLength(1)
  })

  // One wrong answer "not found" at two looks must not make a field gone for good, whatever events follow.
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
