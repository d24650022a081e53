/** How portals reach the object that paces a URL, and what becomes of a call that does not. */
import { env } from 'cloudflare:workers'
import { reset, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPortalSettings } from '../../src/app.ts'
import { loadConfig, type Env } from '../../src/config/config.ts'
import { MINUTE_MS } from '../../src/core/durations.ts'
import { withTimeout } from '../../src/storage/with-timeout.ts'
import { createPacerClient, type PacerRemote } from '../../src/objects/pacer-client.ts'

const URL = 'https://hooks.slack.com/services/T000/B000/pacercanary'
const SLACK = [{ count: 1, ms: 1000 }]

afterEach(async () => {
  vi.useRealTimers()
  await reset()
})

/** The Worker's own environment, with settings of the test. */
function deployment(settings: Readonly<Record<string, unknown>> = {}): Env {
  return { ...env, ...settings }
}

/** A client whose pacers answer as the test wants; notes the names that are asked. */
function aClient(answers: Partial<PacerRemote>) {
  const names: string[] = []
  const client = createPacerClient({
    namePacer: async (url) => `name of ${url}`,
    pacers: (name) => {
      names.push(name)
      return {
        take: () => Promise.reject(new Error('Cannot be asked')),
        hold: () => Promise.reject(new Error('Cannot be asked')),
        ...answers,
      }
    },
    withTimeout,
  })
  return { client, names }
}

describe('createPortalSettings()', () => {
  it('gives portals one pace for one URL', async () => {
    const one = createPortalSettings(deployment()).pacer
    const other = createPortalSettings(deployment()).pacer
    expect(await one.take(URL, 'a', SLACK)).toBeNull()
    expect(await other.take(URL, 'b', SLACK)).toBeGreaterThan(Date.now())
    expect(await other.take(`${URL}2`, 'b', SLACK)).toBeNull()
  })

  it('carries a hold to all of them', async () => {
    const until = Date.now() + MINUTE_MS
    await createPortalSettings(deployment()).pacer.hold(URL, until)
    expect(await createPortalSettings(deployment()).pacer.take(URL, 'a', SLACK)).toBe(until)
  })

  it.each([
    ['with', {}],
    ['without', { TOKEN_KEYS: '' }],
  ])('names the object by a hash, %s a key', async (_, settings) => {
    const own = deployment(settings)
    await createPortalSettings(own).pacer.hold(URL, 8_000_000_000_000)
    const name = await loadConfig(own).sealer.namePacer(URL)
    expect(name).toMatch(/^[0-9a-f]{64}$/)
    const tables = await runInDurableObject(env.PACERS.getByName(name), (__, { storage }) =>
      storage.sql.exec(`SELECT name FROM sqlite_master WHERE name = 'pace'`).toArray(),
    )
    expect(tables).toEqual([{ name: 'pace' }])
  })
})

describe('createPacerClient()', () => {
  it('asks the object of the URL with a new stub each time', async () => {
    const take = vi.fn<PacerRemote['take']>(async () => 4711)
    const hold = vi.fn<PacerRemote['hold']>(async () => {})
    const { client, names } = aClient({ take, hold })
    expect(await client.take(URL, 'a', SLACK)).toBe(4711)
    await client.hold(URL, 42)
    expect(names).toEqual([`name of ${URL}`, `name of ${URL}`])
    expect(take.mock.calls).toEqual([['a', SLACK]])
    expect(hold.mock.calls).toEqual([[42]])
  })

  it('rejects when the object answers with an error, and tells it', async () => {
    const { client } = aClient({})
    const expected = new Error('Cannot reach the pacer', { cause: new Error('Cannot be asked') })
    await expect(client.take(URL, 'a', SLACK)).rejects.toEqual(expected)
    await expect(client.hold(URL, 42)).rejects.toEqual(expected)
  })

  it('rejects after two seconds without an answer, not before', async () => {
    vi.useFakeTimers()
    const { client } = aClient({
      take: () => new Promise(() => {}),
      hold: () => new Promise(() => {}),
    })
    const ended: string[] = []
    const calls = [client.take(URL, 'a', SLACK), client.hold(URL, 42)].map((call) =>
      call.then(
        () => ended.push('answered'),
        (error: unknown) => ended.push(String(error)),
      ),
    )
    await vi.advanceTimersByTimeAsync(2000 - 1)
    expect(ended).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await Promise.all(calls)
    expect(ended).toEqual(['Error: Cannot reach the pacer', 'Error: Cannot reach the pacer'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
