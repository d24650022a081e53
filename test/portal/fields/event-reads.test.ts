/** How the reads of many events share requests, and what the portal's limits do to them. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import { HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { err } from '../../../src/core/result.ts'
import { ENRICH_BUDGET_MS } from '../../../src/portal/fields/enricher.ts'
import { EventReads } from '../../../src/portal/fields/event-reads.ts'
import { EventsToEnrich } from '../../../src/portal/fields/events-to-enrich.ts'
import { RepeatedEvents } from '../../../src/portal/fields/repeated-events.ts'
import type { PortalAccess } from '../../../src/portal/tokens/portal-access.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { fieldEvent, FieldScenario } from '../../support/scenarios/field-scenario.ts'
import { NOW } from '../../support/time.ts'

const TOO_LARGE: RestError = { kind: 'unreachable', code: 'answer_too_large', status: 200 }

let scenario: FieldScenario

function definition(id: number, sort = 100): FieldAttributes {
  return { ID: String(id), ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: `F${id}`, SORT: String(sort) }
}

beforeEach(async () => {
  scenario = new FieldScenario()
  for (let id = 1; id <= 120; id += 1) scenario.portal.fields.set(id, definition(id))
  await scenario.reconcile({ asked: false })
  scenario.requests.length = 0
})

/** Changes a field and sends its event, as one of a turn. */
function change(
  id: number,
  sort: number,
  { digest = `${id} ${sort}`, ts = Math.floor(scenario.time.now() / 1000) } = {},
): Promise<void> {
  scenario.portal.fields.set(id, definition(id, sort))
  return scenario.portal.sends(fieldEvent({ id, name: `F${id}` }, 'updated', ts), digest)
}

function commands(): number[] {
  return scenario.requests.map((request) => request.commands)
}

function statuses(): string[] {
  return scenario.entries().map(({ enrichment }) => enrichment.reason ?? enrichment.status)
}

describe('the reads of a portal', () => {
  it('ask for at most 50 things at once, and one at a time', async () => {
    await Promise.all(Array.from({ length: 120 }, (_, index) => change(index + 1, 7)))
    await scenario.time.passesUntilQuiet()
    // All came together: 120 fields and one user.
    expect(commands()).toEqual([50, 50, 21])
    expect(scenario.mostOpen).toBe(1)
    expect(new Set(statuses())).toEqual(new Set(['complete']))
  })

  it('know a user for a day, and ask for one field without a batch', async () => {
    await change(1, 7)
    await scenario.time.passesUntilQuiet()
    await change(1, 8)
    await scenario.time.passesUntilQuiet()
    expect(scenario.requests.map(({ method }) => method)).toEqual([
      'batch',
      'crm.requisite.userfield.get',
    ])
  })

  it('are made again in halves when the answer is too large', async () => {
    scenario.portal.answers = (count) => ({ latencyMs: 10, failure: count > 8 ? TOO_LARGE : null })
    await Promise.all(Array.from({ length: 20 }, (_, index) => change(index + 1, 7)))
    await scenario.time.passesUntilQuiet()
    expect(new Set(statuses())).toEqual(new Set(['complete']))
    expect(Math.max(...commands().slice(2))).toBeLessThanOrEqual(10)
  })

  it('of one field whose answer is too large leave its event thin', async () => {
    scenario.portal.answers = () => ({ latencyMs: 10, failure: TOO_LARGE })
    await change(1, 7)
    await scenario.time.passesUntilQuiet()
    expect(statuses()).toEqual(['too_large'])
  })
})

describe('a refused request', () => {
  const LIMIT: RestError = { kind: 'rate_limited', code: 'QUERY_LIMIT_EXCEEDED', status: 503 }

  it('is made again when the limit ends within the budget', async () => {
    let refusals = 1
    scenario.portal.answers = () => {
      refusals -= 1
      return { latencyMs: 10, failure: refusals >= 0 ? { ...LIMIT, retryAfterMs: 1000 } : null }
    }
    const start = scenario.time.now()
    await change(1, 7)
    await scenario.time.passesUntilQuiet()
    expect(statuses()).toEqual(['complete'])
    expect(scenario.requests).toHaveLength(2)
    expect(scenario.time.now() - start).toBeLessThan(ENRICH_BUDGET_MS)
  })

  it('leaves events thin at once when it does not', async () => {
    scenario.portal.answers = () => ({
      latencyMs: 10,
      failure: { ...LIMIT, retryAfterMs: 10 * MINUTE_MS },
    })
    await change(1, 7)
    await scenario.time.passes('500 ms')
    expect(statuses()).toEqual(['rate_limited'])
    await change(2, 7)
    await scenario.time.passes('500 ms')
    expect(statuses()).toEqual(['rate_limited', 'rate_limited'])
    expect(scenario.requests).toHaveLength(1)
  })
})

it('an event is thin when its clock has gone back, and the limit seems to last for hours', async () => {
  const { field } = fieldEvent({ id: 1, name: 'F1' }, 'updated', NOW / 1000)
  if (field === null) throw new Error('The event is about no field')
  const waiting = new EventsToEnrich()
  const world = { now: () => NOW - 5 * HOUR_MS, sleep: async () => {} }
  // The clock was five hours ahead when the event came, and when the portal asked for a second of rest.
  const event = anEvent({ field })
  waiting.add([{ sequence: 1, event }], NOW + ENRICH_BUDGET_MS)
  const limit = { kind: 'rate_limited', code: 'own_pace', status: null } as const
  const access: PortalAccess = {
    call: async () => err(limit),
    hasAccess: () => true,
    refusal: () => null,
    blockedUntil: () => NOW + 1000,
    obey: () => {},
    generation: () => 1,
  }
  const scheduler = { background: () => {} }
  const repeats = new RepeatedEvents({ world, scheduler, onDue: () => {} })
  const reads = new EventReads({
    waiting,
    repeats,
    fields: { find: () => null },
    access,
    world,
  })
  const request = reads.begin()
  if (request === null) throw new Error('There is nothing to ask')
  const [enriched] = reads.enrich(await reads.ask(request))
  expect(enriched?.enrichments.get(1)).toMatchObject({ reason: 'rate_limited' })
})

describe('an event that is sent twice', () => {
  it('is read once more when its first one had been read already', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    await change(1, 8, { digest: 'same' })
    await scenario.time.passes('1 s')
    expect(scenario.requests).toHaveLength(2)
    expect(
      scenario.entries().map(({ origin, enrichment }) => [origin, enrichment.changes]),
    ).toEqual([
      ['event', [{ attribute: 'SORT', before: '100', after: '7' }]],
      ['reconciled', [{ attribute: 'SORT', before: '7', after: '8' }]],
    ])
  })

  it('is read once more when the read for its first one is under way', async () => {
    scenario.portal.answers = () => ({ latencyMs: 1000, failure: null })
    await change(1, 7, { digest: 'same' })
    await scenario.time.passes('300 ms')
    expect(scenario.requests).toHaveLength(1)
    await change(1, 8, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    await scenario.time.passes('2 s')
    expect(scenario.entries().map(({ enrichment }) => enrichment.changes)).toEqual([
      [{ attribute: 'SORT', before: '100', after: '7' }],
      [{ attribute: 'SORT', before: '7', after: '8' }],
    ])
  })

  // Its answer is older than what the comparison has told, and would tell the change back again.
  it('is told in order when its answer comes after the one of a comparison', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    // Comparisons that have used up their part of the requests wait a second for each.
    for (let count = 0; count < 6; count += 1) await scenario.reconcile({ asked: true })
    scenario.requests.length = 0
    scenario.portal.fields.set(1, definition(1, 8))
    scenario.reconciler.ask()
    const compared = scenario.reconciler.runDue()
    while (scenario.requests.length === 0) await scenario.time.passes('100 ms')
    // The list has come, and the comparison waits until it may read the definitions.
    await scenario.time.passes('200 ms')
    scenario.portal.answers = () => ({ latencyMs: 8000, failure: null })
    await scenario.portal.sends(
      fieldEvent({ id: 1, name: 'F1' }, 'updated', scenario.entries()[0]?.event.ts ?? 0),
      'same',
    )
    await scenario.time.passes('300 ms')
    scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
    scenario.portal.fields.set(1, definition(1, 9))
    await scenario.time.passes('2 s')
    expect(scenario.requests.map(({ method }) => method)).toEqual([
      'crm.requisite.userfield.list',
      'crm.requisite.userfield.get',
      'batch',
    ])
    await scenario.time.passes('10 s')
    await compared
    await scenario.reconcile({ asked: true })
    const told = scenario.entries().flatMap(({ enrichment }) => enrichment.changes ?? [])
    expect(told.map(({ before, after }) => [before, after])).toEqual([
      ['100', '7'],
      ['7', '8'],
      ['8', '9'],
    ])
  })

  it('is read no more than once while its first one still waits', async () => {
    await change(2, 7)
    await Promise.all([change(1, 7, { digest: 'same' }), change(1, 7, { digest: 'same' })])
    await scenario.time.passesUntilQuiet()
    expect(scenario.requests).toHaveLength(2)
  })

  it('adds nothing when nothing is new', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    await change(1, 7, { digest: 'same' })
    await scenario.time.passes('1 s')
    expect(scenario.requests).toHaveLength(2)
    expect(scenario.entries()).toHaveLength(1)
  })

  const repetitions = () =>
    scenario.entries().map(({ origin, event: { ts, userId }, enrichment }) => {
      const { changes, completes, repeats = null } = enrichment
      const values = changes?.map(({ before, after }) => `${String(before)} → ${String(after)}`)
      return { origin, ts, userId, values, completes, repeats }
    })

  it('and is one of thirty of one second is told with the others as one change', async () => {
    const ts = Math.floor(scenario.time.now() / 1000)
    for (let edit = 1; edit <= 30; edit += 1) {
      await change(1, 200 + edit, { digest: 'same', ts })
      await scenario.time.passes('25 ms')
    }
    await scenario.time.passes('2 s')
    expect(repetitions()).toEqual([
      { origin: 'event', ts, userId: 1, values: ['100 → 201'], completes: [], repeats: null },
      { origin: 'reconciled', ts, userId: 1, values: ['201 → 230'], completes: [], repeats: 1 },
    ])
    expect(scenario.requests).toHaveLength(2)
  })

  it('is told with the next event of its field when that one comes first', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passes('400 ms')
    await change(1, 8, { digest: 'same' })
    await scenario.time.passes('100 ms')
    await change(1, 9, { digest: 'next' })
    await scenario.time.passes('3 s')
    expect(repetitions().map(({ origin, values }) => [origin, values])).toEqual([
      ['event', ['100 → 7']],
      ['event', ['7 → 9']],
    ])
    expect(scenario.requests).toHaveLength(2)
  })

  it('names nobody when another handler sent it, as that is most likely the same event', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    scenario.portal.fields.set(1, definition(1, 8))
    const copy = fieldEvent({ id: 1, name: 'F1' }, 'updated', 1)
    await scenario.portal.sends({ ...copy, handlerId: '700', userId: 9 }, 'same')
    await scenario.time.passes('2 s')
    expect(repetitions().slice(1)).toMatchObject([{ values: ['7 → 8'], userId: null, repeats: 1 }])
  })

  it('is told by no comparison before its own read', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    await change(1, 8, { digest: 'same' })
    await scenario.reconcile({ asked: true })
    await scenario.time.passes('2 s')
    expect(repetitions().slice(1)).toMatchObject([{ values: ['7 → 8'], repeats: 1 }])
  })

  it('stays owed to the first one when it cannot be read', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    scenario.portal.answers = () => ({ latencyMs: 10, failure: TOO_LARGE })
    await change(1, 8, { digest: 'same' })
    await change(1, 9, { digest: 'same' })
    await scenario.time.passes('2 s')
    expect(scenario.entries()).toHaveLength(1)
    scenario.portal.answers = () => ({ latencyMs: 10, failure: null })
    await scenario.reconcile({ asked: true })
    expect(repetitions().slice(1)).toEqual([
      {
        origin: 'reconciled',
        ts: null,
        userId: 1,
        values: ['7 → 9'],
        completes: [1],
        repeats: null,
      },
    ])
  })
})
