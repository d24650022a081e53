/** The client of the directory: portals, the cron and `/healthz` ask it over RPC, and none of them waits long. */
import type { DirectoryRemote } from './directory.ts'

/** How long the client waits for an answer, in milliseconds. */
export const DIRECTORY_TIMEOUT_MS = 2000

/** The dependencies of the client. */
export interface DirectoryClientDeps {
  /**
   * Gives a new stub each time: one that failed once stays broken (docs/cloudflare.md, "Calling an object").
   */
  readonly directory: () => DirectoryRemote
  /** Rejects when the work takes longer than `ms`. */
  readonly withTimeout: <T>(work: Promise<T>, ms: number) => Promise<T>
}

/** Creates the client. Each method rejects when the directory does not answer in time. */
export function createDirectoryClient({
  directory,
  withTimeout,
}: DirectoryClientDeps): DirectoryRemote {
  async function ask<T>(call: (remote: DirectoryRemote) => Promise<T>): Promise<T> {
    // Inside of an async function a stub that cannot be made is a rejection, too.
    return await call(directory())
  }
  const reach = <T>(call: (remote: DirectoryRemote) => Promise<T>) =>
    withTimeout(ask(call), DIRECTORY_TIMEOUT_MS)
  return {
    pin: (...terms) => reach((remote) => remote.pin(...terms)),
    notePending: (...terms) => reach((remote) => remote.notePending(...terms)),
    listPending: (...terms) => reach((remote) => remote.listPending(...terms)),
    notePortal: (...terms) => reach((remote) => remote.notePortal(...terms)),
    listPortals: (...terms) => reach((remote) => remote.listPortals(...terms)),
  }
}
