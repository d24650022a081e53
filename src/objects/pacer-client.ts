/**
 * The client of the pacers: a portal's object names the receiver's URL, and the pacer of that URL is asked
 * over RPC.
 */
import type { PaceWindow } from '../core/pace/pace-window.ts'
import type { NamePacer } from '../storage/pacer-name.ts'
import type { Pacer } from './pacer.ts'
import type { Remote } from './remote.ts'

/** The time for which the client waits for an answer, in milliseconds. */
const PACER_TIMEOUT_MS = 2000

/** Asks the pacer of a URL. The URL itself, a secret, never leaves the caller. */
export interface PacerClient {
  /**
   * Takes a slot for a waiter (null: go now), or tells when to come again (unix milliseconds). Rejects when
   * there is no answer within 2 s; the slot may be spent nevertheless.
   */
  take(paceKey: string, waiter: string, windows: readonly PaceWindow[]): Promise<number | null>
  /** Stops everybody until that time (unix milliseconds, at most 24 hours away). Rejects as `take` does. */
  hold(paceKey: string, until: number): Promise<void>
}

/** The RPC methods of a pacer. */
export type PacerRemote = Remote<Pacer, 'take' | 'hold'>

/** The dependencies of the client. */
export interface PacerClientDeps {
  readonly namePacer: NamePacer
  /**
   * Gives a new stub each time: one that failed once stays broken (docs/cloudflare.md, "Calling an object").
   */
  readonly pacers: (name: string) => PacerRemote
  /** Rejects when the work takes longer than `ms`. */
  readonly withTimeout: <T>(work: Promise<T>, ms: number) => Promise<T>
}

/** Creates the client of all pacers. */
export function createPacerClient(deps: PacerClientDeps): PacerClient {
  async function ask<T>(paceKey: string, call: (pacer: PacerRemote) => Promise<T>): Promise<T> {
    const name = await deps.namePacer(paceKey)
    return await call(deps.pacers(name))
  }
  async function reach<T>(work: Promise<T>): Promise<T> {
    try {
      return await deps.withTimeout(work, PACER_TIMEOUT_MS)
    } catch (cause) {
      throw new Error('Cannot reach the pacer', { cause })
    }
  }
  return {
    take: (paceKey, waiter, windows) => reach(ask(paceKey, (pacer) => pacer.take(waiter, windows))),
    hold: (paceKey, until) => reach(ask(paceKey, (pacer) => pacer.hold(until))),
  }
}
