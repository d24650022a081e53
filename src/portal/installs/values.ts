/** The portal's own values (`$portal.NAME`): sealed in its object, open only in its memory. */
import type { Sealer } from '../../storage/seal.ts'
import type { InstallRows } from './install-rows.ts'

/** The values of one portal. */
export class PortalValues {
  readonly #memberId: string
  readonly #rows: InstallRows
  readonly #sealer: Sealer
  readonly #open = new Map<string, string | null>()

  constructor(deps: { memberId: string; rows: InstallRows; sealer: Sealer }) {
    this.#memberId = deps.memberId
    this.#rows = deps.rows
    this.#sealer = deps.sealer
  }

  /** Opens what is stored; a value under a missing key is known but null. */
  async load(): Promise<void> {
    for (const [name, sealed] of this.#rows.loadValues()) {
      const opened = await this.#sealer.open(sealed, this.#context(name))
      this.#open.set(name, opened.ok ? opened.value : null)
    }
  }

  /** Every value by name; null stands for one that cannot be opened. */
  all(): ReadonlyMap<string, string | null> {
    return this.#open
  }

  /** Stores or removes a value; false when there is no key to seal it with. */
  async set(name: string, value: string | null): Promise<boolean> {
    if (value === null) {
      this.#rows.saveValue(name, null)
      this.#open.delete(name)
      return true
    }
    const sealed = await this.#sealer.seal(value, this.#context(name))
    if (!sealed.ok) return false
    this.#rows.saveValue(name, sealed.value)
    this.#open.set(name, value)
    return true
  }

  /** Forgets everything in memory. */
  clear(): void {
    this.#open.clear()
  }

  #context(name: string): { memberId: string; field: string } {
    return { memberId: this.#memberId, field: `value:${name}` }
  }
}
