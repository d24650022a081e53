/** Portal values: stored sealed, open in memory only. */
import { expect, it } from 'vitest'
import { PortalValues } from '../../../src/portal/installs/values.ts'
import { createSealer, type Sealer } from '../../../src/storage/seal.ts'
import type { TokenKey } from '../../../src/storage/token-keys.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const KEY: TokenKey = { id: 'k1', key: new Uint8Array(32).fill(1) }
const OTHER_KEY: TokenKey = { id: 'k2', key: new Uint8Array(32).fill(2) }

/** The rows of one portal, and values over them. */
function aTable() {
  const table = new Map<string, string>()
  const rows = {
    loadValues: () => new Map(table),
    saveValue: (name: string, sealed: string | null) =>
      void (sealed === null ? table.delete(name) : table.set(name, sealed)),
  }
  const open = async (sealer: Sealer): Promise<PortalValues> => {
    const values = new PortalValues({ memberId: MEMBER_ID, rows, sealer })
    await values.load()
    return values
  }
  return { table, open }
}

it('stores a value sealed, and knows it after a restart', async () => {
  const { table, open } = aTable()
  const values = await open(createSealer([KEY]))
  expect(await values.set('TEAM', 'secret')).toBe(true)
  expect(table.get('TEAM')).toMatch(/^v1\.k1\./u)
  expect(values.all()).toEqual(new Map([['TEAM', 'secret']]))
  expect((await open(createSealer([KEY]))).all()).toEqual(new Map([['TEAM', 'secret']]))
})

it('opens no value that was copied to another name', async () => {
  const { table, open } = aTable()
  await (await open(createSealer([KEY]))).set('TEAM', 'secret')
  table.set('OTHER', table.get('TEAM') ?? '')
  expect((await open(createSealer([KEY]))).all().get('OTHER')).toBeNull()
})

it('knows the name of a value whose key is not configured', async () => {
  const { open } = aTable()
  await (await open(createSealer([KEY]))).set('TEAM', 'secret')
  expect((await open(createSealer([OTHER_KEY]))).all()).toEqual(new Map([['TEAM', null]]))
})

it('stores nothing when there is no key to seal with', async () => {
  const { table, open } = aTable()
  const values = await open(createSealer([]))
  expect(await values.set('TEAM', 'secret')).toBe(false)
  expect(table.size + values.all().size).toBe(0)
})

it('removes a value, and needs no key for that', async () => {
  const { table, open } = aTable()
  await (await open(createSealer([KEY]))).set('TEAM', 'secret')
  const values = await open(createSealer([]))
  expect(await values.set('TEAM', null)).toBe(true)
  expect(table.size + values.all().size).toBe(0)
})

it('forgets what it has in memory, and leaves the rows to the uninstall', async () => {
  const { table, open } = aTable()
  const values = await open(createSealer([KEY]))
  await values.set('TEAM', 'secret')
  values.clear()
  expect(values.all().size).toBe(0)
  expect(table.size).toBe(1)
})
