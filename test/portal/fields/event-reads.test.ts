/** How the reads of many events share requests, and what the portal's limits do to them. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { ENRICH_BUDGET_MS } from '../../../src/portal/fields/enricher.ts'
import { fieldEvent, FieldScenario } from '../../support/node/field-scenario.ts'

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
function change(id: number, sort: number, { digest = `${id} ${sort}` } = {}): Promise<void> {
  scenario.portal.fields.set(id, definition(id, sort))
  const ts = Math.floor(scenario.time.now() / 1000)
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
    // The first event is read at once; what came meanwhile shares the next requests.
    expect(commands()).toEqual([2, 50, 50, 19])
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
  it('tells nothing by a late answer when a comparison has read the field since', async () => {
    await change(1, 7, { digest: 'same' })
    await scenario.time.passesUntilQuiet()
    // Comparisons that have used up their part of the requests wait a second for each.
    for (let count = 0; count < 6; count += 1) await scenario.reconcile({ asked: true })
    scenario.requests.length = 0
    scenario.reconciler.ask()
    const compared = scenario.reconciler.runDue()
    while (scenario.requests.length === 0) await scenario.time.passes('100 ms')
    await scenario.time.passes('200 ms')
    scenario.portal.answers = () => ({ latencyMs: 8000, failure: null })
    await scenario.portal.sends(
      fieldEvent({ id: 1, name: 'F1' }, 'updated', scenario.entries()[0]?.event.ts ?? 0),
      'same',
    )
    await scenario.time.passes('0 s')
    expect(scenario.requests.map(({ method }) => method)).toEqual([
      'crm.requisite.userfield.list',
      'crm.requisite.userfield.get',
    ])
    scenario.portal.answers = () => ({ latencyMs: 150, failure: null })
    await scenario.time.passes('100 ms')
    scenario.portal.fields.set(1, definition(1, 9))
    while (scenario.entries().length < 2) await scenario.time.passes('100 ms')
    await scenario.time.passes('10 s')
    await compared
    expect(scenario.entries().map(({ enrichment }) => enrichment.changes)).toEqual([
      [{ attribute: 'SORT', before: '100', after: '7' }],
      [{ attribute: 'SORT', before: '7', after: '9' }],
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
})
