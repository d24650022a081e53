/** The pairs of one portal in clear, in memory only: opening one costs a derivation of its key. */
import type { Sealer } from '../../storage/seal.ts'
import { openPair, type PairField, type StoredPair } from './pairs.ts'

/** Opens sealed pairs, each text once. */
export class OpenedPairs {
  readonly #memberId: string
  readonly #sealer: Sealer
  readonly #opened = new Map<PairField, { readonly sealed: string; readonly pair: StoredPair }>()

  constructor({ memberId, sealer }: { readonly memberId: string; readonly sealer: Sealer }) {
    this.#memberId = memberId
    this.#sealer = sealer
  }

  /** The pair of a sealed text; null when it cannot be opened. */
  async open(field: PairField, sealed: string): Promise<StoredPair | null> {
    const known = this.#opened.get(field)
    if (known?.sealed === sealed) return known.pair
    const opened = await openPair(this.#sealer, sealed, { memberId: this.#memberId, field })
    if (!opened.ok) return null
    this.#opened.set(field, { sealed, pair: opened.value })
    return opened.value
  }
}
