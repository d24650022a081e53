/** The directory knows which portals are not bound to every event, for `/healthz`. */
import { beforeEach, expect, it } from 'vitest'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { MissingEventsListing } from '../../../src/portal/installs/missing-events-listing.ts'
import type { MissingListing } from '../../../src/objects/directory-store.ts'
import { INSTALLED } from '../../support/builders/a-shown-portal.ts'

let install: InstallState
let told: (MissingListing | null)[]
let fails: boolean

beforeEach(() => {
  install = { ...NO_INSTALL, ...INSTALLED }
  told = []
  fails = false
})

function aListing(): MissingEventsListing {
  const listing = new MissingEventsListing({
    memberId: 'a'.repeat(32),
    state: { install: () => install },
    world: { logLine: () => {} },
    directory: {
      noteMissing: async (_, line) => {
        if (fails) throw new Error('down')
        told.push(line)
      },
    },
  })
  listing.load()
  return listing
}

function misses(...events: string[]): void {
  const missingBecause = events.map(
    (event) => ({ event, reason: 'no_scope', detail: null }) as const,
  )
  const subscriptions = { ...NO_INSTALL.subscriptions, missing: events, missingBecause }
  install = { ...install, subscriptions }
}

it('tells a change, once, and asks the directory nothing while nothing is missing', async () => {
  const listing = aListing()
  await listing.follow()
  await listing.renew()
  expect(told).toEqual([])
  misses('ONTASKADD')
  await listing.follow()
  await listing.follow()
  const line = { domain: INSTALLED.application.domain, events: 'OnTaskAdd (no_scope)' }
  expect(told).toEqual([line])
  install = { ...install, application: null }
  await listing.follow()
  expect(told).toEqual([line, null])
})

it('says it again each day, and after a failure', async () => {
  misses('ONTASKADD')
  const listing = aListing()
  await listing.follow()
  expect(told).toEqual([])
  await listing.renew()
  expect(told).toHaveLength(1)
  misses()
  fails = true
  await listing.follow()
  fails = false
  await listing.follow()
  expect(told).toHaveLength(2)
})

it('names ten of them at most', async () => {
  const listing = aListing()
  misses(...Array.from({ length: 12 }, (_, index) => `MODULE.E${index}`))
  await listing.follow()
  expect(told[0]?.events).toMatch(/MODULE\.E9 \(no_scope\), 2 more$/)
})
