/** The first page of what KV holds for a portal: all of it, or a part that is large enough for a person. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { countSpilled, listRefusedRequests } from '../../../src/edge/spill/first-pages.ts'
import { SpillStore } from '../../../src/storage/spill-store.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { withPageLimit } from '../../support/storage/kv.ts'
import { NOW } from '../../support/time.ts'

const ONE = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)

let scenario: RelayScenario

beforeEach(async () => {
  scenario = new RelayScenario()
  const store = new SpillStore(env.INSTALLS)
  const spill = (memberId: string, n: number) =>
    store.save({ memberId, receivedAt: NOW + n, receipt: `receipt-${n}` }, 'a value')
  for (const n of [6, 1, 2, 3, 4, 5]) await spill(ONE, n)
  await spill(OTHER, 7)
  for await (const records of store.pages(ONE)) {
    const facts = { kind: 'install', event: null, reason: 'untrusted', refusedAt: NOW } as const
    for (const record of records.slice(3)) await store.refuse(record, 'a value', facts)
  }
})

afterEach(() => scenario.close())

it('tells the waiting requests of one portal from its refused ones, and from those of others', async () => {
  const store = new SpillStore(env.INSTALLS)
  const refused = (await listRefusedRequests(store, ONE)).map(({ receipt }) => receipt)
  expect({ spilled: await countSpilled(store, ONE), refused }).toEqual({
    spilled: 3,
    refused: ['receipt-4', 'receipt-5', 'receipt-6'],
  })
  expect(await countSpilled(store, OTHER)).toBe(1)
  expect(await listRefusedRequests(store, OTHER)).toEqual([])
  expect(await countSpilled(store, 'c'.repeat(32))).toBe(0)
})

it('reads one page of each, however many wait', async () => {
  const store = new SpillStore(withPageLimit(2))
  expect(await countSpilled(store, ONE)).toBe(2)
  expect((await listRefusedRequests(store, ONE)).map(({ receipt }) => receipt)).toEqual([
    'receipt-4',
    'receipt-5',
  ])
})
