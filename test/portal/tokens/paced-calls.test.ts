/** The request limit of a portal, as the relay counts it. */
import { expect, it } from 'vitest'
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import type { RestError } from '../../../src/bitrix24/servers/rest-error.ts'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { err, ok } from '../../../src/core/result.ts'
import { PacedCalls } from '../../../src/portal/tokens/paced-calls.ts'
import { NOW } from '../../support/time.ts'

const LIMIT: RestError = { kind: 'rate_limited', code: 'QUERY_LIMIT_EXCEEDED', status: 503 }

/** A clock that sleeping moves on. */
function aScenario(answer: () => ReturnType<CallPortal> = async () => ok({ result: true })) {
  let now = NOW
  const start = now
  const sent: number[] = []
  const call: CallPortal = (_method, _params) => {
    sent.push(now - start)
    return answer()
  }
  const paced = new PacedCalls({
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
  })
  return { paced, call, sent, pass: (ms: number) => (now += ms) }
}

it('lets 50 requests through at once and two a second after that', async () => {
  const { paced, call, sent } = aScenario()
  const paceful = paced.forEvents(call)
  for (let count = 0; count < 53; count += 1) await paceful('profile')
  expect(sent.slice(0, 50)).toEqual(Array(50).fill(0))
  expect(sent.slice(50)).toEqual([500, 1000, 1500])
})

it('leaves room for events while the portal is compared', async () => {
  const { paced, call, sent } = aScenario()
  const background = paced.inBackground(call)
  for (let count = 0; count < 22; count += 1) await background('profile')
  expect(sent.slice(19)).toEqual([0, 1000, 2000])
  expect(paced.blockedUntil()).toBeLessThanOrEqual(NOW + 2000)
})

it.each<[string, Partial<RestError>, number]>([
  ['QUERY_LIMIT_EXCEEDED for a second', {}, 1000],
  ['QUERY_LIMIT_EXCEEDED as long as it says', { retryAfterMs: 2500 }, 2500],
])('obeys %s', async (_, change, waitMs) => {
  const answers = [err({ ...LIMIT, ...change }), ok({ result: true })]
  const { paced, call, sent } = aScenario(async () => answers.shift() ?? ok({ result: true }))
  const paceful = paced.forEvents(call)
  await paceful('profile')
  await paceful('profile')
  expect(sent).toEqual([0, waitMs])
})

it('answers for the portal when the turn is further away than an event would wait', async () => {
  const error: RestError = { ...LIMIT, code: 'OPERATION_TIME_LIMIT', status: 429 }
  const { paced, call, sent, pass } = aScenario(async () => err(error))
  const paceful = paced.forEvents(call)
  await paceful('profile')
  expect(await paceful('profile')).toEqual({
    ok: false,
    error: { kind: 'rate_limited', code: 'own_pace', status: null, retryAfterMs: MINUTE_MS },
  })
  expect(sent).toHaveLength(1)
  pass(MINUTE_MS)
  await paceful('profile')
  expect(sent).toEqual([0, MINUTE_MS])
})

it('lets a call wait for its turn exactly as long as it may', async () => {
  const { paced, call, sent } = aScenario()
  paced.obey(3000)
  await paced.forEvents(call)('profile')
  expect(sent).toEqual([3000])
})

it('lets nothing through for as long as an answer inside a batch asks for', async () => {
  const { paced, call, sent } = aScenario()
  paced.obey(2000)
  await paced.forEvents(call)('batch')
  expect(sent).toEqual([2000])
})
