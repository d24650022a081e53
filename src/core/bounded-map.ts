/** A memory of limited size, for values that can be found out again. */

/**
 * A map by name that keeps the entries set last: a new entry beyond the limit takes the place of the oldest
 * one.
 */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>()
  readonly #maxEntries: number

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  /** The value of a name; undefined when there is none, or none any more. */
  get(name: string): V | undefined {
    return this.#entries.get(name)
  }

  /** Keeps a value. A name that is set again becomes the newest one, and takes no other's place. */
  set(name: string, value: V): void {
    this.#entries.delete(name)
    const oldest = this.#entries.keys().next()
    if (this.#entries.size >= this.#maxEntries && !oldest.done) this.#entries.delete(oldest.value)
    this.#entries.set(name, value)
  }

  /** Forgets every entry whose name begins with the prefix. */
  forget(prefix: string): void {
    for (const name of this.#entries.keys()) {
      if (name.startsWith(prefix)) this.#entries.delete(name)
    }
  }
}
