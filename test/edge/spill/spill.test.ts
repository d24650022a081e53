/**
 * What happens when the portal's object does not answer: the spill, and 503 where the spill must not or
 * cannot help.
 */
import { env } from 'cloudflare:workers'
import { createExecutionContext } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSealer } from '../../../src/storage/seal.ts'
import { answerOf, Edge } from '../../support/worker/edge.ts'
import {
  anIntake,
  appending,
  decoded,
  eventBody,
  realPortals,
  spilledKeys,
  UNREACHABLE,
} from '../../support/builders/an-intake.ts'
import { watchKv } from '../../support/storage/kv.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'
import { refused } from '../../support/worker/refusals.ts'
import { dumpKv } from '../../support/worker/traces.ts'
import { gate } from '../../support/until.ts'

const NOT_STORED = refused('not_stored')
const NEIGHBOUR = 'b'.repeat(32)

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

describe('POST /bitrix24/events while the object is unreachable', () => {
  /** An edge whose objects fail, and whose KV refuses the given operations. */
  function cutOff(failing: readonly string[] = []): Edge {
    return new Edge({ PORTALS: { getByName: UNREACHABLE }, INSTALLS: watchKv(failing).kv })
  }

  it('answers 200 via spill, without a sequence', async () => {
    const before = Date.now()
    expect(await answerOf(await cutOff().call(eventBody(scenario, 1)))).toEqual({
      status: 200,
      body: { accepted: true, via: 'spill' },
    })
    const [key = ''] = await spilledKeys()
    const [prefix, memberId, receivedAt, receipt] = key.split(':')
    expect({ prefix, memberId }).toEqual({ prefix: 'spill', memberId: scenario.memberId })
    expect(Number(receivedAt)).toBeGreaterThanOrEqual(before)
    expect(Number(receivedAt)).toBeLessThanOrEqual(Date.now())
    expect(receipt).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('spills what the append needs, and no token', async () => {
    await cutOff().call(eventBody(scenario, 7))
    const [key = ''] = await spilledKeys()
    const value = (await env.INSTALLS.get(key)) ?? ''
    const { kind, request } = JSON.parse(value)
    expect(kind).toBe('append')
    expect(Object.keys(request).toSorted()).toEqual(
      'digest drained event quarantined receipt receivedAt tokenHash'.split(' '),
    )
    expect(JSON.parse(request.event).data.FIELDS.ID).toBe('7')
    const sent = new URLSearchParams(eventBody(scenario, 7))
    const tokens = [...sent].filter(([name]) => name.endsWith('_token]')).map(([, token]) => token)
    expect(tokens).toHaveLength(2)
    expect(tokens.filter((token) => value.includes(token))).toEqual([])
  })

  it('answers 503 not_stored when KV fails as well', async () => {
    expect(await answerOf(await cutOff(['put']).call(eventBody(scenario, 1)))).toEqual(NOT_STORED)
  })

  it('answers 503 to a caller whom nobody but the object could have proven', async () => {
    const forged = { 'auth[application_token]': 'f'.repeat(32) }
    expect(await answerOf(await cutOff().call(eventBody(scenario, 1, forged)))).toEqual(NOT_STORED)
    const unknown = { 'auth[member_id]': NEIGHBOUR }
    expect(await answerOf(await cutOff().call(eventBody(scenario, 1, unknown)))).toEqual(NOT_STORED)
    expect(await answerOf(await cutOff(['get']).call(eventBody(scenario, 1)))).toEqual(NOT_STORED)
    expect(await spilledKeys()).toEqual([])
  })

  it('answers 503 to a notice of an unknown caller', async () => {
    const notice = scenario.portal.body('app-ONAPPTEST', {
      'auth[application_token]': 'f'.repeat(32),
    })
    expect(await answerOf(await cutOff().call(notice))).toEqual(NOT_STORED)
    expect(await spilledKeys()).toEqual([])
  })

  it('seals lifecycle requests', async () => {
    const names = ['app-ONAPPINSTALL-local', 'app-ONAPPUPDATE', 'app-ONAPPUNINSTALL-clean'] as const
    for (const name of names) {
      expect(await answerOf(await cutOff().call(scenario.portal.body(name)))).toEqual({
        status: 200,
        body: { accepted: true, via: 'spill' },
      })
    }
    const kept = await dumpKv()
    const values = (await spilledKeys()).map((key) => kept[key] ?? '')
    expect(values.map((value) => value.slice(0, 13))).toEqual(names.map(() => 'sealed:v1.k1.'))
  })

  it('spills no uninstall of a caller that it does not know', async () => {
    const forged = { 'auth[application_token]': 'f'.repeat(32) }
    const body = scenario.portal.body('app-ONAPPUNINSTALL-clean', forged)
    expect(await answerOf(await cutOff().call(body))).toEqual(NOT_STORED)
    expect(await spilledKeys()).toEqual([])
  })

  it('spills no lifecycle request that it cannot seal', async () => {
    const intake = anIntake({ clientOf: UNREACHABLE, sealer: createSealer([]) })
    const install = decoded(scenario.portal.body('app-ONAPPINSTALL-local'))
    expect(await intake.take(install)).toEqual({
      kind: 'refused',
      code: 'not_stored',
    })
    expect(await spilledKeys()).toEqual([])
  })

  it('goes on under waitUntil when the caller hangs up', async () => {
    const asked = gate()
    const released = gate()
    const slow = appending(async (request) => {
      asked.open()
      await released.opened
      return realPortals(scenario.memberId).append(request)
    })
    const ctx = createExecutionContext()
    const kept: Promise<unknown>[] = []
    ctx.waitUntil = (work) => void kept.push(work)
    // Nobody waits for the answer.
    void new Edge({ PORTALS: { getByName: slow } }).callWith(ctx, eventBody(scenario, 1))
    await asked.opened
    expect({ kept: kept.length, logged: await scenario.logged() }).toEqual({ kept: 1, logged: [] })
    released.open()
    await kept[0]
    expect(await scenario.logged()).toHaveLength(1)
  })
})
