/**
 * The portal values: secrets of one portal, to which a destination refers as `$portal.NAME`. They are stored
 * sealed, and open only in the memory of the portal's object.
 */
import type { Sealer } from '../../storage/seal.ts'
import type { InstallRows } from '../state/install-rows.ts'

/** The dependencies of the values. */
export interface PortalValuesDeps {
  readonly memberId: string
  readonly rows: Pick<InstallRows, 'loadValues' | 'saveValue'>
  readonly sealer: Sealer
}

/** The values of one portal. */
export class PortalValues {
  readonly #deps: PortalValuesDeps
  readonly #opened = new Map<string, string | null>()

  constructor(deps: PortalValuesDeps) {
    this.#deps = deps
  }

  /** Opens the stored values. A value whose key is not configured is known by its name, and null. */
  async load(): Promise<void> {
    for (const [name, sealed] of this.#deps.rows.loadValues()) {
      const opened = await this.#deps.sealer.open(sealed, this.#context(name))
      this.#opened.set(name, opened.ok ? opened.value : null)
    }
  }

  /** Every value by its name; null for one that cannot be opened. */
  all(): ReadonlyMap<string, string | null> {
    return this.#opened
  }

  /** Stores or removes a value; false when there is no key to seal it with. */
  async set(name: string, value: string | null): Promise<boolean> {
    if (value === null) {
      this.#deps.rows.saveValue(name, null)
      this.#opened.delete(name)
      return true
    }
    const sealed = await this.#deps.sealer.seal(value, this.#context(name))
    if (!sealed.ok) return false
    this.#deps.rows.saveValue(name, sealed.value)
    this.#opened.set(name, value)
    return true
  }

  /** Forgets the values in memory; the rows are removed by the uninstall. */
  clear(): void {
    this.#opened.clear()
  }

  #context(name: string): { memberId: string; field: string } {
    return { memberId: this.#deps.memberId, field: `value:${name}` }
  }
}
