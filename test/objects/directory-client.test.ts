/** The directory as its callers meet it: nobody waits for it for long. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createDirectoryClient, type DirectoryName } from '../../src/objects/directory-client.ts'
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
    listTold: call,
    portalsNamed: call,
    sumMetrics: call,
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

type Call = (directory: DirectoryRemote) => Promise<unknown>

/** Every call of the directory, with the object that answers it. */
const CALLS: Readonly<Record<keyof DirectoryRemote, readonly [DirectoryName, Call]>> = {
  pin: ['directory', (directory) => directory.pin('token', ACME)],
  pinned: ['directory', (directory) => directory.pinned('token')],
  unpin: ['directory', (directory) => directory.unpin('token', ACME)],
  holdDomain: ['directory', (directory) => directory.holdDomain('acme.bitrix24.com', ACME)],
  notePending: ['directory', (directory) => directory.notePending(ACME, null)],
  listPending: ['directory', (directory) => directory.listPending(1)],
  noteMissing: ['directory', (directory) => directory.noteMissing(ACME, null)],
  listMissing: ['directory', (directory) => directory.listMissing()],
  notePortal: ['portals', (directory) => directory.notePortal(ACME, true)],
  notePortals: ['portals', (directory) => directory.notePortals([ACME])],
  noteReport: ['portals', (directory) => directory.noteReport(ACME, aReport())],
  listReports: ['portals', (directory) => directory.listReports({ after: '' })],
  listTold: ['portals', (directory) => directory.listTold()],
  portalsNamed: ['portals', (directory) => directory.portalsNamed('acme.bitrix24.com')],
  sumMetrics: ['portals', (directory) => directory.sumMetrics(1)],
  sumReports: ['portals', (directory) => directory.sumReports(1)],
  beginOrder: [
    'portals',
    (directory) => directory.beginOrder({ destination: 'erp', act: 'pause' }),
  ],
  nextOrdered: ['portals', (directory) => directory.nextOrdered(9, null)],
  noteRefused: ['portals', (directory) => directory.noteRefused(aRefusedCaller())],
  listRefused: ['portals', (directory) => directory.listRefused()],
  beginRound: ['portals', (directory) => directory.beginRound()],
  nextVisits: ['portals', (directory) => directory.nextVisits(9)],
  listPortals: ['portals', (directory) => directory.listPortals('')],
}

it.each(Object.entries(CALLS))(
  '%s asks the right object, and waits 2 s at most',
  async (_, [object, call]) => {
    const names: string[] = []
    const client = createDirectoryClient({
      directory: (name) => {
        names.push(name)
        return aDirectory(() => new Promise(() => undefined))
      },
      withTimeout,
    })
    const asked = Promise.allSettled([call(client)])
    await vi.advanceTimersByTimeAsync(1999)
    expect(await Promise.race([asked, Promise.resolve('waits')])).toBe('waits')
    await vi.advanceTimersByTimeAsync(1)
    expect(await asked).toMatchObject([{ status: 'rejected' }])
    expect(names).toEqual([object])
  },
)

it('rejects when the stub cannot be made', async () => {
  const client = createDirectoryClient({
    directory: () => {
      throw new Error('Network connection lost.')
    },
    withTimeout,
  })
  await expect(client.listPortals('')).rejects.toThrow('Network connection lost.')
})
