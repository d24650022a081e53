/**
 * The property that matters: whatever is lost, doubled, late or out of order, and whatever the portal fails
 * to answer, the changes told add up to the portal's state once it has been compared for the last time.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { foldChanges, leavesOf } from '../../src/core/fields/changes.ts'
import type { FieldAction, Json, LogEntry } from '../../src/core/log/event.ts'
import type { FieldAttributes } from '../../src/core/fields/field-read.ts'
import type { RestError } from '../../src/bitrix24/servers/rest-error.ts'
import { owedBy, type OwedEvent } from '../../src/core/fields/field-state.ts'
import { fieldEvent, FieldScenario } from '../support/scenarios/field-scenario.ts'
import { isFull } from '../support/sampling.ts'

/** The gate plays the first 200 histories of the first seed; at night 1,000 of each are played. */
const SEEDS = isFull ? [42, 43, 44] : [42]
const HISTORIES = isFull ? 1000 : 200

const FAILURES: readonly RestError[] = [
  { kind: 'unreachable', code: 'network_error', status: null },
  { kind: 'rate_limited', code: 'QUERY_LIMIT_EXCEEDED', status: 503 },
  { kind: 'expired', code: 'expired_token', status: 401 },
]

type Step = {
  readonly kind: 'edit' | 'values' | 'add' | 'delete' | 'compare' | 'restart'
  readonly field: number
  readonly attribute: number
  readonly value: number
  readonly isLost: boolean
  readonly isDoubled: boolean
  readonly delayMs: number
  readonly pauseMs: number
  readonly latencyMs: number
  readonly failure: number | null
}

const rate = (percent: number) => fc.integer({ min: 0, max: 99 }).map((at) => at < percent)

const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('edit' as const) },
    { weight: 3, arbitrary: fc.constant('values' as const) },
    { weight: 2, arbitrary: fc.constant('add' as const) },
    { weight: 1, arbitrary: fc.constant('delete' as const) },
    { weight: 1, arbitrary: fc.constant('compare' as const) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  ),
  field: fc.nat(3),
  attribute: fc.nat(3),
  value: fc.nat(3),
  isLost: rate(30),
  isDoubled: rate(10),
  delayMs: fc.oneof(fc.constant(0), fc.nat(3000), fc.nat(90_000)),
  pauseMs: fc.oneof(fc.constant(0), fc.nat(1000), fc.nat(200_000)),
  latencyMs: fc.oneof(fc.constant(150), fc.nat(6000)),
  failure: fc.option(fc.nat(FAILURES.length - 1), { freq: 8 }),
})

interface Sent {
  readonly at: number
  readonly send: () => Promise<void>
}

/** Plays one history to its end. */
async function play(steps: readonly Step[]): Promise<{
  readonly scenario: FieldScenario
  readonly baseline: ReadonlyMap<number, FieldAttributes>
}> {
  const scenario = new FieldScenario()
  for (const id of [235, 236]) scenario.portal.fields.set(id, definition(id))
  await scenario.reconcile({ asked: false })
  const baseline = new Map(scenario.portal.fields)
  let nextId = 237
  let queue: Sent[] = []
  const deliver = async (until: number): Promise<void> => {
    const due = queue.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)
    queue = queue.filter(({ at }) => at > until)
    for (const { send } of due) await send()
  }
  for (const step of steps) {
    const { latencyMs, failure } = step
    scenario.portal.answers = () => ({
      latencyMs,
      failure: failure === null ? null : (FAILURES[failure] ?? null),
    })
    const ids = [...scenario.portal.fields.keys()]
    const id = ids[step.field % Math.max(1, ids.length)]
    const actions = change(scenario, step, step.kind === 'add' ? nextId++ : (id ?? null))
    for (const { id: changed, action } of actions) {
      const ts = Math.floor(scenario.time.now() / 1000)
      const event = fieldEvent({ id: changed, name: `UF_CRM_${changed}` }, action, ts)
      const digest = `${event.name}|${ts}|${changed}`
      const send = () => scenario.portal.sends(event, digest)
      const at = scenario.time.now() + step.delayMs
      if (!step.isLost) queue.push({ at, send })
      if (step.isDoubled) queue.push({ at: at + 700, send })
    }
    if (step.kind === 'restart') scenario.relay.restarts()
    if (step.kind === 'compare') await scenario.reconcile({ asked: step.value > 1 })
    for (let left = step.pauseMs; left >= 0; left -= 20_000) {
      await deliver(scenario.time.now())
      const due = scenario.reconciler.dueAt()
      if (due !== null && due <= scenario.time.now()) void scenario.reconciler.runDue()
      await scenario.time.passes(Math.min(left, 20_000))
    }
  }
  scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
  await deliver(Number.MAX_SAFE_INTEGER)
  await scenario.time.passesUntilQuiet()
  await scenario.time.passes('130 s')
  await scenario.reconcile({ asked: true })
  await scenario.reconcile({ asked: true })
  return { scenario, baseline }
}

/** Changes the portal, and names the events that Bitrix24 sends for it. */
function change(
  scenario: FieldScenario,
  { kind, attribute, value }: Step,
  id: number | null,
): { readonly id: number; readonly action: FieldAction }[] {
  if (id === null) return []
  const known = scenario.portal.fields.get(id)
  if (kind === 'add') {
    scenario.portal.fields.set(id, definition(id))
    return [{ id, action: 'added' }]
  }
  if (known === undefined) return []
  if (kind === 'delete') {
    scenario.portal.fields.delete(id)
    return [{ id, action: 'deleted' }]
  }
  if (kind === 'edit') {
    scenario.portal.fields.set(id, { ...known, ...edit(attribute, value) })
    return [{ id, action: 'updated' }]
  }
  if (kind !== 'values') return []
  const list = Array.from({ length: value }, (_, index) => ({
    ID: String(900 + index),
    SORT: String((index + attribute) * 10),
    VALUE: `Value ${index + attribute}`,
    DEF: 'N',
    XML_ID: '',
  }))
  scenario.portal.fields.set(id, { ...known, LIST: list })
  return [
    { id, action: 'updated' },
    { id, action: 'enum_values_set' },
  ]
}

function edit(attribute: number, value: number): FieldAttributes {
  switch (attribute) {
    case 0:
      return { MANDATORY: value % 2 === 0 ? 'Y' : 'N' }
    case 1:
      return { SORT: String(100 + value) }
    case 2:
      return { EDIT_FORM_LABEL: { en: `Label ${value}`, de: value === 0 ? null : `Feld ${value}` } }
    default:
      return { SETTINGS: { SIZE: 20 + value, DEFAULT_VALUE: value === 0 ? '' : `d${value}` } }
  }
}

function definition(id: number): FieldAttributes {
  return {
    ID: String(id),
    ENTITY_ID: 'CRM_REQUISITE',
    FIELD_NAME: `UF_CRM_${id}`,
    USER_TYPE_ID: 'string',
    SORT: '100',
    MANDATORY: 'N',
    EDIT_FORM_LABEL: { en: 'Label', de: null },
    SETTINGS: { SIZE: 20, DEFAULT_VALUE: '' },
  }
}

type Leaves = ReadonlyMap<string, Json>

/** Adds up what a receiver was told, and checks that each change begins where the one before ended. */
function fold(
  entries: readonly LogEntry[],
  baseline: ReadonlyMap<number, FieldAttributes>,
): { readonly states: ReadonlyMap<number, Leaves>; readonly faults: readonly string[] } {
  const states = new Map<number, Leaves>()
  const faults: string[] = []
  const known = new Set<number>()
  const born = new Set<number>()
  for (const [id, attributes] of baseline) {
    states.set(id, leavesOf(attributes))
    known.add(id)
  }
  for (const { event, enrichment, sequence } of entries) {
    const { field } = event
    const { changes } = enrichment
    if (field === null || changes === null || changes.length === 0) continue
    const { id } = field
    const isWhole = changes.some(({ attribute, before }) => attribute === 'ID' && before === null)
    if (isWhole && !known.has(id)) {
      if (born.has(id)) faults.push(`${sequence} tells field ${id} to be new a second time`)
      born.add(id)
      known.add(id)
      states.delete(id)
    }
    const state = states.get(id) ?? new Map<string, Json>()
    for (const { attribute, before } of known.has(id) ? changes : []) {
      if (plain(before) === plain(state.get(attribute))) continue
      faults.push(`${sequence} begins ${attribute} of field ${id} with ${plain(before)}`)
    }
    states.set(id, foldChanges(state, changes))
  }
  return { states, faults }
}

function plain(value: Json | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

function shown(leaves: Leaves | undefined): Record<string, string> {
  const entries = [...(leaves ?? [])].map(([key, value]) => [key, plain(value)] as const)
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== '')
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}

/** The answer about a field that is sent again comes after the event of its deletion, which needs no read. */
const ANSWER_AFTER_DELETION: readonly Step[] = (
  [
    { kind: 'edit', isLost: false, pauseMs: 0, latencyMs: 2501 },
    { kind: 'delete', isLost: false, pauseMs: 0, latencyMs: 150 },
    { kind: 'add', isLost: true, pauseMs: 3000, latencyMs: 0 },
  ] as const
).map((step, index) => ({
  ...step,
  field: index === 2 ? 0 : 1,
  attribute: 0,
  value: 0,
  isDoubled: true,
  delayMs: 0,
  failure: null,
}))

it.each(SEEDS)('the changes told over any history of seed %i add up to the state', async (seed) => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 12 }), async (steps) => {
      const { scenario, baseline } = await play(steps)
      const entries = scenario.entries()
      expect(scenario.failures).toEqual([])
      expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
      const { states, faults } = fold(entries, baseline)
      expect(faults).toEqual([])
      const ids = [...new Set([...states.keys(), ...scenario.portal.fields.keys()])]
      expect(ids.map((id) => [id, shown(states.get(id))])).toEqual(
        ids.map((id) => [id, shown(leavesOf(scenario.portal.fields.get(id) ?? {}))]),
      )
      expect(ids.flatMap((id) => owedOf(scenario, id))).toEqual([])
    }),
    { numRuns: HISTORIES, seed, examples: [[[...ANSWER_AFTER_DELETION]]] },
  )
})

function owedOf(scenario: FieldScenario, id: number): readonly OwedEvent[] {
  const field = scenario.fields.find(id)
  return field === null ? [] : owedBy(field)
}
