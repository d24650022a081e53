/** The bindings of the relay with a meter: KV in virtual time, the portal's object, and its neighbours. */
import type { VirtualKv } from '../../test/simulation/machine/kv.ts'
import type { Counts } from '../cost/counts.ts'
import { runningObject, type MeteredObject } from './metered-object.ts'

const COUNTED_BY = {
  get: 'kvReads',
  put: 'kvWrites',
  delete: 'kvDeletes',
  list: 'kvLists',
} as const satisfies Readonly<Record<string, keyof Counts>>

/** Counts every operation of KV. One that the portal's object asks for keeps it awake. */
export function meterKv(kv: VirtualKv, counts: Counts): unknown {
  const binding: Readonly<Record<string, unknown>> = kv.binding()
  return new Proxy(binding, {
    get: (target, method) => {
      const work = target[String(method)]
      if (!(String(method) in COUNTED_BY) || typeof work !== 'function') {
        throw new Error(`Cannot count KV's ${String(method)}: extend the meter first`)
      }
      // Sound: it is in the table, as the line above has seen.
      const counted = COUNTED_BY[String(method) as keyof typeof COUNTED_BY]
      return (...args: readonly unknown[]): unknown => {
        counts[counted] += 1
        const send = (): Promise<unknown> => work(...args)
        return runningObject()?.leaves(send) ?? send()
      }
    },
  })
}

/** The namespace of portals, with one object in it. */
export function portalNamespace(object: MeteredObject): unknown {
  return { getByName: () => stub((method, args) => object.call(method, args)) }
}

/**
 * The directory and the pacers. No event of these loops calls them; an install does, and gets the plainest
 * answer. Each call is counted as a request, and what these objects write for it is not.
 */
export function neighbourNamespace(counts: Counts): unknown {
  const answers: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
    pin: (_token, memberId) => memberId,
    holdDomain: (_domain, memberId) => memberId,
    take: () => null,
    listPortals: () => [],
  }
  const call = async (method: string, args: readonly unknown[]): Promise<unknown> => {
    counts.objectRequests += 1
    return answers[method]?.(...args)
  }
  return { getByName: () => stub(call) }
}

function stub(call: (method: string, args: readonly unknown[]) => Promise<unknown>): unknown {
  return new Proxy(
    {},
    {
      get: (_target, method) =>
        method === 'then' ? undefined : (...args: readonly unknown[]) => call(String(method), args),
    },
  )
}
