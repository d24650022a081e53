/** The directory as its callers meet it: nobody waits for it for long. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createDirectoryClient } from '../../src/objects/directory-client.ts'
import type { DirectoryRemote } from '../../src/objects/directory.ts'
import { aRefusedCaller } from '../support/builders/a-refused-caller.ts'
import { aReport } from '../support/builders/a-report.ts'
import { withTimeout } from '../../src/storage/with-timeout.ts'

const ACME = 'a'.repeat(32)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function aDirectory(answers: () => Promise<never>): DirectoryRemote {
  const call = () => answers()
  return {
    pin: call,
    pinned: call,
    unpin: call,
    holdDomain: call,
    notePending: call,
    listPending: call,
    noteMissing: call,
    listMissing: call,
    notePortal: call,
    notePortals: call,
    noteReport: call,
    listReports: call,
    portalsNamed: call,
    sumReports: call,
    beginOrder: call,
    nextOrdered: call,
    noteRefused: call,
    listRefused: call,
    beginRound: call,
    nextVisits: call,
    listPortals: call,
  }
}

it('ends every wait after 2 s', async () => {
  const silent = aDirectory(() => new Promise(() => undefined))
  const client = createDirectoryClient({ directory: () => silent, withTimeout })
  const asked = Promise.allSettled([
    client.pin('token', ACME),
    client.unpin('token', ACME),
    client.holdDomain('acme.bitrix24.com', ACME),
    client.notePending(ACME, null),
    client.listPending(1),
    client.noteMissing(ACME, null),
    client.listMissing(),
    client.notePortal(ACME, true),
    client.notePortals([ACME]),
    client.noteReport(ACME, aReport()),
    client.listReports({ after: '' }),
    client.portalsNamed('acme.bitrix24.com'),
    client.sumReports(1),
    client.beginOrder({ destination: 'erp', act: 'pause' }),
    client.nextOrdered(9, null),
    client.noteRefused(aRefusedCaller()),
    client.listRefused(),
    client.beginRound(),
    client.nextVisits(9),
    client.listPortals(''),
  ])
  await vi.advanceTimersByTimeAsync(2000)
  expect((await asked).map(({ status }) => status)).toEqual(Array(20).fill('rejected'))
})

it('keeps the list of portals in an object of its own', async () => {
  const names: string[] = []
  const client = createDirectoryClient({
    directory: (name) => {
      names.push(name)
      return aDirectory(() => Promise.reject(new Error('unused')))
    },
    withTimeout,
  })
  await Promise.allSettled([
    client.pin('token', ACME),
    client.notePending(ACME, null),
    client.listPending(1),
    client.noteMissing(ACME, null),
    client.listMissing(),
    client.notePortal(ACME, true),
    client.notePortals([ACME]),
    client.noteReport(ACME, aReport()),
    client.listReports({ after: '' }),
    client.portalsNamed('acme.bitrix24.com'),
    client.sumReports(1),
    client.beginOrder({ destination: 'erp', act: 'pause' }),
    client.nextOrdered(9, null),
    client.noteRefused(aRefusedCaller()),
    client.listRefused(),
    client.beginRound(),
    client.nextVisits(9),
    client.listPortals(''),
  ])
  expect(names).toEqual([...Array(5).fill('directory'), ...Array(13).fill('portals')])
})

it('rejects when the stub cannot be made', async () => {
  const client = createDirectoryClient({
    directory: () => {
      throw new Error('Network connection lost.')
    },
    withTimeout,
  })
  await expect(client.listPortals('')).rejects.toThrow('Network connection lost.')
})
