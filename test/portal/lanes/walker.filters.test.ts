/**
 * G2 order, behind the filters `users` and `when`: what a destination does not get is passed with a fate that says
 * why, and every delivery names the one before it that was meant for its destination.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RelayEvent } from '../../../src/core/log/event.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { machine } from '../../support/builders/entries.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'

const IN_9 = 'data.FIELDS.CATEGORY_ID = 9'
const ABOUT_27 = 'subject.id in (27, 28)'
const CHOOSY = { events: ['onCrmDeal*'], users: ['!512'], when: [IN_9, ABOUT_27] }

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([machine('erp', CHOOSY), machine('all', { events: ['*'] })])
})

afterEach(() => scenario.close())

interface Deal {
  readonly id: string
  readonly category?: string
  readonly userId?: number | null
  /** True: an event of which no outline holds the data. */
  readonly isLarge?: boolean
}

function aDeal({ id, category = '9', userId = 1, isLarge = false }: Deal): RelayEvent {
  const comments = isLarge ? { COMMENTS: 'x'.repeat(10_000) } : {}
  const data = { FIELDS: { ID: id, CATEGORY_ID: category, ...comments } }
  return anEvent({ name: 'ONCRMDEALUPDATE', field: null, userId, data })
}

async function changes(...deals: readonly Deal[]): Promise<void> {
  for (const deal of deals) await scenario.portal.sends({ event: JSON.stringify(aDeal(deal)) })
  await scenario.settled()
}

function links(destination: string) {
  return scenario.receiver(destination).links()
}

describe.each([false, true])('events that are large: %s', (isLarge) => {
  const DEALS: readonly Deal[] = [
    { id: '27', isLarge },
    { id: '27', isLarge, userId: 512 },
    { id: '27', isLarge, category: '8' },
    { id: '29', isLarge },
    { id: '28', isLarge, userId: null },
    { id: '30', isLarge, category: '8' },
    { id: '27', isLarge },
  ]
  const MEANT = [
    [1, null],
    [5, 1],
    [7, 5],
  ]

  it('are passed where they do not meet the filter, and break no chain', async () => {
    await changes(...DEALS)
    expect(links('erp')).toEqual(MEANT)
    expect(links('all')).toHaveLength(DEALS.length)
  })

  it('that wait together are decided alike', async () => {
    await scenario.portal.becomesKnown()
    await scenario.operator.pauses('erp')
    for (const deal of DEALS) await scenario.portal.sends({ event: JSON.stringify(aDeal(deal)) })
    await scenario.operator.resumes('erp')
    await scenario.settled()
    expect(links('erp')).toEqual(MEANT)
  })

  it('that are filtered have a fate that says why, and never what they held', async () => {
    await changes(...DEALS)
    const passed = { state: 'filtered', at: null, attempts: null, status: null, digest: null }
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'delivered' })
    expect(await scenario.fate('erp', 2)).toEqual({ ...passed, reason: 'user' })
    const unmet = { ...passed, reason: 'condition' }
    expect(await scenario.fate('erp', 3)).toEqual({ ...unmet, condition: IN_9 })
    expect(await scenario.fate('erp', 4)).toEqual({ ...unmet, condition: ABOUT_27 })
    expect(await scenario.fate('all', 3)).toMatchObject({ state: 'delivered' })
  })

  it('are replayed where they met the filter, with the same predecessors', async () => {
    await changes(...DEALS)
    const range = { from: 1, to: 7 }
    const dry = await scenario.object.replay('erp', { kind: 'range', ...range }, { dryRun: true })
    expect(dry).toEqual({ ok: true, value: 3 })
    await scenario.operator.replays('erp', range)
    await scenario.time.passesUntil(() => scenario.receiver('erp').count === 6)
    expect(links('erp').slice(3)).toEqual(MEANT)
  })

  it('are decided by the conditions of their time', async () => {
    await changes({ id: '27', isLarge }, { id: '27', isLarge, category: '8' })
    const relaxed = { ...CHOOSY, when: [ABOUT_27] }
    await scenario.relay.deploys([machine('erp', relaxed), machine('all', { events: ['*'] })])
    await changes({ id: '28', isLarge, category: '8' })
    expect(links('erp')).toEqual([
      [1, null],
      [3, 1],
    ])
    expect(await scenario.fate('erp', 2)).toMatchObject({ reason: 'condition', condition: IN_9 })
  })
})

it('a wrong condition stops its own lane, and a corrected one delivers what waits', async () => {
  const wrong = machine('erp', { ...CHOOSY, when: ['data.FIELDS.CATEGORY_ID > 8'] })
  const all = machine('all', { events: ['*'] })
  await changes({ id: '28' })
  await scenario.relay.deploys([wrong, all])
  await changes({ id: '27' }, { id: '27', category: '8' })
  expect(await scenario.lane('erp')).toMatchObject({
    state: 'disabled',
    reason: 'misconfigured',
    problems: [
      {
        setting: 'when',
        problem: 'Must hold conditions: condition 1, character 25, must be =, !=, in or exists',
      },
    ],
  })
  await scenario.relay.deploys([machine('erp', CHOOSY), all])
  await scenario.time.passesToAlarm()
  await scenario.settled()
  expect(links('erp')).toEqual([
    [1, null],
    [2, 1],
  ])
  expect(await scenario.fate('erp', 3)).toMatchObject({ state: 'filtered', condition: IN_9 })
})
