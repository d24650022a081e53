/** The real namespace of KV, watched or limited. */
import { env } from 'cloudflare:workers'

/** What was done with a namespace: `get install:…`, `put spill:…`. */
export interface WatchedKv {
  readonly kv: KVNamespace
  readonly operations: string[]
}

/**
 * The real namespace with a record of what is done with it; `failing` operations reject, and `silent` ones
 * never answer.
 */
export function watchKv(
  failing: readonly string[] = [],
  silent: readonly string[] = [],
): WatchedKv {
  const operations: string[] = []
  const kv = new Proxy(env.INSTALLS, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property)
      if (typeof method !== 'function') return method
      return (...parameters: unknown[]) => {
        const first = parameters[0]
        operations.push(`${String(property)} ${typeof first === 'string' ? first : ''}`.trim())
        if (failing.includes(String(property))) return Promise.reject(new Error('KV is down'))
        if (silent.includes(String(property))) return new Promise(() => undefined)
        const answer: unknown = Reflect.apply(method, target, parameters)
        return answer
      }
    },
  })
  return { kv, operations }
}

/** The real namespace, which gives at most so many keys at a time. */
export function withPageLimit(limit: number): KVNamespace {
  return new Proxy(env.INSTALLS, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property)
      if (property === 'list') {
        return (options: KVNamespaceListOptions) => target.list({ ...options, limit })
      }
      return typeof method === 'function' ? method.bind(target) : method
    },
  })
}
