/**
 * Everything that a receiver's answers asked a lane to remember. It is stored with the lane, and forgotten
 * when the settings change.
 */

/** The receiver memory of one lane. */
export interface ReceiverMemory {
  /** The new place of messages, as the receiver said (Telegram's `migrate_to_chat_id`). */
  readonly movedTo: string | null
  /** The time at which the receiver gave its permission last, in unix milliseconds. */
  readonly grantedAt: number | null
  /** The most requests a minute that the permission allows; null for no limit. */
  readonly perMinute: number | null
}

/** The memory of a lane whose receiver has said nothing yet. */
export const NO_MEMORY: ReceiverMemory = { movedTo: null, grantedAt: null, perMinute: null }
