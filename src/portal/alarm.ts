/**
 * The one alarm of a portal, kept early enough for everything that waits. The time of the alarm that stands
 * is remembered, so that a write is spent only when the alarm has to move forward.
 */
import { computeNextAlarm } from '../core/pace/schedule.ts'

/** The part of the storage that holds the alarm. */
export interface AlarmStorage {
  getAlarm(): Promise<number | null>
  setAlarm(at: number): Promise<void>
  deleteAlarm(): Promise<void>
}

/** The alarm of one portal. */
export class AlarmKeeper {
  readonly #storage: AlarmStorage
  readonly #now: () => number
  #scheduled: number | null = null
  #before: number | null = null
  #lastSet: Promise<void> = Promise.resolve()

  constructor(storage: AlarmStorage, now: () => number) {
    this.#storage = storage
    this.#now = now
  }

  /** Reads the time of the alarm that stands. Inside `alarm()` itself there is none. */
  async load(): Promise<void> {
    this.#scheduled = await this.#storage.getAlarm()
  }

  /** Notes that a transaction begins, which may set the alarm. */
  begin(): void {
    this.#before = this.#scheduled
  }

  /** Notes that this transaction was rolled back, and with it the alarm that it had set. */
  rolledBack(): void {
    this.#scheduled = this.#before
    this.#lastSet = Promise.resolve()
  }

  /**
   * Makes sure that an alarm stands at `due` or earlier. The write joins the transaction of the caller, since
   * nothing is awaited before it. The promise rejects only when the write itself fails. Only when there is a write,
   * `findBetter` is asked for an earlier time that saves a later write.
   */
  ensure(due: number | null, findBetter: () => number | null = () => null): Promise<void> {
    const now = this.#now()
    const at = computeNextAlarm(due, { scheduled: this.#scheduled, now })
    if (at === null) return Promise.resolve()
    const better = findBetter()
    return this.#set(better !== null && better > now ? Math.min(at, better) : at)
  }

  /** Moves the alarm to `due`, also to a later time; null removes it. Only for a portal at rest. */
  moveTo(due: number | null): Promise<void> {
    // The platform refuses a time of 0, by which a part says "at once" (docs/cloudflare.md#one-alarm).
    const at = due === null ? null : Math.max(due, this.#now())
    if (at === this.#scheduled) return Promise.resolve()
    if (at !== null) return this.#set(at)
    this.#scheduled = null
    return this.#storage.deleteAlarm()
  }

  /** Resolves when the alarm stands that was set last; rejects when storage has refused it. */
  stands(): Promise<void> {
    return this.#lastSet
  }

  #set(at: number): Promise<void> {
    // The platform takes whole milliseconds. An alarm that was cut off would fire before its time, find nothing
    // due, and be set to the same time again.
    this.#lastSet = this.#trySet(Math.ceil(at))
    return this.#lastSet
  }

  async #trySet(at: number): Promise<void> {
    this.#scheduled = at
    try {
      await this.#storage.setAlarm(at)
    } catch (error) {
      this.#scheduled = null
      throw error
    }
  }
}
