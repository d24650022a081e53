/** Which callers the rate limits count, by which keys, and what becomes of those who have used one up. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chargeCaller, recallSpentLimit } from '../../../src/edge/callers/limits.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { SPENT_MEMORY_MS } from '../../../src/edge/callers/caller-memory.ts'
import {
  appending,
  decoded,
  realPortals,
  SOURCE,
  type IntakeChanges,
} from '../../support/builders/an-intake.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'
import { watchKv } from '../../support/storage/kv.ts'
import { answerOf, Edge } from '../../support/worker/edge.ts'
import { refused } from '../../support/worker/refusals.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }
const UNTRUSTED = { kind: 'refused', code: 'untrusted' }
const TOO_MANY = { kind: 'refused', code: 'too_many_requests' }

let scenario: EdgeScenario

beforeEach(() => {
  scenario = EdgeScenario.beforeInstall()
})

afterEach(() => scenario.close())

describe('the rate limit counts only callers that could not prove themselves', () => {
  /** At most so many untrusted calls of each key. */
  function limited(most: number, changes: IntakeChanges = {}) {
    const calls = new Map<string, number>()
    return scenario.watchedIntake({
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
      answers.push(await intake.take(scenario.forged(index)))
    }
    expect(answers).toEqual([UNTRUSTED, UNTRUSTED, TOO_MANY])
    const neighbour = scenario.event(4, { 'auth[member_id]': other })
    expect(await intake.take(neighbour)).toEqual(UNTRUSTED)
    const elsewhere = { ...SOURCE, address: '198.51.100.8' }
    expect(await intake.take(scenario.forged(5), elsewhere)).toEqual(UNTRUSTED)
    expect(new Set(intake.counted)).toEqual(
      new Set([
        `198.51.100.7|${scenario.memberId}`,
        `198.51.100.7|${other}`,
        `198.51.100.8|${scenario.memberId}`,
      ]),
    )
  })

  it('and never one that KV or memory knows, from the flooding address itself', async () => {
    await scenario.install()
    const intake = limited(0)
    expect(await intake.take(scenario.forged(1))).toEqual(TOO_MANY)
    expect(await intake.take(scenario.event(2))).toEqual({ ...STORED, sequence: 1 })
    expect(await intake.take(scenario.event(3))).toEqual({ ...STORED, sequence: 2 })
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
    await scenario.install()
    const asked = scenario.network.sent.length
    expect(await intake.take(tokenless)).toEqual(TOO_MANY)
    expect({ asked: scenario.network.sent.length, calls: intake.lookups }).toEqual({
      asked,
      calls: [],
    })
  })

  it('and a burst of one wrong token as often as it comes, and asks about a few of it', async () => {
    const intake = limited(60)
    const burst = Array.from({ length: 300 }, (_, id) =>
      intake.take(scenario.event(id + 1, { 'auth[application_token]': 'a-wrong-token' })),
    )
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
    const clientOf = appending(async (request) => {
      open += 1
      most = Math.max(most, open)
      const answer = await realPortals(scenario.memberId).append(request)
      open -= 1
      return answer
    })
    const intake = limited(60, { clientOf })
    const burst = Array.from({ length: 300 }, (_none, id) =>
      intake.take(scenario.forged(id + 1), { ...SOURCE, address: from(id) }),
    )
    const answers = await Promise.all(burst)
    const over = answers.filter((answer) => 'code' in answer && answer.code !== 'untrusted')
    expect({ most, over: over.length }).toEqual({ most: 8, over: 240 })
    expect(intake.lookups.length).toBeLessThanOrEqual(60 + 8)
  })

  it('and never a burst of the true token, though KV is silent', async () => {
    await scenario.install()
    const silent = new InstallStore(watchKv(['get']).kv)
    const intake = limited(0, { installStore: silent })
    const burst = Array.from({ length: 50 }, (_, id) => intake.take(scenario.event(id + 1)))
    const answers = await Promise.all(burst)
    expect(answers.filter(({ kind }) => kind !== 'stored')).toEqual([])
    expect(intake.counted).toEqual([])
  })

  it('and reads KV once for a caller who is over the limit, and then no more', async () => {
    await scenario.install()
    const intake = limited(2)
    for (const index of [1, 2, 3]) await intake.take(scenario.forged(index))
    expect(scenario.kv.operations).toHaveLength(0)
    for (const index of [4, 5, 6]) {
      expect(await intake.take(scenario.forged(index))).toEqual(TOO_MANY)
    }
    expect(scenario.kv.operations).toHaveLength(1)
    expect(intake.lookups).toHaveLength(3)
    // The true portal calls from the same address.
    expect(await intake.take(scenario.event(7))).toEqual({ ...STORED, sequence: 1 })
  })

  it('and an IPv6 caller by the /48 as well', async () => {
    const addresses: string[] = []
    const intake = scenario.watchedIntake({
      isAddressWithinLimit: (address) => {
        addresses.push(address)
        return Promise.resolve(true)
      },
    })
    await intake.take(scenario.forged(1), { ...SOURCE, address: '2001:db8:1:2' })
    expect(addresses).toEqual(['2001:db8:1:2', '2001:db8:1::/48'])
    expect(intake.counted).toEqual(addresses.map((address) => `${address}|${scenario.memberId}`))
  })

  it('and by address alone where each call names another portal', async () => {
    const addresses: string[] = []
    const intake = scenario.watchedIntake({
      isAddressWithinLimit: (address) => {
        addresses.push(address)
        return Promise.resolve(addresses.length <= 2)
      },
    })
    const answers: unknown[] = []
    for (const digit of ['1', '2', '3']) {
      const stranger = scenario.event(1, { 'auth[member_id]': digit.repeat(32) })
      answers.push(await intake.take(stranger))
    }
    expect(answers).toEqual([UNTRUSTED, UNTRUSTED, TOO_MANY])
    expect(addresses).toEqual([SOURCE.address, SOURCE.address, SOURCE.address])
  })

  it('and a limiter that fails costs no event', async () => {
    await scenario.install()
    const isUntrustedWithinLimit = () => Promise.reject(new Error('Limiter is down'))
    const intake = scenario.watchedIntake({ isUntrustedWithinLimit })
    expect(await intake.take(scenario.forged(1))).toEqual(UNTRUSTED)
    expect(await intake.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
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
    const body = (index: number) =>
      scenario.portal.body('app-ONCRMDEALUPDATE', {
        'auth[application_token]': `wrong-token-${index}`,
      })
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

describe('chargeCaller()', () => {
  const no = () => Promise.resolve(false)
  const { address } = SOURCE

  it('names the limit that is used up, which is recalled for ten seconds', async () => {
    const { memberId } = scenario
    const cases = [
      [{}, null],
      [{ isAddressWithinLimit: no }, 'address'],
      [{ isUntrustedWithinLimit: no }, 'portal'],
      [{ isUntrustedWithinLimit: no, isAddressWithinLimit: no }, 'portal'],
    ] as const
    for (const [limits, spent] of cases) {
      const { deps } = scenario.watchedIntake(limits)
      expect(recallSpentLimit(deps, { memberId, address })).toBeNull()
      expect(await chargeCaller(deps, { memberId, address })).toBe(spent)
      expect(recallSpentLimit(deps, { memberId, address })).toBe(spent)
      scenario.now += SPENT_MEMORY_MS
      expect(recallSpentLimit(deps, { memberId, address })).toBeNull()
    }
  })

  it('spends the limit of one portal for no other, and that of an address for all', async () => {
    const { memberId } = scenario
    const other = 'b'.repeat(32)
    const one = scenario.watchedIntake({ isUntrustedWithinLimit: no }).deps
    await chargeCaller(one, { memberId, address })
    expect(recallSpentLimit(one, { memberId: other, address })).toBeNull()
    const all = scenario.watchedIntake({ isAddressWithinLimit: no }).deps
    await chargeCaller(all, { memberId, address })
    expect(recallSpentLimit(all, { memberId: other, address })).toBe('address')
    expect(recallSpentLimit(all, { memberId, address: '198.51.100.8' })).toBeNull()
  })
})
