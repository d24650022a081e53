/** Chance on the way out: repeatable with a seed, and every event accounted for. */
import { beforeEach, expect, test } from 'vitest'
import { createPortalSimulator } from '../../../playground/portal/portal.ts'
import type { PortalSimulator } from '../../../playground/portal/portal.ts'
import { readParams, readText } from '../../../playground/portal/php-query.ts'
import type { Params } from '../../../playground/portal/php-query.ts'
import { createRandom, createSendFaults } from '../../../playground/portal/send-faults.ts'
import type { FaultSettings } from '../../../playground/portal/send-faults.ts'
import { startRecorder } from '../../../playground/receivers/recorder.ts'
import type { EventRecorder } from '../../../playground/receivers/recorder.ts'
import { started } from '../../support/network/started.ts'

let recorder: EventRecorder
let portal: PortalSimulator

beforeEach(async () => {
  recorder = await started(startRecorder())
  portal = await started(createPortalSimulator({ handlerUrl: recorder.url }))
  await portal.install()
})

function fieldId(body: Params): number {
  return Number(readText(readParams(readParams(body, 'data'), 'FIELDS'), 'ID'))
}

/** Tells `count` events of the fields 1, 2, 3 … and returns the ids in the order of arrival. */
async function play(settings: FaultSettings | null, count: number): Promise<number[]> {
  const before = recorder.bodies.length
  portal.faults.set(settings)
  for (let id = 1; id <= count; id++) await sendUpdate(id)
  await portal.settled()
  return recorder.bodies.slice(before).map(fieldId)
}

function sendUpdate(id: number) {
  const FIELDS = { ID: String(id), ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_X' }
  return portal.sendEvent('ONCRMREQUISITEUSERFIELDUPDATE', { FIELDS })
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

test('createRandom() gives the published numbers of mulberry32', () => {
  const random = createRandom(1)
  expect([random(), random(), random()]).toEqual([
    0.6270739405881613, 0.002735721180215478, 0.5274470399599522,
  ])
})

test('the same seed brings the same faults, another seed others', async () => {
  const rates = { loss: 0.3, double: 0.1, disorder: 0.2, delay: 0.1 }
  const first = await play({ seed: 7, ...rates }, 60)
  expect(await play({ seed: 7, ...rates }, 60)).toEqual(first)
  expect(await play({ seed: 8, ...rates }, 60)).not.toEqual(first)
  expect(await play(null, 60)).toEqual(upTo(60))
})

test('losses are counted and everything else arrives in order', async () => {
  const arrived = await play({ seed: 3, loss: 0.3 }, 200)
  const lost = portal.lost.map(({ data }) => data)
  expect(arrived).toHaveLength(200 - lost.length)
  expect(lost.length).toBeGreaterThan(40)
  expect(lost.length).toBeLessThan(80)
  expect(arrived).toEqual(arrived.toSorted((one, other) => one - other))
})

test('a double has the same bytes and follows at once', async () => {
  const arrived = await play({ seed: 5, double: 0.5 }, 40)
  expect(arrived.filter((id, index) => id !== arrived[index - 1])).toEqual(upTo(40))
  expect(arrived.length).toBeGreaterThan(50)
  const bodies = portal.sends.map(({ body }) => body)
  expect(new Set(bodies).size).toBe(41)
})

test('disorder lets one later event pass, delay several, and nothing stays behind', async () => {
  const swapped = await play({ seed: 5, disorder: 0.3 }, 60)
  expect(swapped.toSorted((one, other) => one - other)).toEqual(upTo(60))
  expect(Math.max(...swapped.map((id, index) => index + 1 - id))).toBe(1)
  const delayed = await play({ seed: 5, delay: 0.2, maxDelay: 4 }, 60)
  expect(delayed.toSorted((one, other) => one - other)).toEqual(upTo(60))
  expect(Math.max(...delayed.map((id, index) => index + 1 - id))).toBeGreaterThan(1)
})

test('a delayed event lets exactly as many later events pass as was drawn', async () => {
  portal.faults.set({ seed: 1, delay: 1, maxDelay: 2 })
  await sendUpdate(1)
  portal.faults.set(null)
  for (const id of [2, 3, 4]) await sendUpdate(id)
  expect(recorder.bodies.slice(1).map(fieldId)).toEqual([2, 3, 1, 4])
})

test('an event held back keeps the time and the token of its action', async () => {
  portal.faults.set({ seed: 1, delay: 1 })
  await sendUpdate(1)
  expect(recorder.bodies).toHaveLength(1)
  portal.faults.set(null)
  const [sent] = await portal.flush()
  expect(sent?.body).toContain('%5BID%5D=1&')
  expect(recorder.bodies).toHaveLength(2)
})

test('noTokens takes the tokens of field events and leaves the lifecycle alone', async () => {
  portal.faults.set({ seed: 1, noTokens: 1, loss: 0 })
  await sendUpdate(1)
  expect(readText(readParams(recorder.bodies[1] ?? {}, 'auth'), 'access_token')).toBeNull()
  portal.faults.set({ seed: 1, noTokens: 1, loss: 1 })
  await portal.update()
  expect(recorder.eventNames()).toEqual([
    'ONAPPINSTALL',
    'ONCRMREQUISITEUSERFIELDUPDATE',
    'ONAPPUPDATE',
  ])
})

test('loseNext() loses exactly the next field event, also one that is told twice', async () => {
  portal.switches.twice = true
  portal.faults.loseNext()
  expect(portal.faults.losing).toBe(1)
  expect(await sendUpdate(1)).toEqual([])
  expect(await sendUpdate(2)).toHaveLength(2)
  expect(portal.faults.losing).toBe(0)
  expect(portal.lost).toMatchObject([
    { event: 'ONCRMREQUISITEUSERFIELDUPDATE', data: { FIELDS: { ID: '1' } } },
  ])
})

test('a changed rate does not move what the others draw', () => {
  const draw = (settings: FaultSettings) => {
    const faults = createSendFaults()
    faults.set(settings)
    return Array.from({ length: 50 }, () => faults.draw())
  }
  const lossy = draw({ seed: 9, loss: 0.5 })
  const both = draw({ seed: 9, loss: 0.5, double: 0.5, delay: 0.5 })
  expect(both.map(({ lost }) => lost)).toEqual(lossy.map(({ lost }) => lost))
})
