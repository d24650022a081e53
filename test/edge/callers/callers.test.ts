/**
 * How the edge finds out who calls: memory, then the object, and KV where that is not enough, and the callers that the
 * rate limit counts. The objects and KV are the real ones; the tests count the stubs and the reads.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TRUSTED_MEMORY_MS } from '../../../src/edge/callers/caller-memory.ts'
import { MAX_OPEN_QUESTIONS } from '../../../src/edge/callers/caller-questions.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { answerOf, Edge, watchLog } from '../../support/worker/edge.ts'
import {
  anEventOf,
  anIntake,
  appending,
  decoded,
  realPortals,
  SOURCE,
  portalsWith,
  type IntakeChanges,
} from '../../support/builders/an-intake.ts'
import { watchKv, type WatchedKv } from '../../support/storage/kv.ts'
import { refused } from '../../support/worker/refusals.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { type Changes } from '../../support/scenarios/relay-portal.ts'
import { APPLICATION_TOKEN } from '../../support/worker/runtime-bindings.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }
const UNTRUSTED = { kind: 'refused', code: 'untrusted' }
const TOO_MANY = { kind: 'refused', code: 'too_many_requests' }

let scenario: RelayScenario
let kv: WatchedKv
let now: number

beforeEach(() => {
  watchLog()
  scenario = new RelayScenario()
  kv = watchKv()
  now = Date.now()
})

afterEach(() => scenario.close())

/** Installs the scenario's portal and waits until the edge can know it. */
async function install(): Promise<void> {
  await scenario.portal.installs()
  await scenario.kvFollows()
}

/** The intake under test, over the watched namespace and the test's clock. */
function watched(changes: IntakeChanges = {}) {
  return anIntake({ installs: new InstallStore(kv.kv), now: () => now, ...changes })
}

/** An event of the portal; `id` keeps it from being a duplicate. */
function event(id: number, changes: Changes = {}) {
  return anEventOf(scenario, id, changes)
}

/** The change that makes a wrong token of an event's own. */
function wrong(index: number): Changes {
  return { 'auth[application_token]': `wrong-token-${index}` }
}

describe('takeRequest() asks memory, then the object', () => {
  it('and reads no KV for a portal that goes on calling', async () => {
    await install()
    const intake = watched()
    for (const id of [1, 2, 3]) {
      expect(await intake.take(event(id))).toEqual({ ...STORED, sequence: id })
    }
    now += TRUSTED_MEMORY_MS
    expect(await intake.take(event(4))).toEqual({ ...STORED, sequence: 4 })
    expect(kv.operations).toEqual([])
    expect(intake.counted).toEqual([])
  })

  it('and KV for those who come while the object has some questions to answer', async () => {
    await install()
    const intake = watched()
    const burst = Array.from({ length: MAX_OPEN_QUESTIONS + 3 }, (_, id) =>
      intake.take(event(id + 1)),
    )
    expect((await Promise.all(burst)).filter(({ kind }) => kind !== 'stored')).toEqual([])
    expect(kv.operations).toEqual(Array(3).fill(`get install:${scenario.memberId}`))
  })

  it('and KV when the object is silent, since only the event of a known caller is spilled', async () => {
    await install()
    const portals = portalsWith({ append: () => Promise.reject(new Error('unreachable')) })
    const intake = watched({ portals })
    expect(await intake.take(event(1))).toEqual({ kind: 'spilled' })
    const reads = [`get install:${scenario.memberId}`]
    expect(kv.operations.filter((operation) => operation.startsWith('get'))).toEqual(reads)
    expect(await intake.take(event(2, wrong(2)))).toEqual({ kind: 'refused', code: 'not_stored' })
    await env.INSTALLS.delete(`install:${scenario.memberId}`)
    const stranger = watched({ portals })
    expect(await stranger.take(event(3))).toEqual({ kind: 'refused', code: 'not_stored' })
  })

  it('and asks the object on a miss', async () => {
    await install()
    await env.INSTALLS.delete(`install:${scenario.memberId}`)
    const intake = watched()
    expect(await intake.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    // The object's yes costs nothing.
    expect(intake.counted).toEqual([])
  })

  it('and asks the object on a mismatch', async () => {
    await install()
    const record = await scenario.record()
    const hashes = [{ hash: 'f'.repeat(64), until: null }]
    await env.INSTALLS.put(`install:${scenario.memberId}`, JSON.stringify({ ...record, hashes }))
    const intake = watched()
    expect(await intake.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    expect(intake.lookups).toEqual([scenario.memberId])
  })

  it('and lets the object decide where KV is behind', async () => {
    await install()
    const record = JSON.stringify(await scenario.record())
    await scenario.portal.uninstalls('keep-data')
    await scenario.kvFollows()
    await env.INSTALLS.put(`install:${scenario.memberId}`, record)
    const intake = watched()
    expect(await intake.take(event(1))).toEqual(UNTRUSTED)
    expect((await scenario.tables())['log']).toEqual([])
    // The object's word is remembered: KV, still behind, is not asked.
    expect(await intake.take(event(2))).toEqual(UNTRUSTED)
    expect({ reads: kv.operations.length, calls: intake.lookups.length }).toEqual({
      reads: 0,
      calls: 1,
    })
  })

  it('and lets the object decide where KV fails or holds rubbish', async () => {
    await install()
    const failing = watched({ installs: new InstallStore(watchKv(['get']).kv) })
    expect(await failing.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    await env.INSTALLS.put(`install:${scenario.memberId}`, '{"version":2}')
    expect(await watched().take(event(2))).toEqual({ ...STORED, sequence: 2 })
    await env.INSTALLS.put(`install:${scenario.memberId}`, 'no JSON')
    expect(await watched().take(event(3))).toEqual({ ...STORED, sequence: 3 })
  })

  it('and takes a configured token of the very portal for known', async () => {
    const webhooks = [{ token: APPLICATION_TOKEN, portal: scenario.memberId, rest: null }]
    const portals = portalsWith({ recognises: () => Promise.resolve(false) })
    const notice = decoded(scenario.portal.body('app-ONAPPTEST'))
    const intake = watched({ webhooks, portals })
    expect(await intake.take(notice)).toMatchObject({ kind: 'accepted' })
    expect({ counted: intake.counted, reads: kv.operations }).toEqual({ counted: [], reads: [] })
    const other = watched({
      webhooks: [{ token: APPLICATION_TOKEN, portal: 'acme.com', rest: null }],
      portals,
    })
    expect(await other.take(notice)).toEqual(UNTRUSTED)
    expect(other.counted).toHaveLength(1)
  })

  it('and answers a notice of a known portal without waking its object', async () => {
    await install()
    const intake = watched()
    const notice = decoded(scenario.portal.body('app-ONAPPTEST'))
    const accepted = { kind: 'accepted', domain: null, finished: true, status: null }
    expect(await intake.take(notice)).toEqual(accepted)
    expect(intake.lookups).toEqual([])
    await env.INSTALLS.delete(`install:${scenario.memberId}`)
    const other = watched()
    expect(await other.take(notice)).toEqual(accepted)
    expect(await other.take(notice)).toEqual(accepted)
    expect(other.lookups).toEqual([scenario.memberId])
  })
})

describe('takeRequest() remembers wrong tokens', () => {
  it('so that a flood of one costs one call of the object', async () => {
    await install()
    const intake = watched()
    for (const id of Array.from({ length: 50 }).keys()) {
      expect(await intake.take(event(id + 1, wrong(1)))).toEqual(UNTRUSTED)
    }
    expect({
      calls: intake.lookups.length,
      reads: kv.operations.length,
      counted: intake.counted.length,
    }).toEqual({ calls: 1, reads: 0, counted: 1 })
  })

  it('until its portal is installed', async () => {
    const intake = watched()
    expect(await intake.take(event(1))).toEqual(UNTRUSTED)
    const install = decoded(
      scenario.portal.body('app-ONAPPINSTALL-local', { ts: scenario.portal.ts(-60) }),
    )
    expect(await intake.take(install)).toMatchObject({ kind: 'accepted' })
    expect(await intake.take(event(2))).toEqual({ ...STORED, sequence: 1 })
  })

  it('and forgets trusted ones when the portal is uninstalled', async () => {
    await install()
    const intake = watched()
    await intake.take(event(1))
    const { memberId } = scenario
    const known = { memberId, tokenHash: await hashToken(memberId, APPLICATION_TOKEN) }
    expect(intake.deps.callers.memory.recall(known, now)).toBe('trusted')
    scenario.portal.removesApplication()
    const uninstall = decoded(
      scenario.portal.body('app-ONAPPUNINSTALL-clean', { ts: scenario.portal.ts() }),
    )
    expect(await intake.take(uninstall)).toMatchObject({ kind: 'accepted' })
    expect(intake.deps.callers.memory.recall(known, now)).toBe('unknown')
    expect(await intake.take(event(2))).toEqual(UNTRUSTED)
  })
})

describe('the rate limit counts only callers that could not prove themselves', () => {
  /** At most so many untrusted calls of each key. */
  function limited(most: number, changes: IntakeChanges = {}) {
    const calls = new Map<string, number>()
    return watched({
      ...changes,
      isUntrustedWithinLimit: (key) => {
        calls.set(key, (calls.get(key) ?? 0) + 1)
        return Promise.resolve((calls.get(key) ?? 0) <= most)
      },
    })
  }

  it('by address and portal, so that no other portal at that address is locked out', async () => {
    const other = 'b'.repeat(32)
    const intake = limited(2)
    const answers: unknown[] = []
    for (const index of [1, 2, 3]) {
      answers.push(await intake.take(event(index, wrong(index))))
    }
    expect(answers).toEqual([UNTRUSTED, UNTRUSTED, TOO_MANY])
    const neighbour = event(4, { 'auth[member_id]': other })
    expect(await intake.take(neighbour)).toEqual(UNTRUSTED)
    const elsewhere = { ...SOURCE, address: '198.51.100.8' }
    expect(await intake.take(event(5, wrong(5)), elsewhere)).toEqual(UNTRUSTED)
    expect(new Set(intake.counted)).toEqual(
      new Set([
        `198.51.100.7|${scenario.memberId}`,
        `198.51.100.7|${other}`,
        `198.51.100.8|${scenario.memberId}`,
      ]),
    )
  })

  it('and never one that KV or memory knows, from the flooding address itself', async () => {
    await install()
    const intake = limited(0)
    expect(await intake.take(event(1, wrong(1)))).toEqual(TOO_MANY)
    expect(await intake.take(event(2))).toEqual({ ...STORED, sequence: 1 })
    expect(await intake.take(event(3))).toEqual({ ...STORED, sequence: 2 })
    const update = decoded(scenario.portal.body('app-ONAPPUPDATE', { ts: scenario.portal.ts() }))
    expect(await intake.take(update)).toMatchObject({ kind: 'accepted' })
    const uninstall = decoded(
      scenario.portal.body('app-ONAPPUNINSTALL-clean', { ts: scenario.portal.ts() }),
    )
    expect(await intake.take(uninstall)).toMatchObject({ kind: 'accepted' })
  })

  it('and installs with a token that is new, before the OAuth server is asked', async () => {
    const intake = limited(0)
    const names = ['app-ONAPPINSTALL-local', 'app-ONAPPUPDATE', 'install-page-body'] as const
    for (const name of names) {
      expect(await intake.take(decoded(scenario.portal.body(name)))).toEqual(TOO_MANY)
    }
    const tokenless = decoded(
      scenario.portal.body('install-page-body', { APPLICATION_TOKEN: null }),
    )
    await install()
    const asked = scenario.network.sent.length
    expect(await intake.take(tokenless)).toEqual(TOO_MANY)
    expect({ asked: scenario.network.sent.length, calls: intake.lookups }).toEqual({
      asked,
      calls: [],
    })
  })

  it('and a burst of one wrong token as often as it comes, and asks about a few of it', async () => {
    const intake = limited(60)
    const burst = Array.from({ length: 300 }, (_, id) => intake.take(event(id + 1, wrong(1))))
    const answers = await Promise.all(burst)
    const refusedOnes = answers.filter((answer) => 'code' in answer && answer.code === 'untrusted')
    expect(refusedOnes).toHaveLength(60)
    expect(answers.filter(({ kind }) => kind !== 'refused')).toEqual([])
    expect(intake.lookups.length).toBeLessThanOrEqual(8)
  })

  it.each([
    ['one address', () => SOURCE.address],
    ['many networks of one /48', (id: number) => `2001:db8:1:${id.toString(16)}`],
  ])('and a burst of many wrong tokens from %s no further than to the limit', async (_, from) => {
    let open = 0
    let most = 0
    const portals = appending(async (request) => {
      open += 1
      most = Math.max(most, open)
      const answer = await realPortals(scenario.memberId).append(request)
      open -= 1
      return answer
    })
    const intake = limited(60, { portals })
    const burst = Array.from({ length: 300 }, (_none, id) =>
      intake.take(event(id + 1, wrong(id)), { ...SOURCE, address: from(id) }),
    )
    const answers = await Promise.all(burst)
    const over = answers.filter((answer) => 'code' in answer && answer.code !== 'untrusted')
    expect({ most, over: over.length }).toEqual({ most: 8, over: 240 })
    expect(intake.lookups.length).toBeLessThanOrEqual(60 + 8)
  })

  it('and never a burst of the true token, though KV is silent', async () => {
    await install()
    const silent = new InstallStore(watchKv(['get']).kv)
    const intake = limited(0, { installs: silent })
    const burst = Array.from({ length: 50 }, (_, id) => intake.take(event(id + 1)))
    const answers = await Promise.all(burst)
    expect(answers.filter(({ kind }) => kind !== 'stored')).toEqual([])
    expect(intake.counted).toEqual([])
  })

  it('and reads KV once for a caller who is over the limit, and then no more', async () => {
    await install()
    const intake = limited(2)
    for (const index of [1, 2, 3]) await intake.take(event(index, wrong(index)))
    expect(kv.operations).toHaveLength(0)
    for (const index of [4, 5, 6]) {
      expect(await intake.take(event(index, wrong(index)))).toEqual(TOO_MANY)
    }
    expect(kv.operations).toHaveLength(1)
    expect(intake.lookups).toHaveLength(3)
    // The true portal calls from the same address.
    expect(await intake.take(event(7))).toEqual({ ...STORED, sequence: 1 })
  })

  it('and refuses a used up address only where KV answers and does not know the token', async () => {
    await install()
    let isDown = false
    const flaky = new Proxy(kv.kv, {
      get(target, property) {
        const method: unknown = Reflect.get(target, property)
        if (typeof method !== 'function') return method
        return (...terms: unknown[]): unknown =>
          isDown ? Promise.reject(new Error('KV is down')) : Reflect.apply(method, target, terms)
      },
    })
    const isAddressWithinLimit = () => Promise.resolve(false)
    const intake = watched({ installs: new InstallStore(flaky), isAddressWithinLimit })
    const stranger = (digit: string) => event(1, { 'auth[member_id]': digit.repeat(32) })
    expect(await intake.take(stranger('1'))).toEqual(TOO_MANY)
    expect(await intake.take(stranger('2'))).toEqual(TOO_MANY)
    expect(intake.lookups).toHaveLength(1)
    expect(await intake.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    isDown = true
    const other = watched({ installs: new InstallStore(flaky), isAddressWithinLimit })
    expect(await other.take(stranger('3'))).toEqual(TOO_MANY)
    expect(await other.take(event(2))).toEqual({ ...STORED, sequence: 2 })
  })

  it('and an IPv6 caller by the /48 as well', async () => {
    const addresses: string[] = []
    const intake = watched({
      isAddressWithinLimit: (address) => {
        addresses.push(address)
        return Promise.resolve(true)
      },
    })
    await intake.take(event(1, wrong(1)), { ...SOURCE, address: '2001:db8:1:2' })
    expect(addresses).toEqual(['2001:db8:1:2', '2001:db8:1::/48'])
    expect(intake.counted).toEqual(addresses.map((address) => `${address}|${scenario.memberId}`))
  })

  it('and by address alone where each call names another portal', async () => {
    const addresses: string[] = []
    const intake = watched({
      isAddressWithinLimit: (address) => {
        addresses.push(address)
        return Promise.resolve(addresses.length <= 2)
      },
    })
    const answers: unknown[] = []
    for (const digit of ['1', '2', '3']) {
      const stranger = event(1, { 'auth[member_id]': digit.repeat(32) })
      answers.push(await intake.take(stranger))
    }
    expect(answers).toEqual([UNTRUSTED, UNTRUSTED, TOO_MANY])
    expect(addresses).toEqual([SOURCE.address, SOURCE.address, SOURCE.address])
  })

  it('and a limiter that fails costs no event', async () => {
    await install()
    const isUntrustedWithinLimit = () => Promise.reject(new Error('Limiter is down'))
    const intake = watched({ isUntrustedWithinLimit })
    expect(await intake.take(event(1, wrong(1)))).toEqual(UNTRUSTED)
    expect(await intake.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    expect(intake.lines).toEqual([
      {
        level: 'warn',
        event: 'rate_limit_failed',
        fields: { memberId: scenario.memberId, error: 'Error: Limiter is down' },
      },
    ])
  })

  it("answers 429 with Retry-After, by the platform's own limit", async () => {
    const edge = new Edge()
    const address = '198.51.100.9'
    const body = (index: number) => scenario.portal.body('app-ONCRMDEALUPDATE', wrong(index))
    let last: Response | null = null
    // 60 a minute: whatever second the test begins in, 121 calls meet the limit.
    for (let index = 0; index <= 120 && last?.status !== 429; index += 1) {
      last = await edge.call(body(index), { address })
    }
    expect(last && (await answerOf(last))).toEqual(refused('too_many_requests'))
    const neighbour = scenario.portal.body('app-ONCRMDEALUPDATE', {
      'auth[member_id]': 'b'.repeat(32),
    })
    expect((await edge.call(neighbour, { address })).status).toBe(403)
  })
})
