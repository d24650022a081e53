/**
 * The bulletins of one portal in the form of a log, so that the lanes that tell them walk as those of events do. A
 * number stands in the place of the sequence, and a bulletin holds its own fates.
 */
import { asEntry, type NumberedBulletin } from '../../core/bulletins/bulletin.ts'
import type { ExactFate } from '../../core/lanes/state/fate.ts'
import type { AgedEvent } from '../../core/lanes/retention.ts'
import type { LogEntry } from '../../core/log/event.ts'
import type { SequenceRange } from '../lanes/book/fate-store.ts'
import type { DestinationFate } from '../lanes/book/fate-rows.ts'
import { MAX_BULLETINS, type BulletinStore } from './bulletin-store.ts'

/** The log of one portal's bulletins. */
export class BulletinLog {
  readonly #store: BulletinStore
  #last = 0

  constructor(store: BulletinStore) {
    this.#store = store
  }

  /** The number of the last bulletin, up to which every lane may read. */
  readableHead(): number {
    return this.#last
  }

  /** Notes the number of the last bulletin, after the transaction that gave it has returned. */
  noteLast(n: number): void {
    this.#last = n
  }

  /** Whether a destination is told a bulletin. */
  isFor(destination: string, n: number): boolean {
    return this.#store.find(n)?.to.includes(destination) ?? false
  }

  /** Entries after a number, oldest first. */
  afterForLanes(n: number, limit: number): readonly LogEntry[] {
    return this.#store.after(n, limit).map(asEntry)
  }

  /** The outlines of entries. A bulletin is never long, so they are the entries themselves. */
  outlinesAfter(n: number, limit: number): LogEntry[] {
    return this.#store.after(n, limit).map(asEntry)
  }

  /** Entries before a number, newest first. */
  outlinesBefore(n: number, limit: number): LogEntry[] {
    return this.#store.before(n, limit).map(asEntry)
  }

  /** One entry; null when it is gone. */
  entry(n: number): LogEntry | null {
    const found = this.#store.find(n)
    return found === null ? null : asEntry(found)
  }

  /** No entry is answered, so lanes whose row was damaged begin behind the last bulletin. */
  oldest(_limit: number): AgedEvent[] {
    return []
  }

  /** The exact fate of a bulletin at a destination; null when it has none. */
  find(destination: string, n: number): DestinationFate | null {
    const fate = this.#store.find(n)?.fates[destination]
    return fate === undefined ? null : { destination, sequence: n, ...fate }
  }

  /** The first bulletin of a range that is parked at a destination; null when none is. */
  nextParked(destination: string, { from, to }: SequenceRange): number | null {
    const found = this.#parkedAt(destination).find((n) => n >= from && n <= to)
    return found ?? null
  }

  /** The number of bulletins that are parked at a destination. */
  countParked(destination: string): number {
    return this.#parkedAt(destination).length
  }

  /** The parked bulletins, at most `limit`. */
  parked(limit: number): DestinationFate[] {
    return this.#store
      .parked(limit)
      .flatMap(({ destination, sequence }) => this.find(destination, sequence) ?? [])
  }

  #parkedAt(destination: string): readonly number[] {
    return this.#store
      .parked(MAX_BULLETINS)
      .filter((one) => one.destination === destination)
      .map(({ sequence }) => sequence)
  }

  /** Writes the fate of a bulletin, inside the caller's transaction. */
  save(destination: string, fate: ExactFate): void {
    this.#store.saveFate(destination, fate)
  }

  /** Bulletins are told one by one, so there is no digest to write down. */
  saveDigest(): void {}

  /** Parked bulletins stay parked, since the lanes do not begin with the oldest bulletin. */
  forgetParked(): void {}

  /** The last bulletins, newest first. */
  newest(limit: number): readonly NumberedBulletin[] {
    return this.#store.before(Number.MAX_SAFE_INTEGER, limit)
  }
}
