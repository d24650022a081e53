/**
 * The KV namespace: writes may be unseen for a minute, and the whole of it may be slow, silent, failing or
 * empty for a while.
 */
import type { Life } from './life.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Every way in which KV may behave. `silent` never answers; `empty` shows nothing of what it holds. */
export const KV_MODES = ['works', 'slow', 'silent', 'fails', 'stale', 'empty'] as const

/** How KV behaves at the moment. */
export type KvMode = (typeof KV_MODES)[number]

interface Stored {
  readonly value: string
  readonly writtenAt: number
  readonly expiresAt: number | null
  /** What a reader far away may still see; null: that there is nothing. */
  readonly before: string | null
}

const SLOW_MS = 4000
const STALE_MS = 60_000

/** The one namespace of a deployment. */
export class VirtualKv {
  mode: KvMode = 'works'
  readonly #time: VirtualTime
  readonly #values = new Map<string, Stored>()

  constructor(time: VirtualTime) {
    this.#time = time
  }

  /** Every key with its value, past every fault. */
  entries(): readonly (readonly [key: string, value: string])[] {
    return [...this.#values].map(([key, { value }]) => [key, value] as const)
  }

  /** Loses every key with a prefix for good. */
  loses(prefix: string): void {
    for (const key of this.#values.keys()) if (key.startsWith(prefix)) this.#values.delete(key)
  }

  /** The binding, as code of the Worker sees it; with a life, as code of an object sees it. */
  binding(caller?: Life) {
    const reach = <T>(work: () => T): Promise<T> => {
      const call = () => this.#reach(work)
      return caller === undefined ? call() : caller.leaves(call)
    }
    return {
      get: (key: string, options?: { readonly type?: string }) =>
        reach(() => {
          const value = this.#read(key)
          return value !== null && options?.type === 'json' ? JSON.parse(value) : value
        }),
      put: (key: string, value: string, options?: { readonly expirationTtl?: number }) =>
        reach(() => this.#write(key, value, options?.expirationTtl ?? null)),
      delete: (key: string) => reach(() => void this.#values.delete(key)),
      list: ({ prefix = '' }: { readonly prefix?: string } = {}) =>
        reach(() => ({
          keys: this.mode === 'empty' ? [] : this.#keys(prefix).map((name) => ({ name })),
          list_complete: true,
          cacheStatus: null,
        })),
    }
  }

  async #reach<T>(work: () => T): Promise<T> {
    const { mode } = this
    if (mode === 'silent') return new Promise(() => {})
    await this.#time.sleep(mode === 'slow' ? SLOW_MS : 5)
    if (mode === 'fails') throw new Error('KV GET failed: 503 Service Unavailable')
    return work()
  }

  #read(key: string): string | null {
    if (this.mode === 'empty') return null
    const stored = this.#values.get(key)
    if (stored === undefined) return null
    const now = this.#time.now()
    if (stored.expiresAt !== null && stored.expiresAt <= now) return null
    return this.mode === 'stale' && now - stored.writtenAt < STALE_MS ? stored.before : stored.value
  }

  #write(key: string, value: string, ttlSeconds: number | null): void {
    const now = this.#time.now()
    const before = this.#values.get(key)?.value ?? null
    const expiresAt = ttlSeconds === null ? null : now + ttlSeconds * 1000
    this.#values.set(key, { value, writtenAt: now, expiresAt, before })
  }

  #keys(prefix: string): string[] {
    const now = this.#time.now()
    return [...this.#values]
      .filter(([key, { expiresAt }]) => key.startsWith(prefix) && (expiresAt ?? now + 1) > now)
      .map(([key]) => key)
      .toSorted()
  }
}
