/** The rows of the directory, over the SQLite of a real object. */
import { reset } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import {
  DirectoryStore,
  MAX_MISSING_LISTED,
  MAX_PENDING_LISTED,
  NOBODY,
  PORTALS_PAGE,
  type PendingListing,
} from '../../src/objects/directory-store.ts'
import { withDatabase } from '../support/storage/object-database.ts'
import { NOW } from '../support/time.ts'
import { memberIdOf } from '../support/identity.ts'

const ACME = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)

afterEach(() => reset())

/** Runs the work over an empty directory. */
function withStore<T>(work: (store: DirectoryStore) => T): Promise<T> {
  return withDatabase((db) => work(new DirectoryStore(db, () => {})))
}

function aListing(changes: Partial<PendingListing> = {}): PendingListing {
  return {
    memberId: ACME,
    domain: 'acme.bitrix24.com',
    clientId: 'local.1',
    expiresAt: NOW + 1000,
    ...changes,
  }
}

describe('pin()', () => {
  it('gives a token to the first portal, whoever asks later', async () => {
    const owners = await withStore((store) => [
      store.pin('token-1', ACME),
      store.pin('token-1', OTHER),
      store.pin('token-1', ACME),
      store.pin('token-2', OTHER),
    ])
    expect(owners).toEqual([ACME, ACME, ACME, OTHER])
  })
})

describe('listPending()', () => {
  it('lists what was saved, the listing that lasts longest first', async () => {
    const early = aListing()
    const late = aListing({ memberId: OTHER, expiresAt: NOW + 2000 })
    const listed = await withStore((store) => {
      store.savePending(early)
      store.savePending(late)
      return store.listPending(NOW)
    })
    expect(listed).toEqual([late, early])
  })

  it('holds one listing of a portal, the latest', async () => {
    const latest = aListing({ clientId: 'local.2' })
    const listed = await withStore((store) => {
      store.savePending(aListing())
      store.savePending(latest)
      return store.listPending(NOW)
    })
    expect(listed).toEqual([latest])
  })

  it('lists none whose time is over, at that very moment', async () => {
    const { expiresAt } = aListing()
    const seen = await withStore((store) => {
      store.savePending(aListing())
      const before = store.listPending(expiresAt - 1).length
      const then = store.listPending(expiresAt).length
      // It is removed, and not only left out.
      return [before, then, store.listPending(NOW).length]
    })
    expect(seen).toEqual([1, 0, 0])
  })

  it('lists none that was removed', async () => {
    const listed = await withStore((store) => {
      store.savePending(aListing())
      store.removePending(OTHER)
      store.removePending(ACME)
      return store.listPending(NOW)
    })
    expect(listed).toEqual([])
  })

  it('keeps the 20 that last longest', async () => {
    const all = Array.from({ length: MAX_PENDING_LISTED + 1 }, (_, index) =>
      aListing({ memberId: memberIdOf(index), expiresAt: NOW + 1 + index }),
    )
    const listed = await withStore((store) => {
      for (const listing of all) store.savePending(listing)
      return store.listPending(NOW)
    })
    expect(MAX_PENDING_LISTED).toBe(20)
    expect(listed).toEqual(all.slice(1).toReversed())
  })
})

describe('nextVisits()', () => {
  it('gives each portal once in a round, some at a time, and none without a round', async () => {
    const visits = await withStore((store) => {
      store.savePortals([OTHER, ACME])
      const before = store.nextVisits(1)
      store.beginRound()
      return [before, ...Array.from({ length: 4 }, () => store.nextVisits(1))]
    })
    expect(visits).toEqual([[], [ACME], [OTHER], [], []])
  })

  it('begins anew with each round, and takes in who is listed meanwhile', async () => {
    const visits = await withStore((store) => {
      store.savePortals([ACME])
      store.beginRound()
      const first = store.nextVisits(1)
      store.savePortal(OTHER, true)
      const second = store.nextVisits(1)
      store.beginRound()
      return [first, second, store.nextVisits(9)]
    })
    expect(visits).toEqual([[ACME], [OTHER], [ACME, OTHER]])
  })
})

describe('listPortals()', () => {
  it('lists each portal once, in order, behind the one that is named', async () => {
    const listed = await withStore((store) => {
      for (const memberId of [OTHER, ACME, OTHER]) store.savePortal(memberId, true)
      return [store.listPortals(''), store.listPortals(ACME), store.listPortals(OTHER)]
    })
    expect(listed).toEqual([[ACME, OTHER], [OTHER], []])
  })

  it('gives a page at most', async () => {
    const pages = await withStore((store) => {
      for (let index = 0; index <= PORTALS_PAGE; index += 1) {
        store.savePortal(memberIdOf(index), true)
      }
      const first = store.listPortals('')
      return [first.length, store.listPortals(first.at(-1) ?? '').length]
    })
    expect(pages).toEqual([1000, 1])
  })

  it('ends a line, and stores nothing for one that never stood', async () => {
    const listed = await withStore((store) => {
      store.savePortal(ACME, false)
      store.savePortal(OTHER, true)
      store.savePortal(OTHER, false)
      return store.listPortals('')
    })
    expect(listed).toEqual([])
  })
})

describe('a damaged row', () => {
  const BYTES = `x'00ff'`

  /** Runs the work over a directory whose row was damaged by the statement, with what was logged. */
  async function overDamaged<T>(statement: string, work: (store: DirectoryStore) => T) {
    const logged: unknown[] = []
    const answer = await withDatabase((db) => {
      const logLine = (_: unknown, event: string, fields: unknown) =>
        void logged.push([event, fields])
      const store = new DirectoryStore(db, logLine)
      store.pin('token-1', ACME)
      store.holdDomain('acme.bitrix24.com', ACME)
      store.savePending(aListing())
      store.savePending(aListing({ memberId: OTHER }))
      store.savePortal(ACME, true)
      store.savePortal(OTHER, true)
      db.all(statement)
      return work(store)
    })
    return { answer, logged }
  }

  it('of a pin belongs to nobody, so that no stranger claims the token, and is told', async () => {
    const seen = await overDamaged(`UPDATE pins SET member_id = ${BYTES}`, (store) => [
      store.pin('token-1', OTHER),
      store.pinned('token-1'),
      store.pin('token-2', OTHER),
      store.pinned('token-3'),
    ])
    expect(seen.answer).toEqual([NOBODY, NOBODY, OTHER, null])
    expect(seen.logged).toContainEqual(['directory_damaged', { table: 'pins' }])
  })

  it('of a pin is gone once the operator has removed it', async () => {
    const seen = await overDamaged(`UPDATE pins SET member_id = ${BYTES}`, (store) => {
      store.unpin('token-1', ACME)
      return [store.pinned('token-1'), store.pin('token-1', OTHER)]
    })
    expect(seen).toEqual({ answer: [null, OTHER], logged: [] })
  })

  it('of a domain begins anew with the portal that asks, and is told once', async () => {
    const seen = await overDamaged(`UPDATE domains SET member_id = ${BYTES}`, (store) => [
      store.holdDomain('acme.bitrix24.com', OTHER),
      store.holdDomain('acme.bitrix24.com', ACME),
    ])
    expect(seen).toEqual({
      answer: [OTHER, OTHER],
      logged: [['directory_damaged', { table: 'domains' }]],
    })
  })

  it.each(['domain', 'client_id', 'expires_at'])(
    'of a pending install, in its %s, is left out and removed, and the others are listed',
    async (column) => {
      const statement = `UPDATE pending SET ${column} = ${BYTES} WHERE member_id = '${ACME}'`
      const seen = await overDamaged(statement, (store) => [
        store.listPending(NOW),
        store.listPending(NOW),
      ])
      const left = [aListing({ memberId: OTHER })]
      expect(seen).toEqual({
        answer: [left, left],
        logged: [['directory_damaged', { table: 'pending' }]],
      })
    },
  )

  it('of the list of portals is no portal, and the pages have an end', async () => {
    const statement = `UPDATE portals SET member_id = ${BYTES} WHERE member_id = '${ACME}'`
    const seen = await overDamaged(statement, (store) => [
      store.listPortals(''),
      store.listPortals(OTHER),
    ])
    expect(seen.answer).toEqual([[OTHER], []])
  })
})

it('a question stores nothing, not even a table', async () => {
  const tables = await withDatabase((db) => {
    const store = new DirectoryStore(db, () => {})
    store.listPending(NOW)
    store.pinned('token-1')
    store.removePending(ACME)
    store.listPortals('')
    store.savePortal(ACME, false)
    return db.all(`SELECT name FROM sqlite_master WHERE name IN ('pins', 'pending', 'portals')`)
  })
  expect(tables).toEqual([])
})

describe('listMissing()', () => {
  const line = { domain: 'acme.bitrix24.com', events: 'OnTaskAdd (no_scope)' }

  it('has the last line of each portal', async () => {
    const lists = await withStore((store) => {
      const before = store.listMissing()
      store.saveMissing(OTHER, null)
      store.saveMissing(ACME, { ...line, events: 'another' })
      store.saveMissing(ACME, line)
      const listed = store.listMissing()
      store.saveMissing(ACME, null)
      return [before, listed, store.listMissing()]
    })
    expect(lists).toEqual([[], [line], []])
  })

  it('is short, and leaves a damaged line out', async () => {
    const listed = await withDatabase((db) => {
      const store = new DirectoryStore(db, () => {})
      for (let portal = 0; portal < 60; portal += 1) store.saveMissing(`portal ${portal}`, line)
      const { length } = store.listMissing()
      db.all("UPDATE missing_events SET events = x'00'")
      return [length, store.listMissing()]
    })
    expect(listed).toEqual([MAX_MISSING_LISTED, []])
  })
})
