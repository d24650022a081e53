/** KV follows the object, and the edge never takes KV for the last word. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { copyOf } from '../../../src/core/access/installs/install-copy.ts'
import { REFUSED_MEMORY_MS } from '../../../src/edge/callers/caller-memory.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { decodedInstall } from '../../support/builders/an-intake.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { dumpKv } from '../../support/worker/traces.ts'
import { gate, until } from '../../support/until.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'
import { APPLICATION_TOKEN } from '../../support/identity.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

/** What a test does in the place of one of KV's writes; `go` is the real one. */
type Fault = (go: () => Promise<void>) => Promise<void>

/** The real KV for the object, whose writes a test may fail or hold. */
function injectKv(faults: Readonly<Record<string, Fault>>): void {
  const real = env.INSTALLS
  const kv = new Proxy(real, {
    get(_, name) {
      const method: unknown = Reflect.get(real, name)
      if (typeof method !== 'function') return method
      const fault = faults[String(name)]
      return (...args: unknown[]): unknown =>
        fault === undefined
          ? Reflect.apply(method, real, args)
          : fault(async () => void (await Reflect.apply(method, real, args)))
    },
  })
  scenario.adapt = (settings) => ({ ...settings, installStore: new InstallStore(kv) })
}

describe('KV follows the object', () => {
  it('with the hashes of the tokens, sealed pairs and the domain, never a clear token', async () => {
    const form = new URLSearchParams(scenario.portal.body('app-ONAPPINSTALL-local'))
    await scenario.portal.installs()
    const stored = await scenario.stored()
    expect(await scenario.record()).toEqual({
      version: 1,
      generation: 0,
      hashes: [{ hash: await hashToken(scenario.memberId, APPLICATION_TOKEN), until: null }],
      tokens: stored.application?.tokens,
      systemTokens: null,
      domain: scenario.domain,
      copy: JSON.parse(JSON.stringify(copyOf(stored))),
    })
    const text = JSON.stringify(await dumpKv())
    for (const name of ['access_token', 'refresh_token', 'application_token']) {
      expect(text).not.toContain(form.get(`auth[${name}]`))
    }
  })

  it('a write that failed leaves the dirty flag, and the alarm repeats it', async () => {
    let isDown = true
    injectKv({
      put: (go) => (isDown ? Promise.reject(new Error('KV PUT failed: 503')) : go()),
    })
    expect((await scenario.portal.installs()).status).toBe(200)
    expect((await scenario.stored()).kvDirty).toBe(true)
    expect(await scenario.record()).toBeNull()
    expect((await scenario.portal.sends()).status).toBe(200)
    await vi.waitFor(async () => {
      const due = ((await scenario.time.alarmAt()) ?? 0) - Date.now()
      expect(due).toBeGreaterThan(50_000)
      expect(due).toBeLessThanOrEqual(60_000)
    })
    await scenario.time.alarmFires()
    expect((await scenario.stored()).kvDirty).toBe(true)
    isDown = false
    await scenario.time.passes('1 min')
    await scenario.kvFollows()
    expect(await scenario.record()).toMatchObject({ domain: scenario.domain })
  })

  it('the dirty flag survives a restart: the write is made up for', async () => {
    injectKv({ put: () => Promise.reject(new Error('KV PUT failed: 503')) })
    await scenario.portal.installs()
    injectKv({})
    await scenario.relay.restarts()
    await scenario.view()
    await vi.waitFor(async () =>
      expect(await scenario.record()).toMatchObject({ domain: scenario.domain }),
    )
    await scenario.kvFollows()
  })

  it('an uninstall that KV did not hear of is made up for', async () => {
    let isDown = false
    injectKv({
      put: (go) => (isDown ? Promise.reject(new Error('KV PUT failed: 429')) : go()),
    })
    await scenario.portal.installs()
    isDown = true
    expect((await scenario.portal.uninstalls('keep-data')).status).toBe(200)
    expect((await scenario.record())?.hashes).toHaveLength(1)
    expect((await scenario.portal.sends()).status).toBe(403)
    isDown = false
    await scenario.time.passes('1 min')
    await scenario.kvFollows()
    expect(await scenario.record()).toMatchObject({ hashes: [], tokens: null, generation: 1 })
  })

  it('a write that never answers holds nothing else back, and is made again', async () => {
    let writes = 0
    let isSilent = true
    injectKv({
      put: (go) => {
        writes += 1
        return isSilent ? new Promise(() => undefined) : go()
      },
    })
    const request = decodedInstall(
      scenario.portal.body('app-ONAPPINSTALL-local', { ts: scenario.portal.ts(-60) }),
    )
    // The caller of the installation waits for KV, nobody else does.
    const installed = Promise.allSettled([scenario.object.install(request)])
    await vi.waitFor(() => expect(writes).toBe(1))
    scenario.receiver('erp').answers(503)
    expect((await scenario.portal.sends()).status).toBe(200)
    await until(async () => {
      await scenario.time.passes('5 min')
      return scenario.receiver('erp').count >= 3 && writes >= 3
    })
    isSilent = false
    await scenario.time.passes('2 min')
    await scenario.kvFollows()
    expect(await scenario.record()).toMatchObject({ domain: scenario.domain })
    await installed
  })

  it('a record that KV has lost, or holds otherwise, is written again by the daily visit', async () => {
    await scenario.portal.installs()
    await scenario.kvFollows()
    const record = await scenario.record()
    const { hashes } = record ?? {}
    const key = `install:${scenario.memberId}`
    await env.INSTALLS.delete(key)
    await scenario.object.touch()
    expect(await scenario.record()).toMatchObject({ hashes })
    await env.INSTALLS.put(key, JSON.stringify({ ...record, hashes: [] }))
    await scenario.object.touch()
    expect(await scenario.record()).toMatchObject({ hashes })
  })

  it('a change during the write is written again', async () => {
    const held = gate()
    let writes = 0
    injectKv({
      put: async (go) => {
        writes += 1
        if (writes === 1) await held.opened
        await go()
      },
    })
    const install = scenario.portal.installs()
    await vi.waitFor(() => expect(writes).toBe(1))
    const hash = await hashToken(scenario.memberId, APPLICATION_TOKEN)
    scenario.portal.removesApplication()
    const uninstall = scenario.object.uninstall({
      tokenHash: hash,
      ts: scenario.portal.ts(),
      clean: false,
    })
    await vi.waitFor(async () => expect((await scenario.stored()).generation).toBe(1))
    held.open()
    await Promise.all([install, uninstall])
    await scenario.kvFollows()
    expect(await scenario.record()).toMatchObject({ generation: 1, hashes: [], tokens: null })
  })

  it('the record of an uninstalled and empty portal is removed by the daily visit', async () => {
    let isDown = true
    injectKv({
      delete: (go) => (isDown ? Promise.reject(new Error('KV DELETE failed: 503')) : go()),
    })
    await scenario.portal.installs()
    await scenario.portal.sends()
    await scenario.portal.uninstalls('keep-data')
    isDown = false
    await scenario.object.touch()
    expect(await scenario.record()).not.toBeNull()
    scenario.time.passesWithoutAlarm('61 days')
    isDown = true
    await scenario.object.touch()
    expect(await scenario.record()).not.toBeNull()
    isDown = false
    await scenario.object.touch()
    expect(await scenario.record()).toBeNull()
  })

  it.each([
    ['', false],
    [', also where KV could not be told of the uninstall', true],
  ])('an install during that removal is written after it%s', async (_, isBehind) => {
    const held = gate()
    let removing = false
    let isDown = false
    injectKv({
      put: (go) => (isDown ? Promise.reject(new Error('KV PUT failed: 503')) : go()),
      delete: async (go) => {
        removing = true
        await held.opened
        await go()
      },
    })
    await scenario.portal.installs()
    isDown = isBehind
    await scenario.portal.uninstalls('clean')
    const visit = scenario.object.touch()
    await vi.waitFor(() => expect(removing).toBe(true))
    isDown = false
    scenario.time.passesWithoutAlarm('2 s')
    const again = scenario.portal.installs({ ts: scenario.portal.ts() })
    await vi.waitFor(async () => expect((await scenario.stored()).application).not.toBeNull())
    held.open()
    await Promise.all([visit, again])
    await vi.waitFor(async () =>
      expect(await scenario.record()).toMatchObject({ domain: scenario.domain }),
    )
  })
})

describe('the edge and a stale KV', () => {
  it.each<[string, () => Promise<string | null>]>([
    ['an old record', () => env.INSTALLS.get(`install:${scenario.memberId}`)],
    ['no record', async () => null],
    ['a record of a later version', async () => '{"version":2}'],
    ['a damaged record', async () => '{"version":'],
  ])('%s: a token that the object knows is never answered 403', async (_, read) => {
    await scenario.portal.installs()
    const stale = await read()
    await scenario.portal.updates(WITH_NEW_TOKEN)
    const key = `install:${scenario.memberId}`
    await (stale === null ? env.INSTALLS.delete(key) : env.INSTALLS.put(key, stale))
    const answer = await scenario.portal.sends(WITH_NEW_TOKEN)
    expect(await answer.json()).toEqual({ accepted: true, sequence: 1 })
  })

  it('an old record does not keep a token alive that the object has forgotten', async () => {
    await scenario.portal.installs()
    const stale = (await env.INSTALLS.get(`install:${scenario.memberId}`)) ?? ''
    await scenario.portal.uninstalls('keep-data')
    await env.INSTALLS.put(`install:${scenario.memberId}`, stale)
    expect((await scenario.portal.sends()).status).toBe(403)
    expect((await scenario.tables())['log']).toEqual([])
  })

  it('a token remembered as trusted is refused once the object has forgotten it', async () => {
    await scenario.portal.installs()
    expect((await scenario.portal.sends()).status).toBe(200)
    const hash = await hashToken(scenario.memberId, APPLICATION_TOKEN)
    scenario.portal.removesApplication()
    await scenario.object.uninstall({ tokenHash: hash, ts: scenario.portal.ts(), clean: false })
    expect((await scenario.portal.sends()).status).toBe(403)
  })

  it('a refused token is remembered for a short time only', async () => {
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now })
    expect((await scenario.portal.sends()).status).toBe(403)
    await installBehindTheEdge()
    vi.setSystemTime(now + REFUSED_MEMORY_MS - 1)
    expect((await scenario.portal.sends()).status).toBe(403)
    vi.setSystemTime(now + REFUSED_MEMORY_MS)
    expect((await scenario.portal.sends()).status).toBe(200)
  })
})

/** The install arrives in another isolate: this one hears nothing of it. */
async function installBehindTheEdge(): Promise<void> {
  const ts = scenario.portal.ts(-900)
  const request = decodedInstall(scenario.portal.body('app-ONAPPINSTALL-local', { ts }))
  expect(await scenario.object.install(request)).toMatchObject({ kind: 'installed' })
}
