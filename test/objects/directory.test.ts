/** The directory as portals and the edge call it, over RPC. */
import { env } from 'cloudflare:workers'
import { evictDurableObject, reset } from 'cloudflare:test'
import { afterEach, expect, it } from 'vitest'
import { NOW } from '../support/time.ts'

const ACME = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)
const LISTING = {
  memberId: ACME,
  domain: 'acme.bitrix24.com',
  clientId: 'local.1',
  expiresAt: NOW + 1000,
}

afterEach(() => reset())

function directory() {
  return env.DIRECTORY.getByName('directory')
}

it('keeps pins and listings over an eviction', async () => {
  expect(await directory().pin('token-1', ACME)).toBe(ACME)
  await directory().notePending(ACME, LISTING)
  await evictDurableObject(directory())
  expect(await directory().pin('token-1', OTHER)).toBe(ACME)
  expect(await directory().listPending(NOW)).toEqual([LISTING])
})

it('takes a pin from the portal that has it, and from no other', async () => {
  await directory().unpin('token-1', ACME)
  await directory().pin('token-1', ACME)
  await directory().unpin('token-1', OTHER)
  expect(await directory().pin('token-1', OTHER)).toBe(ACME)
  await directory().unpin('token-1', ACME)
  expect(await directory().pin('token-1', OTHER)).toBe(OTHER)
})

it('removes the listing of a portal that notes none', async () => {
  await directory().notePending(ACME, LISTING)
  await directory().notePending(OTHER, null)
  expect(await directory().listPending(NOW)).toEqual([LISTING])
  await directory().notePending(ACME, null)
  expect(await directory().listPending(NOW)).toEqual([])
})
