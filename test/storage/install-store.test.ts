import { env } from 'cloudflare:workers'
import { reset } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { InstallStore, type KvInstall } from '../../src/storage/install-store.ts'
import { watchKv } from '../support/storage/kv.ts'
import { NOW } from '../support/time.ts'
import { MEMBER_ID } from '../support/identity.ts'

const HASH = 'a'.repeat(64)
const OTHER = 'b'.repeat(64)

const store = new InstallStore(env.INSTALLS)

afterEach(() => reset())

function aRecord(changes: Partial<KvInstall> = {}): KvInstall {
  return {
    version: 1,
    generation: 3,
    hashes: [
      { hash: HASH, until: null },
      { hash: OTHER, until: NOW },
    ],
    tokens: 'v1.k1.iv.sealed',
    systemTokens: null,
    domain: 'acme.bitrix24.com',
    ...changes,
  }
}

describe('InstallStore', () => {
  it('loads what it saved, under the documented key', async () => {
    await store.save(MEMBER_ID, aRecord())
    expect(await store.load(MEMBER_ID)).toEqual(aRecord())
    expect(JSON.parse((await env.INSTALLS.get(`install:${MEMBER_ID}`)) ?? '')).toEqual(aRecord())
  })

  it('knows nothing of a portal without a record', async () => {
    expect(await store.load(MEMBER_ID)).toBeNull()
  })

  it('overwrites and removes', async () => {
    await store.save(MEMBER_ID, aRecord())
    await store.save(MEMBER_ID, aRecord({ generation: 4 }))
    expect((await store.load(MEMBER_ID))?.generation).toBe(4)
    await store.remove(MEMBER_ID)
    expect(await store.load(MEMBER_ID)).toBeNull()
  })

  it.each([
    'null',
    '[]',
    '"text"',
    '{}',
    JSON.stringify({ ...aRecord(), version: 2 }),
    JSON.stringify({ ...aRecord(), hashes: [{ hash: 1, until: null }] }),
    JSON.stringify({ ...aRecord(), hashes: undefined }),
  ])('takes %s for none, so that the object is asked', async (text) => {
    await env.INSTALLS.put(`install:${MEMBER_ID}`, text)
    expect(await store.load(MEMBER_ID)).toBeNull()
  })

  it('takes fields that a later version adds', async () => {
    await env.INSTALLS.put(`install:${MEMBER_ID}`, JSON.stringify({ ...aRecord(), later: true }))
    expect(await store.load(MEMBER_ID)).toEqual(aRecord())
  })

  it('lists the portals, and no spilled request', async () => {
    const members = ['1', '2', '3'].map((digit) => digit.repeat(32))
    await Promise.all(members.map((member) => store.save(member, aRecord())))
    await env.INSTALLS.put(`spill:${MEMBER_ID}:1:receipt`, 'x')
    const pages: (readonly string[])[] = []
    for await (const page of store.memberIdPages()) pages.push(page)
    expect(pages).toEqual([members])
  })
})

describe('a namespace that never answers', () => {
  const silent = new InstallStore(watchKv([], ['get', 'put', 'delete', 'list']).kv)
  const work: readonly [string, number, () => Promise<unknown>][] = [
    ['a read', 1000, () => silent.load(MEMBER_ID)],
    ['a write', 5000, () => silent.save(MEMBER_ID, aRecord())],
    ['a removal', 5000, () => silent.remove(MEMBER_ID)],
    ['a list', 5000, () => silent.memberIdPages().next()],
  ]

  it.each(work)('ends %s after %i ms', async (_, ms, begin) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      let outcome: unknown = 'open'
      begin().catch((error: unknown) => {
        outcome = error
      })
      await vi.advanceTimersByTimeAsync(ms - 1)
      expect(outcome).toBe('open')
      await vi.advanceTimersByTimeAsync(1)
      expect(outcome).toEqual(new Error('Cannot wait any longer for KV'))
    } finally {
      vi.useRealTimers()
    }
  })
})
