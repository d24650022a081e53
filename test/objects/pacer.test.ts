/** The object that paces a receiver: who may send, what outlives an eviction, and what that costs. */
import { env } from 'cloudflare:workers'
import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS, DAY_MS } from '../../src/core/durations.ts'
import type { PaceWindow } from '../../src/core/pace/pace-window.ts'
import type { PacerRemote } from '../../src/objects/pacer-client.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { NOW } from '../support/time.ts'
import { observeStorage } from '../support/worker/observed.ts'
import { overrides } from '../support/worker/overrides.ts'

const SLACK: readonly PaceWindow[] = [{ count: 1, ms: 1000 }]
const TEN_SECONDS: readonly PaceWindow[] = [{ count: 2, ms: 10_000 }]
const TEAMS: readonly PaceWindow[] = [
  { count: 4, ms: 1000 },
  { count: 6, ms: HOUR_MS },
]

let clock: ManualClock
let name: string

beforeEach(() => {
  clock = new ManualClock(NOW)
  overrides.now = clock.now
  name = crypto.randomUUID()
})

afterEach(async () => {
  overrides.now = () => Date.now()
  vi.restoreAllMocks()
  await reset()
})

function stub() {
  return env.PACERS.getByName(name)
}

function pacer(): PacerRemote {
  // Sound: the binding's class is the pacer, whose methods these are, each as a promise.
  const own: unknown = stub()
  return own as PacerRemote
}

/** Asks, and answers with the time from the test's start. */
async function take(waiter: string, windows = SLACK): Promise<number | null> {
  const at = await pacer().take(waiter, windows)
  return at === null ? null : at - NOW
}

/** What is stored; null when there is not even a table. */
function stored(): Promise<unknown> {
  return runInDurableObject(stub(), (_, { storage }) => {
    const tables = storage.sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'pace'`).toArray()
    if (tables.length === 0) return null
    return JSON.parse(String(storage.sql.exec('SELECT state FROM pace').one()['state']))
  })
}

/** Counts the rows that the object writes from now on. */
async function countRows(): Promise<() => number> {
  const { writes } = await runInDurableObject(stub(), (_, { storage }) => observeStorage(storage))
  return () => writes.reduce((sum, { rows }) => sum + rows, 0)
}

describe('take()', () => {
  it('shares the slots among portals, and tells the others when to come', async () => {
    expect(await take('a')).toBeNull()
    expect(await take('b')).toBe(1000)
    expect(await take('c')).toBe(2000)
    clock.advance(1000)
    expect(await take('b')).toBeNull()
    expect(await take('a')).toBe(3000)
  })

  it('paces each receiver on its own', async () => {
    expect(await take('a')).toBeNull()
    name = crypto.randomUUID()
    expect(await take('a')).toBeNull()
  })

  it('gives one slot to many that ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => take(`p${index}`)))
    expect(answers.filter((at) => at === null)).toHaveLength(1)
    expect(new Set(answers).size).toBe(30)
  })

  it('rejects a window that lets nothing through, and goes on', async () => {
    const asked = take('a', [{ count: 0, ms: 1000 }])
    await expect(asked).rejects.toThrow('Cannot pace messages')
    expect(await take('a')).toBeNull()
  })

  it('stores nothing of a pace that no eviction can break', async () => {
    await take('a')
    await take('a', TEN_SECONDS)
    clock.advance(5000)
    await take('a', TEN_SECONDS)
    expect(await stored()).toBeNull()
  })

  it('writes one row for each slot of a long window, and none for a refusal', async () => {
    await take('a', TEAMS)
    const rows = await countRows()
    for (let count = 1; count < 4; count += 1) expect(await take('a', TEAMS)).toBeNull()
    expect(rows()).toBe(3)
    expect(await take('a', TEAMS)).toBe(1000)
    expect(await take('b', TEAMS)).toBe(1000)
    expect(rows()).toBe(3)
  })

  it('keeps the slots of a long window over an eviction', async () => {
    for (let count = 0; count < 4; count += 1) await take('a', TEAMS)
    clock.advance(1000)
    for (let count = 0; count < 2; count += 1) await take('a', TEAMS)
    await evictDurableObject(stub())
    clock.advance(20_000)
    expect(await take('a', TEAMS)).toBe(HOUR_MS)
    clock.advance(HOUR_MS - 21_000)
    expect(await take('a', TEAMS)).toBeNull()
    expect(await stored()).toEqual({
      holdUntil: 0,
      grants: [NOW + 1000, NOW + 1000, NOW + HOUR_MS],
    })
  })

  it('gives no slot that could not be stored', async () => {
    await take('a', TEAMS)
    await runInDurableObject(stub(), (_, { storage }) => {
      vi.spyOn(storage.sql, 'exec').mockImplementationOnce(() => {
        throw new Error('disk is full')
      })
    })
    const asked = take('a', TEAMS)
    await expect(asked).rejects.toThrow('disk is full')
    for (let count = 1; count < 4; count += 1) expect(await take('a', TEAMS)).toBeNull()
    expect(await take('a', TEAMS)).toBe(1000)
  })
})

describe('hold()', () => {
  it('stops everybody until then, also over an eviction', async () => {
    await pacer().hold(NOW + 30_000)
    expect(await take('a')).toBe(30_000)
    await evictDurableObject(stub())
    expect(await take('a')).toBe(30_000)
    clock.advance(30_000)
    expect(await take('a')).toBeNull()
  })

  it('is not lost with the slots of a long window, nor they with it', async () => {
    await take('a', TEAMS)
    await pacer().hold(NOW + 30_000)
    clock.advance(30_000)
    await take('a', TEAMS)
    await pacer().hold(NOW + 50_000)
    await evictDurableObject(stub())
    expect(await take('a', TEAMS)).toBe(50_000)
    expect(await stored()).toEqual({
      holdUntil: NOW + 50_000,
      heldAt: NOW + 30_000,
      grants: [NOW, NOW + 30_000],
    })
  })

  it('writes one row when many portals report it within a second', async () => {
    await pacer().hold(NOW + 1)
    const rows = await countRows()
    for (const ms of [30_001, 30_400, 31_000, 20_000, -1]) await pacer().hold(NOW + ms)
    expect(rows()).toBe(1)
    expect(await take('a')).toBe(31_000)
    await pacer().hold(NOW + 31_001)
    expect(rows()).toBe(2)
    expect(await take('a')).toBe(31_001)
  })

  it('writes no row for a hold that is stored since before an eviction', async () => {
    await pacer().hold(NOW + 30_001)
    await evictDurableObject(stub())
    const rows = await countRows()
    await pacer().hold(NOW + 31_000)
    expect(rows()).toBe(0)
    await pacer().hold(NOW + 31_001)
    expect(rows()).toBe(1)
  })

  it('is never shorter after an eviction, and less than a second longer', async () => {
    await pacer().hold(NOW + 30_001)
    await evictDurableObject(stub())
    expect(await take('a')).toBe(31_000)
  })

  it.each([DAY_MS + 1, Infinity])('is cut to a day: %d ms', async (ms) => {
    await pacer().hold(NOW + ms)
    expect(await take('a')).toBe(DAY_MS)
    await evictDurableObject(stub())
    clock.advance(DAY_MS)
    expect(await take('a')).toBeNull()
  })

  it('ignores a time that is no number', async () => {
    await pacer().hold(Number.NaN)
    expect(await take('a')).toBeNull()
    expect(await stored()).toBeNull()
  })
})

describe('what is stored', () => {
  it('starts afresh when it is damaged, and is then written again', async () => {
    await pacer().hold(NOW + 30_000)
    await runInDurableObject(stub(), (_, { storage }) => {
      storage.sql.exec('UPDATE pace SET state = ?', 'no JSON')
    })
    await evictDurableObject(stub())
    expect(await take('a', TEAMS)).toBeNull()
    expect(await stored()).toEqual({ holdUntil: 0, grants: [NOW] })
  })

  it.each([5 * HOUR_MS, 400 * DAY_MS])(
    'holds as long as it was asked to by a clock that was %d ms ahead, over all evictions',
    async (aheadMs) => {
      clock.advance(aheadMs)
      await pacer().hold(clock.now() + MINUTE_MS)
      clock.advance(-aheadMs)
      for (let life = 0; life < 3; life += 1) {
        await evictDurableObject(stub())
        expect(await take('a')).toBe(MINUTE_MS)
        clock.advance(20_000)
      }
      expect(await take('a')).toBeNull()
    },
  )

  it('counts the slots of a clock that was ahead once, over all evictions', async () => {
    clock.advance(5 * HOUR_MS)
    for (let count = 0; count < 4; count += 1) await take('a', TEAMS)
    clock.advance(1000)
    for (let count = 0; count < 2; count += 1) await take('a', TEAMS)
    clock.advance(-5 * HOUR_MS)
    await evictDurableObject(stub())
    const at = await take('a', TEAMS)
    clock.advance(30 * MINUTE_MS)
    await evictDurableObject(stub())
    expect(await take('a', TEAMS)).toBe(at)
  })

  it('holds a day at most, once, when a former version has stored it by a wrong clock', async () => {
    await pacer().hold(NOW + MINUTE_MS)
    const row = JSON.stringify({ holdUntil: NOW + 400 * DAY_MS, grants: [] })
    await runInDurableObject(stub(), (_, { storage }) => {
      storage.sql.exec('UPDATE pace SET state = ?', row)
    })
    await evictDurableObject(stub())
    expect(await take('a')).toBe(DAY_MS)
    clock.advance(DAY_MS / 2)
    await evictDurableObject(stub())
    expect(await take('a')).toBe(DAY_MS)
  })
})
