/**
 * The entries of a portal's log that were stored or read last. The lanes of a portal mostly stand at the same place, so
 * an event is parsed once for all of them, and in a busy portal never read at all.
 */
import type { LogEntry } from '../../../core/log/event.ts'

/** The most entries that are remembered. */
export const MAX_ENTRIES = 64

/** The length of all their texts together, in UTF-16 units; a single one may take a quarter of it. */
export const MAX_LENGTH = 64 * 1024

/** The youngest entries of one portal. */
export class EntryMemory {
  readonly #entries = new Map<number, { readonly entry: LogEntry; readonly length: number }>()
  #length = 0

  /** The entry of a sequence; null when it is not remembered. */
  find(sequence: number): LogEntry | null {
    return this.#entries.get(sequence)?.entry ?? null
  }

  /** Remembers an entry whose texts have this length, unless it would take too much room. */
  remember(entry: LogEntry, length: number): void {
    this.forget(entry.sequence)
    if (length > MAX_LENGTH / 4) return
    this.#entries.set(entry.sequence, { entry, length })
    this.#length += length
    for (const sequence of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES && this.#length <= MAX_LENGTH) return
      this.forget(sequence)
    }
  }

  /** Forgets one entry, because its row changes. */
  forget(sequence: number): void {
    this.#length -= this.#entries.get(sequence)?.length ?? 0
    this.#entries.delete(sequence)
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear()
    this.#length = 0
  }
}
