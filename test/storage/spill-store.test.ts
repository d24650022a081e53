import { env } from 'cloudflare:workers'
import { reset } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { SPILL_TTL_SECONDS, SpillStore, type SpillRecord } from '../../src/storage/spill-store.ts'
import { NOW } from '../support/time.ts'

const ACME = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)

const store = new SpillStore(env.INSTALLS)

afterEach(() => reset())

function aPlace(memberId: string, receivedAt: number, receipt: string) {
  return { memberId, receivedAt, receipt }
}

/** Everything that is spilled, of one portal or of all. */
async function listed(memberId: string | null = null): Promise<SpillRecord[]> {
  const all: SpillRecord[] = []
  for await (const page of store.pages(memberId)) all.push(...page)
  return all
}

describe('SpillStore', () => {
  it('keeps a request under the documented key, for 30 days', async () => {
    const before = Math.floor(Date.now() / 1000)
    await store.save(aPlace(ACME, NOW, 'receipt-1'), 'value')
    const { keys } = await env.INSTALLS.list()
    const [key] = keys
    expect(keys.map(({ name }) => name)).toEqual([`spill:${ACME}:1790000000000:receipt-1`])
    expect(SPILL_TTL_SECONDS).toBe(30 * 24 * 3600)
    expect(key?.expiration).toBeGreaterThanOrEqual(before + SPILL_TTL_SECONDS)
    expect(key?.expiration).toBeLessThanOrEqual(before + SPILL_TTL_SECONDS + 60)
  })

  it('lists by portal and by time of receipt', async () => {
    const places = [
      aPlace(OTHER, NOW + 1, 'r4'),
      aPlace(ACME, NOW + 20, 'r3'),
      aPlace(ACME, NOW + 3, 'r2'),
      aPlace(ACME, 1_690_000_000_009, 'r1'),
    ]
    for (const place of places) await store.save(place, place.receipt)
    await env.INSTALLS.put(`install:${ACME}`, '{}')
    const all = await listed()
    expect(all.map(({ receipt }) => receipt)).toEqual(['r1', 'r2', 'r3', 'r4'])
    expect(all[0]).toEqual({
      key: `spill:${ACME}:1690000000009:r1`,
      memberId: ACME,
      receivedAt: 1_690_000_000_009,
      receipt: 'r1',
    })
    const own = await listed(OTHER)
    expect(own.map(({ receipt }) => receipt)).toEqual(['r4'])
  })

  it('takes no portal for another whose id begins alike', async () => {
    await store.save(aPlace(`${ACME}0`, 1, 'r'), 'x')
    expect(await listed(ACME)).toEqual([])
  })

  it('loads a value and removes it', async () => {
    await store.save(aPlace(ACME, 1, 'r'), 'value with "quotes" and \u20ac')
    const [record] = await listed()
    if (record === undefined) throw new Error('Cannot find the record')
    expect(await store.load(record)).toBe('value with "quotes" and \u20ac')
    await store.remove(record)
    expect(await store.load(record)).toBeNull()
    expect(await listed()).toEqual([])
  })

  it('moves a refused request to the documented key, with its facts, for 30 days', async () => {
    const before = Math.floor(Date.now() / 1000)
    const facts = { kind: 'append', event: 'ONCRMDEALUPDATE', reason: 'untrusted' } as const
    await store.save(aPlace(ACME, NOW, 'r'), 'value')
    const [record] = await listed()
    if (record === undefined) throw new Error('Cannot find the record')
    await store.refuse(record, 'value', { ...facts, refusedAt: NOW + 1 })
    const { keys } = await env.INSTALLS.list()
    expect(keys.map(({ name }) => name)).toEqual([`refused:${ACME}:${NOW}:r`])
    const ttl = (keys[0]?.expiration ?? 0) - before
    expect(ttl).toBeGreaterThanOrEqual(30 * 24 * 3600)
    expect(ttl).toBeLessThanOrEqual(SPILL_TTL_SECONDS + 60)
    const pages: unknown[] = []
    for await (const page of store.refusedPages(ACME)) pages.push(...page)
    const key = `refused:${ACME}:${NOW}:r`
    const place = { key, memberId: ACME, receivedAt: NOW, receipt: 'r' }
    expect(pages).toEqual([{ ...place, ...facts, refusedAt: NOW + 1 }])
  })

  it('shows a refused request whose facts it cannot read', async () => {
    await env.INSTALLS.put(`refused:${ACME}:${NOW}:r`, 'value', { metadata: { kind: 'later' } })
    const { value: page } = await store.refusedPages(ACME).next()
    expect(page).toMatchObject([{ receipt: 'r', reason: 'unreadable' }])
  })

  it('passes over a key that is not of its form', async () => {
    await env.INSTALLS.put('spill:stray', 'x')
    await store.save(aPlace(ACME, 1, 'r'), 'x')
    expect((await listed()).map(({ memberId }) => memberId)).toEqual([ACME])
  })

  it('rejects when KV refuses, so that the caller knows', async () => {
    // 512 bytes are the most of a key.
    await expect(store.save(aPlace(ACME, 1, 'r'.repeat(600)), 'x')).rejects.toThrow(/512|key/i)
  })
})
