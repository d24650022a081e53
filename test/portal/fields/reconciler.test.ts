/** When a scheduled comparison tells, and when it keeps quiet. */
import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import {
  AFTER_BURST_MS,
  NO_RECONCILIATION,
  SECOND_LOOK_MS,
} from '../../../src/core/fields/reconciliation.ts'
import { SAFETY_ALARM_MS } from '../../../src/core/pace/schedule.ts'
import { fieldEvent, FieldScenario } from '../../support/scenarios/field-scenario.ts'
import { NOW } from '../../support/time.ts'

const FIELD = { id: 235, name: 'UF_CRM_TAX' }
const OLD: FieldAttributes = {
  ID: '235',
  ENTITY_ID: 'CRM_REQUISITE',
  FIELD_NAME: 'UF_CRM_TAX',
  MANDATORY: 'N',
}
const YOUNG = { ...OLD, MANDATORY: 'Y' }
const CHANGE = { attribute: 'MANDATORY', before: 'N', after: 'Y' }
const DOWN: RestError = { kind: 'unreachable', code: 'network_error', status: null }

let scenario: FieldScenario

beforeEach(async () => {
  scenario = new FieldScenario()
  scenario.portal.fields.set(235, OLD)
  await scenario.reconcile({ asked: false })
})

/** What was told, as origin, action and changes. */
function told() {
  return scenario.entries().map(({ origin, event, enrichment }) => ({
    origin,
    action: event.field?.action,
    changes: enrichment.changes,
    completes: enrichment.completes,
  }))
}

function event(action: 'updated' | 'deleted' = 'updated'): Promise<void> {
  const ts = Math.floor(scenario.time.now() / 1000)
  return scenario.portal.sends(fieldEvent(FIELD, action, ts), `${action} ${ts}`)
}

function breakPortal(failure: RestError | null): void {
  scenario.portal.answers = () => ({ latencyMs: 150, failure })
}

const RECONCILED = {
  origin: 'reconciled',
  action: 'updated',
  changes: [CHANGE],
  completes: [],
}

describe('a scheduled comparison', () => {
  it('runs once a day, and costs one list and one read while nothing has changed', async () => {
    const before = scenario.requests.length
    await scenario.time.passesWithComparisons(DAY_MS + MINUTE_MS)
    expect(scenario.requests.slice(before).map(({ method }) => method)).toEqual([
      'crm.requisite.userfield.list',
      'crm.requisite.userfield.get',
    ])
    expect(told()).toEqual([])
  })

  it('tells a difference when a second look two minutes later still sees it, and not before', async () => {
    scenario.portal.fields.set(235, YOUNG)
    await scenario.time.passesWithComparisons(DAY_MS + 30_000)
    expect(told()).toEqual([])
    await scenario.time.passesWithComparisons(SECOND_LOOK_MS - MINUTE_MS)
    expect(told()).toEqual([])
    await scenario.time.passesWithComparisons(90_000)
    expect(told()).toEqual([RECONCILED])
  })

  it('leaves a difference to its event when that comes meanwhile', async () => {
    scenario.portal.fields.set(235, YOUNG)
    await scenario.time.passesWithComparisons(DAY_MS + 30_000)
    await event()
    await scenario.time.passesWithComparisons(2 * SECOND_LOOK_MS)
    expect(told()).toMatchObject([{ origin: 'event', changes: [CHANGE] }])
  })

  it('forgets a difference that is gone at the second look', async () => {
    scenario.portal.fields.set(235, YOUNG)
    await scenario.time.passesWithComparisons(DAY_MS + 30_000)
    scenario.portal.fields.set(235, OLD)
    await scenario.time.passesWithComparisons(2 * SECOND_LOOK_MS)
    expect(told()).toEqual([])
  })

  it('looks again some minutes later when the portal does not answer the second look', async () => {
    scenario.portal.fields.set(235, YOUNG)
    await scenario.time.passesWithComparisons(DAY_MS + 30_000)
    breakPortal(DOWN)
    await scenario.time.passesWithComparisons(SECOND_LOOK_MS)
    breakPortal(null)
    const before = scenario.requests.length
    await scenario.time.passesWithComparisons(SECOND_LOOK_MS)
    expect(scenario.requests).toHaveLength(before)
    await scenario.time.passesWithComparisons(15 * MINUTE_MS)
    expect(told()).toEqual([RECONCILED])
  })

  it('follows ten minutes after the last event of a burst', async () => {
    await event()
    await scenario.time.passesWithComparisons(MINUTE_MS)
    await event()
    const before = scenario.requests.length
    await scenario.time.passesWithComparisons(AFTER_BURST_MS - MINUTE_MS)
    expect(scenario.requests).toHaveLength(before)
    await scenario.time.passesWithComparisons(2 * MINUTE_MS)
    expect(scenario.requests.length).toBeGreaterThan(before)
  })

  it('that fails is repeated with growing waits, and tells nothing as gone', async () => {
    breakPortal(DOWN)
    await scenario.time.passesWithComparisons(DAY_MS)
    const failed = scenario.requests.length
    await scenario.time.passesWithComparisons(4 * MINUTE_MS)
    expect(scenario.requests.length - failed).toBe(1)
    await scenario.time.passesWithComparisons(30 * MINUTE_MS)
    expect(told()).toEqual([])
    breakPortal(null)
    scenario.portal.fields.delete(235)
    await scenario.time.passesWithComparisons(2 * HOUR_MS)
    expect(told()).toMatchObject([{ origin: 'reconciled', action: 'deleted' }])
  })

  it('survives the end of the object between its two looks', async () => {
    scenario.portal.fields.set(235, YOUNG)
    await scenario.time.passesWithComparisons(DAY_MS + 30_000)
    scenario.relay.restarts()
    await scenario.time.passesWithComparisons(2 * SECOND_LOOK_MS)
    expect(told()).toEqual([RECONCILED])
  })
})

describe('a thin event', () => {
  it('is completed a minute later, at once and by itself', async () => {
    scenario.portal.fields.set(235, YOUNG)
    breakPortal(DOWN)
    await event()
    await scenario.time.passesUntilQuiet()
    expect(told()).toMatchObject([{ origin: 'event', changes: null }])
    breakPortal(null)
    await scenario.time.passesWithComparisons(90_000)
    expect(told()[1]).toEqual({ ...RECONCILED, completes: [1] })
  })

  it('is completed by the next event of its field, if that comes first', async () => {
    scenario.portal.fields.set(235, YOUNG)
    breakPortal(DOWN)
    await event()
    await scenario.time.passesUntilQuiet()
    breakPortal(null)
    await scenario.time.passesWithComparisons(2000)
    await event()
    await scenario.time.passesWithComparisons(120_000)
    expect(told()).toHaveLength(2)
    expect(told()[1]).toMatchObject({ origin: 'event', changes: [CHANGE], completes: [1] })
  })
})

describe('a comparison that an operator asks for', () => {
  it('tells at once, in the order of the fields, and leaves late events nothing new', async () => {
    scenario.portal.fields.set(235, YOUNG)
    scenario.portal.fields.set(231, { ...OLD, ID: '231', FIELD_NAME: 'UF_CRM_A' })
    await scenario.reconcile({ asked: true })
    expect(told().map(({ action }) => action)).toEqual(['added', 'updated'])
    const late = fieldEvent(FIELD, 'updated', Math.floor(scenario.time.now() / 1000) - 60)
    await scenario.portal.sends(late, 'late')
    await scenario.time.passesUntilQuiet()
    expect(scenario.entries()[2]?.enrichment).toMatchObject({ changes: [], toldBy: 2 })
  })
})

describe('the wish of an operator', () => {
  it('is taken up by the next life of the object when this one ends before its run', async () => {
    scenario.portal.fields.set(235, YOUNG)
    scenario.reconciler.ask()
    scenario.relay.restarts()
    expect(scenario.reconciler.dueAt()).toBe(0)
    await scenario.time.passesWithComparisons(60_000)
    expect(told()).toEqual([RECONCILED])
    expect(scenario.reconciliation.state().isAsked).toBe(false)
  })

  it('is taken up when the object ends during its run', async () => {
    scenario.portal.fields.set(235, YOUNG)
    scenario.portal.answers = () => ({ latencyMs: 600_000, failure: null })
    scenario.reconciler.ask()
    void scenario.reconciler.runDue()
    await scenario.time.passes(5000)
    breakPortal(null)
    scenario.relay.restarts()
    await scenario.time.passesWithComparisons(60_000)
    expect(told()).toEqual([RECONCILED])
  })

  it('that comes during a run is granted by a further run, also after the end of the object', async () => {
    scenario.portal.answers = () => ({ latencyMs: 2000, failure: null })
    scenario.reconciler.ask()
    const ended = scenario.reconciler.runDue()
    await scenario.time.passes(3000)
    scenario.reconciler.ask()
    expect(scenario.reconciliation.state().isAsked).toBe(true)
    while (scenario.reconciliation.state().startedAt === NOW) await scenario.time.passes(100)
    scenario.relay.restarts()
    expect(scenario.reconciler.dueAt()).toBe(0)
    scenario.requests.length = 0
    await scenario.time.passesWithComparisons(60_000)
    expect(scenario.requests[0]?.method).toBe('crm.requisite.userfield.list')
    expect(scenario.reconciler.dueAt()).toBeGreaterThan(scenario.time.now())
    void ended
  })

  it('is granted once: a portal that does not answer is asked again with the usual waits', async () => {
    breakPortal(DOWN)
    await scenario.reconcile({ asked: true })
    expect(scenario.reconciler.dueAt()).toBeGreaterThan(scenario.time.now())
    scenario.relay.restarts()
    expect(scenario.reconciler.dueAt()).toBeGreaterThan(scenario.time.now())
  })

  it('is forgotten with the installation', async () => {
    scenario.reconciler.ask()
    scenario.reconciler.clear()
    expect(scenario.reconciliation.state().isAsked).toBe(false)
    scenario.relay.restarts()
    expect(scenario.reconciliation.state()).toEqual(NO_RECONCILIATION)
  })
})

describe('the reconciler', () => {
  // The object may end during a run, and nobody but the alarm would begin it anew.
  it('wants an alarm in five minutes while a comparison runs', async () => {
    scenario.portal.answers = () => ({ latencyMs: 10_000, failure: null })
    scenario.reconciler.ask()
    const run = scenario.reconciler.runDue()
    await scenario.time.passes('1 s')
    expect(scenario.reconciler.dueAt()).toBe(scenario.time.now() + SAFETY_ALARM_MS)
    await scenario.time.passes('60 s')
    await run
    expect(scenario.reconciler.dueAt()).not.toBe(scenario.time.now() + SAFETY_ALARM_MS)
  })

  it('does three things at a time, and leaves the others to the alarm, which comes at once', async () => {
    const families = ['lead', 'deal', 'contact', 'company'] as const
    const dueAt = scenario.time.now()
    const suspects = families.map((family, id) => {
      return { family, id, entityId: `CRM_${family}`, dueAt, seen: null, looks: 0 }
    })
    scenario.reconciliation.save({ ...scenario.reconciliation.state(), suspects })
    scenario.requests.length = 0
    await scenario.reconcile({ asked: false })
    expect(scenario.requests.map(({ method }) => method)).toEqual([
      'crm.lead.userfield.get',
      'crm.deal.userfield.get',
      'crm.contact.userfield.get',
    ])
    expect(scenario.reconciler.dueAt()).toBe(dueAt)
  })
})

describe('a portal that denies', () => {
  const DENIED: RestError = { kind: 'no_rights', code: '', status: 400 }

  it('is asked a few times for a field that may not be seen, and then with the daily run', async () => {
    breakPortal(DENIED)
    await event()
    await scenario.time.passesUntilQuiet()
    scenario.requests.length = 0
    await scenario.time.passesWithComparisons(DAY_MS)
    expect(scenario.requests.length).toBeLessThan(12)
  })

  it('is not read as a whole again because of a denied family', async () => {
    breakPortal(DENIED)
    await scenario.time.passesWithComparisons(DAY_MS + MINUTE_MS)
    scenario.requests.length = 0
    await scenario.time.passesWithComparisons(DAY_MS - 2 * MINUTE_MS)
    expect(scenario.requests).toEqual([])
    expect(scenario.reconciliation.state().unreadable).toEqual(['CRM_REQUISITE'])
  })

  it('with an empty list at first does not make every field new later', async () => {
    const hidden = new FieldScenario()
    await hidden.reconcile({ asked: false })
    hidden.portal.fields.set(235, OLD)
    await hidden.reconcile({ asked: true })
    expect(hidden.entries()).toEqual([])
    hidden.portal.fields.set(236, { ...OLD, ID: '236' })
    await hidden.reconcile({ asked: true })
    expect(hidden.entries().map(({ event }) => event.field?.action)).toEqual(['added'])
  })
})

describe('the start of an object', () => {
  it('finds an event that waits behind many others, and leaves thin what a lane has told', async () => {
    scenario.portal.fields.set(235, YOUNG)
    scenario.portal.answers = () => ({ latencyMs: 10 * MINUTE_MS, failure: null })
    await event()
    const deal = { name: 'ONCRMDEALUPDATE', ts: 1, handlerId: null, userId: 1, data: null }
    for (let count = 0; count < 150; count += 1) {
      await scenario.portal.sends({ ...deal, field: null, quarantined: null }, `deal ${count}`)
    }
    breakPortal(null)
    scenario.relay.restarts({ toldUpTo: 0 })
    await scenario.time.passesUntilQuiet()
    expect(told()[0]).toMatchObject({ origin: 'event', changes: [CHANGE] })
  })

  it('leaves what a lane has told thin, and tells its change by a further event', async () => {
    scenario.portal.fields.set(235, YOUNG)
    scenario.portal.answers = () => ({ latencyMs: 10 * MINUTE_MS, failure: null })
    await event()
    breakPortal(null)
    scenario.relay.restarts({ toldUpTo: 1 })
    await scenario.time.passesUntilQuiet()
    expect(told()).toMatchObject([{ origin: 'event', changes: null }])
    await scenario.time.passesWithComparisons(90_000)
    expect(told()[1]).toEqual({ ...RECONCILED, completes: [1] })
  })
})

it('an addition that comes after the baseline is told as a whole, once', async () => {
  const added = fieldEvent(FIELD, 'added', Math.floor(scenario.time.now() / 1000) - 60)
  await scenario.portal.sends(added, 'late addition')
  await scenario.time.passesUntilQuiet()
  expect(told()[0]?.changes).toHaveLength(4)
  await scenario.portal.sends({ ...added, ts: (added.ts ?? 0) + 1 }, 'again')
  await scenario.time.passesUntilQuiet()
  expect(scenario.entries()[1]?.enrichment).toMatchObject({ changes: [], toldBy: 1 })
})
