/**
 * How the edge finds out who calls: memory, then KV, then the object, and the callers that the rate limit
 * counts. The objects and KV are the real ones; the tests count the stubs and the reads.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { REFUSED_MEMORY_MS, TRUSTED_MEMORY_MS } from '../../src/edge/caller-memory.ts'
import { InstallStore } from '../../src/storage/install-store.ts'
import { hashToken } from '../../src/storage/token-hash.ts'
import { answerOf, Edge, watchLog } from '../support/edge.ts'
import {
  anEventOf,
  anIntake,
  decoded,
  kvFollowed,
  SOURCE,
  portalsWith,
  watchKv,
  type IntakeChanges,
  type WatchedKv,
} from '../support/an-intake.ts'
import { PortalLab, type Changes } from '../support/relay-scenario.ts'
import { APPLICATION_TOKEN } from '../support/runtime-bindings.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }
const UNTRUSTED = { kind: 'refused', code: 'untrusted' }
const TOO_MANY = { kind: 'refused', code: 'too_many_requests' }

let lab: PortalLab
let kv: WatchedKv
let now: number

beforeEach(() => {
  watchLog()
  lab = new PortalLab()
  kv = watchKv()
  now = Date.now()
})

afterEach(() => lab.close())

/** Installs the lab's portal and waits until the edge can know it. */
async function install(): Promise<void> {
  await lab.install()
  await kvFollowed(lab)
}

/** The intake under test, over the watched namespace and the test's clock. */
function intake(changes: IntakeChanges = {}) {
  return anIntake({ installs: new InstallStore(kv.kv), now: () => now, ...changes })
}

/** An event of the portal; `id` keeps it from being a duplicate. */
function event(id: number, changes: Changes = {}) {
  return anEventOf(lab, id, changes)
}

/** The change that makes a wrong token of an event's own. */
function wrong(index: number): Changes {
  return { 'auth[application_token]': `wrong-token-${index}` }
}

describe('takeRequest() asks memory, then KV, then the object', () => {
  it('and reads KV once for a portal that goes on calling', async () => {
    await install()
    const probe = intake()
    for (const id of [1, 2, 3]) {
      expect(await probe.take(event(id))).toEqual({ ...STORED, sequence: id })
    }
    expect(kv.operations).toEqual([`get install:${lab.memberId}`])
    expect(probe.counted).toEqual([])
  })

  it('and reads KV again after 30 s', async () => {
    await install()
    const probe = intake()
    await probe.take(event(1))
    now += TRUSTED_MEMORY_MS - 1
    await probe.take(event(2))
    expect(kv.operations).toHaveLength(1)
    now += TRUSTED_MEMORY_MS
    await probe.take(event(3))
    expect(kv.operations).toHaveLength(2)
  })

  it('and asks the object on a miss', async () => {
    await install()
    await env.INSTALLS.delete(`install:${lab.memberId}`)
    const probe = intake()
    expect(await probe.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    expect(probe.counted).toEqual([`${SOURCE.address}|${lab.memberId}`])
  })

  it('and asks the object on a mismatch', async () => {
    await install()
    const record = await lab.record()
    const hashes = [{ hash: 'f'.repeat(64), until: null }]
    await env.INSTALLS.put(`install:${lab.memberId}`, JSON.stringify({ ...record, hashes }))
    const probe = intake()
    expect(await probe.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    expect(probe.lookups).toEqual([lab.memberId])
  })

  it('and lets the object decide where KV is behind', async () => {
    await install()
    const record = JSON.stringify(await lab.record())
    await lab.uninstall('keep-data')
    await kvFollowed(lab)
    await env.INSTALLS.put(`install:${lab.memberId}`, record)
    const probe = intake()
    expect(await probe.take(event(1))).toEqual(UNTRUSTED)
    expect((await lab.tables())['log']).toEqual([])
    // The object's word is remembered: KV, still behind, is not asked again.
    expect(await probe.take(event(2))).toEqual(UNTRUSTED)
    expect({ reads: kv.operations.length, calls: probe.lookups.length }).toEqual({
      reads: 1,
      calls: 1,
    })
  })

  it('and lets the object decide where KV fails or holds rubbish', async () => {
    await install()
    const failing = intake({ installs: new InstallStore(watchKv(['get']).kv) })
    expect(await failing.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    await env.INSTALLS.put(`install:${lab.memberId}`, '{"version":2}')
    expect(await intake().take(event(2))).toEqual({ ...STORED, sequence: 2 })
    await env.INSTALLS.put(`install:${lab.memberId}`, 'no JSON')
    expect(await intake().take(event(3))).toEqual({ ...STORED, sequence: 3 })
  })

  it('and takes a configured token of the very portal for known', async () => {
    const webhooks = [{ token: APPLICATION_TOKEN, portal: lab.memberId, rest: null }]
    const portals = portalsWith({ append: () => Promise.resolve({ kind: 'untrusted' }) })
    const probe = intake({ webhooks, portals })
    await probe.take(event(1))
    expect({ counted: probe.counted, reads: kv.operations }).toEqual({ counted: [], reads: [] })
    const other = intake({
      webhooks: [{ token: APPLICATION_TOKEN, portal: 'acme.com', rest: null }],
      portals,
    })
    await other.take(event(1))
    expect(other.counted).toHaveLength(1)
  })

  it('and answers a notice of a known portal without waking its object', async () => {
    await install()
    const probe = intake()
    const notice = decoded(lab.body('app-ONAPPTEST'))
    const accepted = { kind: 'accepted', domain: null, finished: true, status: null }
    expect(await probe.take(notice)).toEqual(accepted)
    expect(probe.lookups).toEqual([])
    await env.INSTALLS.delete(`install:${lab.memberId}`)
    const other = intake()
    expect(await other.take(notice)).toEqual(accepted)
    expect(await other.take(notice)).toEqual(accepted)
    expect(other.lookups).toEqual([lab.memberId])
  })
})

describe('takeRequest() remembers wrong tokens', () => {
  it('so that a flood of one costs one call of the object', async () => {
    await install()
    const probe = intake()
    for (const id of Array.from({ length: 50 }).keys()) {
      expect(await probe.take(event(id + 1, wrong(1)))).toEqual(UNTRUSTED)
    }
    expect({
      calls: probe.lookups.length,
      reads: kv.operations.length,
      counted: probe.counted.length,
    }).toEqual({ calls: 1, reads: 1, counted: 1 })
  })

  it('for 10 s', async () => {
    const probe = intake()
    await probe.take(event(1))
    now += REFUSED_MEMORY_MS - 1
    await probe.take(event(2))
    expect(probe.lookups).toHaveLength(1)
    now += 1
    await probe.take(event(3))
    expect(probe.lookups).toHaveLength(2)
  })

  it('until its portal is installed', async () => {
    const probe = intake()
    expect(await probe.take(event(1))).toEqual(UNTRUSTED)
    const install = decoded(lab.body('app-ONAPPINSTALL-local', { ts: lab.ts(-60) }))
    expect(await probe.take(install)).toMatchObject({ kind: 'accepted' })
    expect(await probe.take(event(2))).toEqual({ ...STORED, sequence: 1 })
  })

  it('and forgets trusted ones when the portal is uninstalled', async () => {
    await install()
    const probe = intake()
    await probe.take(event(1))
    const { memberId } = lab
    const known = { memberId, tokenHash: await hashToken(memberId, APPLICATION_TOKEN) }
    expect(probe.deps.callers.memory.recall(known, now)).toBe('trusted')
    const uninstall = decoded(lab.body('app-ONAPPUNINSTALL-clean', { ts: lab.ts() }))
    expect(await probe.take(uninstall)).toMatchObject({ kind: 'accepted' })
    expect(probe.deps.callers.memory.recall(known, now)).toBe('unknown')
    expect(await probe.take(event(2))).toEqual(UNTRUSTED)
  })
})

describe('the rate limit counts only callers that could not prove themselves', () => {
  /** At most so many untrusted calls of each key. */
  function limited(most: number) {
    const calls = new Map<string, number>()
    return intake({
      isUntrustedWithinLimit: (key) => {
        calls.set(key, (calls.get(key) ?? 0) + 1)
        return Promise.resolve((calls.get(key) ?? 0) <= most)
      },
    })
  }

  it('by address and portal, so that no other portal at that address is locked out', async () => {
    const other = 'b'.repeat(32)
    const probe = limited(2)
    const answers: unknown[] = []
    for (const index of [1, 2, 3]) {
      answers.push(await probe.take(event(index, wrong(index))))
    }
    expect(answers).toEqual([UNTRUSTED, UNTRUSTED, TOO_MANY])
    const neighbour = event(4, { 'auth[member_id]': other })
    expect(await probe.take(neighbour)).toEqual(UNTRUSTED)
    const elsewhere = { ...SOURCE, address: '198.51.100.8' }
    expect(await probe.take(event(5, wrong(5)), elsewhere)).toEqual(UNTRUSTED)
    expect(new Set(probe.counted)).toEqual(
      new Set([
        `198.51.100.7|${lab.memberId}`,
        `198.51.100.7|${other}`,
        `198.51.100.8|${lab.memberId}`,
      ]),
    )
  })

  it('and never one that KV or memory knows, from the flooding address itself', async () => {
    await install()
    const probe = limited(0)
    expect(await probe.take(event(1, wrong(1)))).toEqual(TOO_MANY)
    expect(await probe.take(event(2))).toEqual({ ...STORED, sequence: 1 })
    expect(await probe.take(event(3))).toEqual({ ...STORED, sequence: 2 })
    const update = decoded(lab.body('app-ONAPPUPDATE', { ts: lab.ts() }))
    expect(await probe.take(update)).toMatchObject({ kind: 'accepted' })
    const uninstall = decoded(lab.body('app-ONAPPUNINSTALL-clean', { ts: lab.ts() }))
    expect(await probe.take(uninstall)).toMatchObject({ kind: 'accepted' })
  })

  it('and installs with a token that is new, before the OAuth server is asked', async () => {
    const probe = limited(0)
    const names = ['app-ONAPPINSTALL-local', 'app-ONAPPUPDATE', 'install-page-body'] as const
    for (const name of names) {
      expect(await probe.take(decoded(lab.body(name)))).toEqual(TOO_MANY)
    }
    const tokenless = decoded(lab.body('install-page-body', { APPLICATION_TOKEN: null }))
    await install()
    const asked = lab.network.sent.length
    expect(await probe.take(tokenless)).toEqual(TOO_MANY)
    expect({ asked: lab.network.sent.length, calls: probe.lookups }).toEqual({ asked, calls: [] })
  })

  it('and a burst of one token as one caller', async () => {
    const probe = limited(1)
    const burst = [1, 2, 3].map((id) => probe.take(event(id)))
    expect(await Promise.all(burst)).toEqual([UNTRUSTED, UNTRUSTED, UNTRUSTED])
    expect(probe.counted).toHaveLength(1)
    // The question has been answered: another token is another caller.
    expect(await probe.take(event(4, wrong(4)))).toEqual(TOO_MANY)
  })

  it('and by address alone where each call names another portal', async () => {
    const addresses: string[] = []
    const probe = intake({
      isAddressWithinLimit: (address) => {
        addresses.push(address)
        return Promise.resolve(addresses.length <= 2)
      },
    })
    const answers: unknown[] = []
    for (const digit of ['1', '2', '3']) {
      const stranger = event(1, { 'auth[member_id]': digit.repeat(32) })
      answers.push(await probe.take(stranger))
    }
    expect(answers).toEqual([UNTRUSTED, UNTRUSTED, TOO_MANY])
    expect(addresses).toEqual([SOURCE.address, SOURCE.address, SOURCE.address])
  })

  it('and a limiter that fails costs no event', async () => {
    await install()
    await env.INSTALLS.delete(`install:${lab.memberId}`)
    const isUntrustedWithinLimit = () => Promise.reject(new Error('Limiter is down'))
    const probe = intake({ isUntrustedWithinLimit })
    expect(await probe.take(event(1))).toEqual({ ...STORED, sequence: 1 })
    expect(probe.lines).toEqual([
      {
        level: 'warn',
        event: 'rate_limit_failed',
        fields: { memberId: lab.memberId, error: 'Error: Limiter is down' },
      },
    ])
  })

  it("answers 429 with Retry-After, by the platform's own limit", async () => {
    const edge = new Edge()
    const address = '198.51.100.9'
    const body = (index: number) => lab.body('app-ONCRMDEALUPDATE', wrong(index))
    let last: Response | null = null
    // 60 a minute: whatever second the test begins in, 121 calls meet the limit.
    for (let index = 0; index <= 120 && last?.status !== 429; index += 1) {
      last = await edge.call(body(index), { address })
    }
    expect(last && (await answerOf(last))).toEqual({
      status: 429,
      retryAfter: '60',
      body: {
        error: {
          code: 'too_many_requests',
          message: 'Too many requests that could not be trusted',
        },
      },
    })
    const neighbour = lab.body('app-ONCRMDEALUPDATE', { 'auth[member_id]': 'b'.repeat(32) })
    expect((await edge.call(neighbour, { address })).status).toBe(403)
  })
})
