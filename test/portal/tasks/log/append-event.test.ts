/** An append into a full object: old events make room, and only an object that stays full refuses the event (G5). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashToken } from '../../../../src/storage/token-hash.ts'
import { parseRobotSecret } from '../../../../src/storage/robot-secret.ts'
import { SEEK_AGAIN_MS } from '../../../../src/portal/log/log-space.ts'
import { anEvent } from '../../../support/builders/a-delivery.ts'
import { oneTo } from '../../../support/builders/a-lane.ts'
import { machine } from '../../../support/builders/entries.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { limitStorage } from '../../../support/worker/observed.ts'

const NOBODY = { memberId: '', token: '' }

const LARGE = { event: JSON.stringify(anEvent({ data: 'x'.repeat(50_000) })) }

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
  scenario.settings = { ...scenario.settings, retentionDays: 10, maxLogBytes: 4_000_000 }
})

afterEach(() => scenario.close())

/** The object of a log of 40 large events holds nothing more; the answer gives it room. */
async function fills(): Promise<(room: number) => Promise<void>> {
  for (let n = 0; n < 4; n += 1) {
    await Promise.all(oneTo(10).map(() => scenario.portal.sends(LARGE)))
  }
  await scenario.settled()
  await scenario.time.passesUntilQuiet()
  let give = (_room: number): void => {}
  await scenario.inside(({ storage }) => {
    give = limitStorage(storage, storage.sql.databaseSize)
  })
  return (room) => scenario.inside(() => give(room))
}

/** The same, and a lane that has delivered everything wants all of it again, which its receiver takes no more. */
async function fillsAndReplays(): Promise<void> {
  await scenario.relay.deploys([machine('erp')])
  for (let n = 0; n < 4; n += 1) {
    await Promise.all(oneTo(10).map(() => scenario.portal.sends(LARGE)))
  }
  await scenario.settled()
  scenario.receiver('erp').answers(503)
  await scenario.object.replay('erp', { kind: 'range', from: 1, to: 40 }, { dryRun: false })
  await scenario.time.passes('1 min')
  await scenario.inside(({ storage }) => void limitStorage(storage, storage.sql.databaseSize))
}

const post = async () => scenario.portal.posts(await scenario.portal.anEvent())
const told = (event: string) => scenario.logged.filter((line) => line === event).length

describe('an append into a full object', () => {
  it('drops old events first, and writes nothing before', async () => {
    scenario.settings = { ...scenario.settings, maxLogBytes: 0 }
    await scenario.relay.deploys([machine('erp')])
    await fills()
    await scenario.time.passesWithoutAlarm('11 days')
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
    expect(await scenario.object.view()).toMatchObject({ events: 1, state: 'active' })
  })

  it('refuses a hint of a robot before any event goes for it, and still takes other events', async () => {
    await scenario.portal.becomesKnown()
    const address = await scenario.object.renewRobotAddress('https://relay.example.com')
    const { memberId, token } = parseRobotSecret(address?.split('/').at(-1) ?? '') ?? NOBODY
    const tokenHash = await hashToken(memberId, token)
    await fills()
    const hint = { ...(await scenario.portal.anEvent()), receipt: 'hint', tokenHash }
    expect(await scenario.portal.posts(hint)).toEqual({ kind: 'full' })
    expect(await scenario.object.view()).toMatchObject({ events: 40 })
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
  })

  it('lets early ones go where the log has a limit', async () => {
    await fills()
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
    const view = await scenario.object.view()
    expect(view?.events).toBeLessThan(41)
    expect(view?.events).toBeGreaterThan(30)
    expect(told('log_shortened')).toBe(1)
  })

  it('lets them go from a small log too, which gives way to what is new', async () => {
    scenario.settings = { ...scenario.settings, maxLogBytes: 1e9 }
    await scenario.relay.deploys([machine('erp')])
    await fills()
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
    expect((await scenario.object.view())?.events).toBeGreaterThan(30)
  })

  it('lets none go that waits for destinations which cannot be read (G1)', async () => {
    await scenario.relay.deploys(null)
    const give = await fills()
    expect(await post()).toEqual({ kind: 'full' })
    await give(1e6)
    await scenario.relay.deploys([machine('erp')])
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual(oneTo(40))
  })

  it('lets none go that an operator wants again (G5)', async () => {
    await fillsAndReplays()
    expect(await post()).toEqual({ kind: 'full' })
    expect((await scenario.object.view())?.events).toBe(40)
  })

  it('lets none go that a lane has still to deliver where the log is below its limit (G1)', async () => {
    scenario.relay.isConfigured([machine('erp'), machine('crm')])
    await scenario.portal.becomesKnown()
    await scenario.object.controlLane('crm', { kind: 'pause' })
    const give = await fills()
    expect(await post()).toEqual({ kind: 'full' })
    expect(await scenario.lane('crm')).toMatchObject({ backlog: 40, expired: 0 })
    await give(1e6)
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
    await scenario.object.controlLane('crm', { kind: 'resume' })
    await scenario.settled()
    expect(scenario.receiver('crm').sequences()).toEqual(oneTo(41))
  })

  it('says portal_full where nothing may go, tells it once, and goes on when there is room', async () => {
    scenario.settings = { ...scenario.settings, maxLogBytes: 0 }
    await scenario.relay.deploys([machine('erp')])
    const give = await fills()
    expect(await Promise.all([post(), post()])).toEqual([{ kind: 'full' }, { kind: 'full' }])
    expect(await post()).toEqual({ kind: 'full' })
    expect(told('portal_full')).toBe(1)
    expect(await scenario.object.view()).toMatchObject({
      state: 'portal_full',
      remedy: expect.stringMatching(/MAX_LOG_BYTES/),
      storage: { full: true },
      head: 40,
    })
    await give(100_000)
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
    expect(told('portal_has_room')).toBe(1)
    expect(await scenario.object.view()).toMatchObject({
      state: 'active',
      storage: { full: false },
    })
  })

  it('seeks room once a minute, since each search reads the log', async () => {
    scenario.settings = { ...scenario.settings, maxLogBytes: 0 }
    await scenario.relay.deploys([machine('erp')])
    await fills()
    expect(await post()).toEqual({ kind: 'full' })
    await scenario.time.passesWithoutAlarm('11 days')
    expect(await post()).toMatchObject({ kind: 'stored' })
    await scenario.inside(({ storage }) => void limitStorage(storage, storage.sql.databaseSize))
    expect(await post()).toEqual({ kind: 'full' })
    let reads = 0
    await scenario.inside(({ storage }) => {
      const exec = storage.sql.exec.bind(storage.sql)
      storage.sql.exec = (query, ...bindings) => {
        if (query.startsWith('SELECT sequence, received_at FROM log')) reads += 1
        return exec(query, ...bindings)
      }
    })
    expect(await post()).toEqual({ kind: 'full' })
    expect(reads).toBe(0)
    await scenario.time.passesWithoutAlarm(`${SEEK_AGAIN_MS} ms`)
    expect(await post()).toEqual({ kind: 'full' })
    expect(reads).toBeGreaterThan(0)
  })
})

it('a full object whose lanes have something to deliver makes room for their outcomes by itself (G10)', async () => {
  await fills()
  scenario.receiver('erp').failsOnce({ 41: 503, 42: 503 })
  await scenario.inside(({ storage }) => void limitStorage(storage, storage.sql.databaseSize * 2))
  await scenario.portal.sends()
  await scenario.portal.sends()
  await scenario.inside(({ storage }) => void limitStorage(storage, storage.sql.databaseSize))
  await scenario.time.passes('10 min')
  expect(scenario.receiver('erp').sequences().slice(40)).toEqual([41, 41, 42, 42])
  expect(await scenario.lane('erp')).toMatchObject({ backlog: 0 })
})

it('the daily visit of a full object drops old events before it writes anything', async () => {
  scenario.settings = { ...scenario.settings, maxLogBytes: 0 }
  await scenario.relay.deploys([machine('erp')])
  await fills()
  await scenario.time.passesWithoutAlarm('11 days')
  expect(await scenario.object.touch()).toEqual({ dropped: 40 })
})
