/** KV follows the object, and the edge never takes KV for the last word. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeRequest } from '../../../src/bitrix24/wire/decode-request.ts'
import { parseForm } from '../../../src/bitrix24/wire/form.ts'
import { REFUSED_MEMORY_MS } from '../../../src/edge/caller-memory.ts'
import { KV_RETRY_MS } from '../../../src/portal/installs/kv-mirror.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { PortalLab, dumpKv, gate } from '../../support/relay-scenario.ts'
import { APPLICATION_TOKEN } from '../../support/runtime-bindings.ts'

const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'

let lab: PortalLab

beforeEach(() => {
  lab = new PortalLab()
})

afterEach(async () => {
  await lab.close()
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
  lab.adapt = (settings) => ({ ...settings, installs: new InstallStore(kv) })
}

describe('KV follows the object', () => {
  it('with the hashes of the tokens, sealed pairs and the domain, never a clear token', async () => {
    const form = new URLSearchParams(lab.body('app-ONAPPINSTALL-local'))
    await lab.install()
    const stored = await lab.stored()
    expect(await lab.record()).toEqual({
      version: 1,
      generation: 0,
      hashes: [{ hash: await hashToken(lab.memberId, APPLICATION_TOKEN), until: null }],
      tokens: stored.application?.tokens,
      systemTokens: null,
      domain: lab.domain,
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
    expect((await lab.install()).status).toBe(200)
    expect((await lab.stored()).kvDirty).toBe(true)
    expect(await lab.record()).toBeNull()
    expect((await lab.event()).status).toBe(200)
    await vi.waitFor(async () => {
      const due = ((await lab.alarmAt()) ?? 0) - Date.now()
      expect(due).toBeGreaterThan(KV_RETRY_MS - 10_000)
      expect(due).toBeLessThanOrEqual(KV_RETRY_MS)
    })
    await lab.alarm()
    expect((await lab.stored()).kvDirty).toBe(true)
    isDown = false
    lab.offsetMs += KV_RETRY_MS
    await lab.alarm()
    expect((await lab.stored()).kvDirty).toBe(false)
    expect(await lab.record()).toMatchObject({ domain: lab.domain })
  })

  it('the dirty flag survives a restart: the write is made up for', async () => {
    injectKv({ put: () => Promise.reject(new Error('KV PUT failed: 503')) })
    await lab.install()
    injectKv({})
    await lab.restart()
    await lab.view()
    await vi.waitFor(async () => expect(await lab.record()).toMatchObject({ domain: lab.domain }))
    await vi.waitFor(async () => expect((await lab.stored()).kvDirty).toBe(false))
  })

  it('an uninstall that KV did not hear of is made up for', async () => {
    let isDown = false
    injectKv({
      put: (go) => (isDown ? Promise.reject(new Error('KV PUT failed: 429')) : go()),
    })
    await lab.install()
    isDown = true
    expect((await lab.uninstall('keep-data')).status).toBe(200)
    expect((await lab.record())?.hashes).toHaveLength(1)
    expect((await lab.event()).status).toBe(403)
    isDown = false
    lab.offsetMs += KV_RETRY_MS
    await lab.alarm()
    expect(await lab.record()).toMatchObject({ hashes: [], tokens: null, generation: 1 })
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
    const install = lab.install()
    await vi.waitFor(() => expect(writes).toBe(1))
    const hash = await hashToken(lab.memberId, APPLICATION_TOKEN)
    const uninstall = lab.stub().uninstall({ tokenHash: hash, ts: lab.ts(), clean: false })
    await vi.waitFor(async () => expect((await lab.stored()).generation).toBe(1))
    held.open()
    await Promise.all([install, uninstall])
    await vi.waitFor(async () => expect((await lab.stored()).kvDirty).toBe(false))
    expect(await lab.record()).toMatchObject({ generation: 1, hashes: [], tokens: null })
  })

  it('the record of an uninstalled and empty portal is removed by the daily visit', async () => {
    let isDown = true
    injectKv({
      delete: (go) => (isDown ? Promise.reject(new Error('KV DELETE failed: 503')) : go()),
    })
    await lab.install()
    await lab.event()
    await lab.uninstall('keep-data')
    isDown = false
    await lab.stub().touch()
    expect(await lab.record()).not.toBeNull()
    lab.offsetMs = 61 * 86_400_000
    isDown = true
    await lab.stub().touch()
    expect(await lab.record()).not.toBeNull()
    isDown = false
    await lab.stub().touch()
    expect(await lab.record()).toBeNull()
  })

  it('an install during that removal is written after it', async () => {
    const held = gate()
    let removing = false
    injectKv({
      delete: async (go) => {
        removing = true
        await held.opened
        await go()
      },
    })
    await lab.install()
    await lab.uninstall('clean')
    const visit = lab.stub().touch()
    await vi.waitFor(() => expect(removing).toBe(true))
    lab.offsetMs = 2000
    const again = lab.install({ ts: lab.ts() })
    await vi.waitFor(async () => expect((await lab.stored()).application).not.toBeNull())
    held.open()
    await Promise.all([visit, again])
    await vi.waitFor(async () => expect(await lab.record()).toMatchObject({ domain: lab.domain }))
  })
})

describe('the edge and a stale KV', () => {
  it.each<[string, () => Promise<string | null>]>([
    ['an old record', () => env.INSTALLS.get(`install:${lab.memberId}`)],
    ['no record', async () => null],
    ['a record of a later version', async () => '{"version":2}'],
    ['a damaged record', async () => '{"version":'],
  ])('%s: a token that the object knows is never answered 403', async (_, read) => {
    await lab.install()
    const stale = await read()
    await lab.update({ 'auth[application_token]': NEW_TOKEN })
    const key = `install:${lab.memberId}`
    await (stale === null ? env.INSTALLS.delete(key) : env.INSTALLS.put(key, stale))
    const answer = await lab.event({ 'auth[application_token]': NEW_TOKEN })
    expect(await answer.json()).toEqual({ accepted: true, sequence: 1 })
  })

  it('an old record does not keep a token alive that the object has forgotten', async () => {
    await lab.install()
    const stale = (await env.INSTALLS.get(`install:${lab.memberId}`)) ?? ''
    await lab.uninstall('keep-data')
    await env.INSTALLS.put(`install:${lab.memberId}`, stale)
    expect((await lab.event()).status).toBe(403)
    expect((await lab.tables())['log']).toEqual([])
  })

  it('a token remembered as trusted is refused once the object has forgotten it', async () => {
    await lab.install()
    expect((await lab.event()).status).toBe(200)
    const hash = await hashToken(lab.memberId, APPLICATION_TOKEN)
    await lab.stub().uninstall({ tokenHash: hash, ts: lab.ts(), clean: false })
    expect((await lab.event()).status).toBe(403)
  })

  it('a refused token is remembered for a short time only', async () => {
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now })
    expect((await lab.event()).status).toBe(403)
    await installBehindTheEdge()
    vi.setSystemTime(now + REFUSED_MEMORY_MS - 1)
    expect((await lab.event()).status).toBe(403)
    vi.setSystemTime(now + REFUSED_MEMORY_MS)
    expect((await lab.event()).status).toBe(200)
  })

  it('an install in the same isolate clears the memory of refused tokens', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    expect((await lab.event()).status).toBe(403)
    await lab.install()
    expect((await lab.event()).status).toBe(200)
  })
})

/** The install arrives in another isolate: this one hears nothing of it. */
async function installBehindTheEdge(): Promise<void> {
  const parsed = parseForm(lab.body('app-ONAPPINSTALL-local', { ts: lab.ts(-900) }))
  const decoded = parsed.ok ? decodeRequest(parsed.value, {}) : parsed
  if (!decoded.ok || decoded.value.kind !== 'install') throw new Error('Cannot decode the install')
  expect(await lab.stub().install(decoded.value)).toMatchObject({ kind: 'installed' })
}
