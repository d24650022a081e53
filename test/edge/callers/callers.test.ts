/**
 * How the edge finds out who calls: memory, then the object, and KV where that is not enough. The objects and KV are the
 * real ones; the tests count the stubs and the reads.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TRUSTED_MEMORY_MS } from '../../../src/edge/callers/caller-memory.ts'
import { MAX_OPEN_QUESTIONS } from '../../../src/edge/callers/caller-questions.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { decoded, portalsWith } from '../../support/builders/an-intake.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'
import { watchKv } from '../../support/storage/kv.ts'
import { APPLICATION_TOKEN } from '../../support/identity.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }
const UNTRUSTED = { kind: 'refused', code: 'untrusted' }

let scenario: EdgeScenario

beforeEach(() => {
  scenario = EdgeScenario.beforeInstall()
})

afterEach(() => scenario.close())

describe('takeRequest() asks memory, then the object', () => {
  it('and reads no KV for a portal that goes on calling', async () => {
    await scenario.install()
    const intake = scenario.watchedIntake()
    for (const id of [1, 2, 3]) {
      expect(await intake.take(scenario.event(id))).toEqual({ ...STORED, sequence: id })
    }
    scenario.now += TRUSTED_MEMORY_MS
    expect(await intake.take(scenario.event(4))).toEqual({ ...STORED, sequence: 4 })
    expect(scenario.kv.operations).toEqual([])
    expect(intake.counted).toEqual([])
  })

  it('and KV for those who come while the object has some questions to answer', async () => {
    await scenario.install()
    const intake = scenario.watchedIntake()
    const burst = Array.from({ length: MAX_OPEN_QUESTIONS + 3 }, (_, id) =>
      intake.take(scenario.event(id + 1)),
    )
    expect((await Promise.all(burst)).filter(({ kind }) => kind !== 'stored')).toEqual([])
    expect(scenario.kv.operations).toEqual(Array(3).fill(`get install:${scenario.memberId}`))
  })

  it('and KV when the object is silent, since only the event of a known caller is spilled', async () => {
    await scenario.install()
    const clientOf = portalsWith({ append: () => Promise.reject(new Error('unreachable')) })
    const intake = scenario.watchedIntake({ clientOf })
    expect(await intake.take(scenario.event(1))).toEqual({ kind: 'spilled' })
    const reads = [`get install:${scenario.memberId}`]
    expect(scenario.kv.operations.filter((operation) => operation.startsWith('get'))).toEqual(reads)
    expect(await intake.take(scenario.forged(2))).toEqual({ kind: 'refused', code: 'not_stored' })
    await env.INSTALLS.delete(`install:${scenario.memberId}`)
    const stranger = scenario.watchedIntake({ clientOf })
    expect(await stranger.take(scenario.event(3))).toEqual({ kind: 'refused', code: 'not_stored' })
  })

  it('and asks the object on a miss', async () => {
    await scenario.install()
    await env.INSTALLS.delete(`install:${scenario.memberId}`)
    const intake = scenario.watchedIntake()
    expect(await intake.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
    // The object's yes costs nothing.
    expect(intake.counted).toEqual([])
  })

  it('and asks the object on a mismatch', async () => {
    await scenario.install()
    const record = await scenario.record()
    const hashes = [{ hash: 'f'.repeat(64), until: null }]
    await env.INSTALLS.put(`install:${scenario.memberId}`, JSON.stringify({ ...record, hashes }))
    const intake = scenario.watchedIntake()
    expect(await intake.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
    expect(intake.lookups).toEqual([scenario.memberId])
  })

  it('and lets the object decide where KV is behind', async () => {
    await scenario.install()
    const record = JSON.stringify(await scenario.record())
    await scenario.portal.uninstalls('keep-data')
    await scenario.kvFollows()
    await env.INSTALLS.put(`install:${scenario.memberId}`, record)
    const intake = scenario.watchedIntake()
    expect(await intake.take(scenario.event(1))).toEqual(UNTRUSTED)
    expect((await scenario.tables())['log']).toEqual([])
    // The object's word is remembered: KV, still behind, is not asked.
    expect(await intake.take(scenario.event(2))).toEqual(UNTRUSTED)
    expect({ reads: scenario.kv.operations.length, calls: intake.lookups.length }).toEqual({
      reads: 0,
      calls: 1,
    })
  })

  it('and lets the object decide where KV fails or holds rubbish', async () => {
    await scenario.install()
    const failing = scenario.watchedIntake({ installStore: new InstallStore(watchKv(['get']).kv) })
    expect(await failing.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
    await env.INSTALLS.put(`install:${scenario.memberId}`, '{"version":2}')
    expect(await scenario.watchedIntake().take(scenario.event(2))).toEqual({
      ...STORED,
      sequence: 2,
    })
    await env.INSTALLS.put(`install:${scenario.memberId}`, 'no JSON')
    expect(await scenario.watchedIntake().take(scenario.event(3))).toEqual({
      ...STORED,
      sequence: 3,
    })
  })

  it('and takes a configured token of the very portal for known', async () => {
    const webhooks = [{ token: APPLICATION_TOKEN, portal: scenario.memberId, rest: null }]
    const clientOf = portalsWith({ recognises: () => Promise.resolve(false) })
    const notice = decoded(scenario.portal.body('app-ONAPPTEST'))
    const intake = scenario.watchedIntake({ webhooks, clientOf })
    expect(await intake.take(notice)).toMatchObject({ kind: 'accepted' })
    expect({ counted: intake.counted, reads: scenario.kv.operations }).toEqual({
      counted: [],
      reads: [],
    })
    const other = scenario.watchedIntake({
      webhooks: [{ token: APPLICATION_TOKEN, portal: 'acme.com', rest: null }],
      clientOf,
    })
    expect(await other.take(notice)).toEqual(UNTRUSTED)
    expect(other.counted).toHaveLength(1)
  })

  it('and answers a notice of a known portal without waking its object', async () => {
    await scenario.install()
    const intake = scenario.watchedIntake()
    const notice = decoded(scenario.portal.body('app-ONAPPTEST'))
    const accepted = { kind: 'accepted', domain: null, finished: true, status: null }
    expect(await intake.take(notice)).toEqual(accepted)
    expect(intake.lookups).toEqual([])
    await env.INSTALLS.delete(`install:${scenario.memberId}`)
    const other = scenario.watchedIntake()
    expect(await other.take(notice)).toEqual(accepted)
    expect(await other.take(notice)).toEqual(accepted)
    expect(other.lookups).toEqual([scenario.memberId])
  })
})

describe('takeRequest() remembers wrong tokens', () => {
  it('so that a flood of one costs one call of the object', async () => {
    await scenario.install()
    const intake = scenario.watchedIntake()
    for (const id of Array.from({ length: 50 }).keys()) {
      expect(
        await intake.take(scenario.event(id + 1, { 'auth[application_token]': 'a-wrong-token' })),
      ).toEqual(UNTRUSTED)
    }
    expect({
      calls: intake.lookups.length,
      reads: scenario.kv.operations.length,
      counted: intake.counted.length,
    }).toEqual({ calls: 1, reads: 0, counted: 1 })
  })

  it('until its portal is installed', async () => {
    const intake = scenario.watchedIntake()
    expect(await intake.take(scenario.event(1))).toEqual(UNTRUSTED)
    const install = decoded(
      scenario.portal.body('app-ONAPPINSTALL-local', { ts: scenario.portal.ts(-60) }),
    )
    expect(await intake.take(install)).toMatchObject({ kind: 'accepted' })
    expect(await intake.take(scenario.event(2))).toEqual({ ...STORED, sequence: 1 })
  })

  it('and forgets trusted ones when the portal is uninstalled', async () => {
    await scenario.install()
    const intake = scenario.watchedIntake()
    await intake.take(scenario.event(1))
    const { memberId } = scenario
    const known = { memberId, tokenHash: await hashToken(memberId, APPLICATION_TOKEN) }
    expect(intake.deps.callers.memory.recall(known, scenario.now)).toBe('trusted')
    scenario.portal.removesApplication()
    const uninstall = decoded(
      scenario.portal.body('app-ONAPPUNINSTALL-clean', { ts: scenario.portal.ts() }),
    )
    expect(await intake.take(uninstall)).toMatchObject({ kind: 'accepted' })
    expect(intake.deps.callers.memory.recall(known, scenario.now)).toBe('unknown')
    expect(await intake.take(scenario.event(2))).toEqual(UNTRUSTED)
  })
})
