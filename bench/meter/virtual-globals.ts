/**
 * Puts virtual time behind the globals of the runtime, so that the relay's own composition runs unchanged:
 * `Date.now`, timers and `fetch`. A timer or a request of a portal's object keeps that object awake until it
 * is over.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { VirtualTime } from '../../test/simulation/machine/virtual-time.ts'
import { runningObject } from './metered-object.ts'

/** Starts a timer; the answer takes it back. */
type StartTimer = (ms: number, work: () => void) => () => void

/** Takes over the globals for one virtual time. */
export function takeOverGlobals(
  time: VirtualTime,
  {
    send,
    onTrouble,
  }: {
    /** The network. */
    readonly send: typeof fetch
    /** Takes each line that the relay logs as a warning or an error. */
    readonly onTrouble: (line: string) => void
  },
): void {
  const start: StartTimer = (ms, work) => {
    const release = runningObject()?.hold()
    // What the timer calls belongs to the object that has set it.
    const bound = AsyncLocalStorage.bind(work)
    const cancel = time.after(ms, () => {
      bound()
      release?.()
    })
    return () => {
      cancel()
      release?.()
    }
  }
  Date.now = time.now
  Object.assign(globalThis, {
    ...timersBy(start),
    fetch: (...request: Parameters<typeof fetch>) => {
      const object = runningObject()
      return object === undefined ? send(...request) : object.leaves(() => send(...request))
    },
  })
  Object.defineProperty(scheduler, 'wait', { configurable: true, value: waitBy(start) })
  Object.defineProperty(AbortSignal, 'timeout', { configurable: true, value: timeoutBy(start) })
  Object.assign(console, { info: () => {}, warn: onTrouble, error: onTrouble })
}

function timersBy(start: StartTimer) {
  const timers = new Map<number, () => void>()
  let last = 0
  return {
    setTimeout: (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): number => {
      const id = (last += 1)
      const cancel = start(ms, () => {
        timers.delete(id)
        work(...args)
      })
      timers.set(id, cancel)
      return id
    },
    clearTimeout: (id: number | undefined): void => {
      if (id === undefined) return
      timers.get(id)?.()
      timers.delete(id)
    },
  }
}

/** `scheduler.wait`: an abort ends the wait with a rejection. */
function waitBy(start: StartTimer) {
  return (ms: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> =>
    new Promise((resolve, reject) => {
      const abort = () => reject(new DOMException('The wait was aborted', 'AbortError'))
      if (signal?.aborted === true) return abort()
      const cancel = start(ms, resolve)
      signal?.addEventListener('abort', () => {
        cancel()
        abort()
      })
    })
}

/** `AbortSignal.timeout`, whose timer nobody can end. */
function timeoutBy(start: StartTimer) {
  return (ms: number): AbortSignal => {
    const abort = new AbortController()
    start(ms, () => abort.abort(new DOMException('The time is over', 'TimeoutError')))
    return abort.signal
  }
}
