/**
 * The client of the directory: portals, the cron and `/healthz` ask it over RPC, and none of them waits long.
 * The list of portals is an object of its own. Every portal writes to it once a day, within minutes, and an
 * event that waits for a pin must not wait behind them.
 */
import type { DirectoryRemote } from './directory.ts'

/** The time for which the client waits for an answer, in milliseconds. */
const DIRECTORY_TIMEOUT_MS = 2000

/** The names of the two objects: of pins and pending installs, and of the list of portals. */
export type DirectoryName = 'directory' | 'portals'

/** The dependencies of the client. */
export interface DirectoryClientDeps {
  /**
   * Gives a new stub each time: one that failed once stays broken (docs/cloudflare.md, "Calling an object").
   */
  readonly directory: (name: DirectoryName) => DirectoryRemote
  /** Rejects when the work takes longer than `ms`. */
  readonly withTimeout: <T>(work: Promise<T>, ms: number) => Promise<T>
}

/** Creates the client. Each method rejects when the directory does not answer in time. */
export function createDirectoryClient({
  directory,
  withTimeout,
}: DirectoryClientDeps): DirectoryRemote {
  type Call<T> = (remote: DirectoryRemote) => Promise<T>
  async function ask<T>(name: DirectoryName, call: Call<T>): Promise<T> {
    // Inside of an async function a stub that cannot be made is a rejection, too.
    return await call(directory(name))
  }
  const reach = <T>(call: Call<T>) => withTimeout(ask('directory', call), DIRECTORY_TIMEOUT_MS)
  const reachList = <T>(call: Call<T>) => withTimeout(ask('portals', call), DIRECTORY_TIMEOUT_MS)
  return {
    pin: (...terms) => reach((remote) => remote.pin(...terms)),
    pinned: (...terms) => reach((remote) => remote.pinned(...terms)),
    holdDomain: (...terms) => reach((remote) => remote.holdDomain(...terms)),
    unpin: (...terms) => reach((remote) => remote.unpin(...terms)),
    notePending: (...terms) => reach((remote) => remote.notePending(...terms)),
    listPending: (...terms) => reach((remote) => remote.listPending(...terms)),
    noteMissing: (...terms) => reach((remote) => remote.noteMissing(...terms)),
    listMissing: () => reach((remote) => remote.listMissing()),
    notePortal: (...terms) => reachList((remote) => remote.notePortal(...terms)),
    notePortals: (...terms) => reachList((remote) => remote.notePortals(...terms)),
    noteReport: (...terms) => reachList((remote) => remote.noteReport(...terms)),
    listReports: (...terms) => reachList((remote) => remote.listReports(...terms)),
    listTold: () => reachList((remote) => remote.listTold()),
    portalsNamed: (...terms) => reachList((remote) => remote.portalsNamed(...terms)),
    sumMetrics: (...terms) => reachList((remote) => remote.sumMetrics(...terms)),
    sumReports: (...terms) => reachList((remote) => remote.sumReports(...terms)),
    beginOrder: (...terms) => reachList((remote) => remote.beginOrder(...terms)),
    nextOrdered: (...terms) => reachList((remote) => remote.nextOrdered(...terms)),
    noteRefused: (...terms) => reachList((remote) => remote.noteRefused(...terms)),
    listRefused: () => reachList((remote) => remote.listRefused()),
    beginRound: () => reachList((remote) => remote.beginRound()),
    nextVisits: (...terms) => reachList((remote) => remote.nextVisits(...terms)),
    listPortals: (...terms) => reachList((remote) => remote.listPortals(...terms)),
  }
}
