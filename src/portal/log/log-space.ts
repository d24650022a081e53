/**
 * The space of one portal's log: how large it is, how large it may be, and the one run at a time that makes it
 * smaller. A full object refuses every write, so the log of a portal has a limit far below the platform's.
 */
import { MINUTE_MS } from '../../core/durations.ts'
import type { Database } from '../../storage/database.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'

/** In a full object at least this part of the log has to go, so that the object is not full again at once. */
const PART_WHEN_FULL = 1 / 16

/** The wait before room is sought again that was sought in vain, in milliseconds. */
export const SEEK_AGAIN_MS = MINUTE_MS

/** The dependencies of the space. */
export interface LogSpaceDeps {
  readonly memberId: string
  readonly db: Pick<Database, 'bytes'>
  /** The snapshots of fields lie in the same database, and are no part of the log. */
  readonly fields: { bytes(): number }
  readonly config: Pick<PortalConfig, 'maxLogBytes'>
  readonly world: Pick<World, 'logLine' | 'now'>
}

/** Events that went before their time. */
export interface ShortenedLog {
  readonly events: number
  /** The number of deliveries that were still to be made of them, each lane counted. */
  readonly expired: number
  /** The destinations whose lanes had still to deliver them. */
  readonly heldBy: readonly string[]
}

/** The space of one portal's log. */
export class LogSpace {
  readonly #deps: LogSpaceDeps
  #running: Promise<unknown> = Promise.resolve()
  #seeking: Promise<void> | null = null
  /** The time at which room was last sought, in unix milliseconds; null when storage has taken an event since. */
  #soughtAt: number | null = null
  /** Whether room was sought before that as well, so that the events that went early did not help. */
  #wasInVain = false

  constructor(deps: LogSpaceDeps) {
    this.#deps = deps
  }

  /** The size of the database, in bytes. */
  bytes(): number {
    return this.#deps.db.bytes()
  }

  /** The most bytes of the log; 0 stands for no limit. */
  limit(): number {
    return this.#deps.config.maxLogBytes
  }

  /** Whether the database is larger than the log may be. It reads no row. */
  mayBeOver(): boolean {
    return this.limit() > 0 && this.bytes() > this.limit()
  }

  /**
   * The limit for a log whose object is full, in bytes. 0 stands for no limit: the operator wants none, or the log
   * was shortened in vain. In the second case something else fills the object, and the log would lose a part of
   * itself each minute.
   */
  limitWhenFull(): number {
    if (this.#wasInVain) return 0
    return Math.min(this.limit(), Math.floor(this.#logBytes() * (1 - PART_WHEN_FULL)))
  }

  /** The number of bytes by which the log is over a limit; 0 when it is not. */
  excess(limit: number): number {
    if (limit === 0 || this.bytes() <= limit) return 0
    return Math.max(0, this.#logBytes() - limit)
  }

  #logBytes(): number {
    return this.bytes() - this.#deps.fields.bytes()
  }

  /** Runs `work` after every run that began before: two at a time would drop the same events. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#running.then(work)
    this.#running = turn.catch(() => {
      // Swallows: whoever began that run hears of its failure.
    })
    return turn
  }

  /**
   * Runs `work`, which makes room in a full object. A caller who asks meanwhile waits for the run that is under way.
   * For a minute after a run in vain nothing is tried, since every event of that time would read the log again.
   */
  async seekRoom(work: () => Promise<void>): Promise<void> {
    if (this.#seeking !== null) return this.#seeking
    const now = this.#deps.world.now()
    if (this.#soughtAt !== null && now - this.#soughtAt < SEEK_AGAIN_MS) return
    this.#wasInVain = this.#soughtAt !== null
    this.#soughtAt = now
    this.#seeking = work()
    try {
      await this.#seeking
    } finally {
      this.#seeking = null
    }
  }

  /** Notes that storage has taken an event. */
  foundRoom(): void {
    this.#soughtAt = null
    this.#wasInVain = false
  }

  /** Tells the operator's log that the object is full, or that it has room again. */
  tellFull({ isFull }: { readonly isFull: boolean }): void {
    const { memberId, world } = this.#deps
    if (isFull) world.logLine('error', 'portal_full', { memberId })
    else world.logLine('info', 'portal_has_room', { memberId })
  }

  /** Tells the operator's log that events went before their time, and whose lanes had still to get them. */
  tellShortened({ events, expired, heldBy }: ShortenedLog): void {
    const { memberId, world } = this.#deps
    const fields = { memberId, events, expired, heldBy: heldBy.join(', ') }
    world.logLine('warn', 'log_shortened', fields)
  }
}
