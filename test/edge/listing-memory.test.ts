import { describe, expect, it } from 'vitest'
import { ListingMemory, MISSING_TIMES, PENDING_TIMES } from '../../src/edge/listing-memory.ts'
import type { PendingListing } from '../../src/objects/directory-store.ts'
import { NOW } from '../support/time.ts'

const LISTING = {
  memberId: 'a'.repeat(32),
  domain: 'acme.bitrix24.com',
  clientId: 'local.1',
  expiresAt: NOW + 1000,
}

/** A memory over a directory that counts its reads. */
function aMemory(times = PENDING_TIMES) {
  const listings: readonly PendingListing[] = [LISTING]
  const memory = new ListingMemory<PendingListing>(times)
  const seen = { reads: 0, isDown: false }
  const read = () => {
    seen.reads += 1
    return seen.isDown
      ? Promise.reject(new Error('Network connection lost.'))
      : Promise.resolve(listings)
  }
  return { memory, seen, at: (ms: number) => memory.list(read, NOW + ms) }
}

describe('ListingMemory', () => {
  it.each([
    ['the pending installs', PENDING_TIMES, 2000],
    ['the missing events', MISSING_TIMES, 10_000],
  ])('reads %s once in its time, however often it is asked', async (_, times, holdMs) => {
    const { seen, at } = aMemory(times)
    for (const ms of [0, 1, holdMs - 1]) expect(await at(ms)).toEqual([LISTING])
    expect(seen.reads).toBe(1)
    await at(holdMs)
    expect(seen.reads).toBe(2)
  })

  it('lets nobody wait for the read of another one', async () => {
    const { memory } = aMemory()
    void memory.list(() => new Promise(() => undefined), NOW)
    expect(await memory.list(() => Promise.resolve([LISTING]), NOW + 1)).toEqual([])
  })

  it('reads sooner while an installation has just become pending', async () => {
    const { memory, seen, at } = aMemory()
    await at(0)
    memory.expectNews(NOW)
    await at(PENDING_TIMES.newsMs - 1)
    expect(seen.reads).toBe(1)
    await at(PENDING_TIMES.newsMs)
    expect(seen.reads).toBe(2)
  })

  it('keeps the former list while the directory cannot be reached', async () => {
    const { seen, at } = aMemory()
    await at(0)
    seen.isDown = true
    expect(await at(PENDING_TIMES.holdMs)).toEqual([LISTING])
  })

  it('reads again when the clock has gone back', async () => {
    const { seen, at } = aMemory()
    await at(60_000)
    await at(0)
    expect(seen.reads).toBe(2)
  })
})
