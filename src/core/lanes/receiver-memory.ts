/** What a receiver's answers asked a lane to remember; kept with the lane, forgotten with its settings. */

/** Everything of it. */
export interface ReceiverMemory {
  /** Where messages go instead, as the receiver said (Telegram's `migrate_to_chat_id`). */
  readonly movedTo: string | null
  /** When leave to send was given last, in unix milliseconds. */
  readonly grantedAt: number | null
  /** The most requests a minute that the leave allows; null for no limit. */
  readonly perMinute: number | null
}

/** Before the receiver has said anything. */
export const NO_MEMORY: ReceiverMemory = { movedTo: null, grantedAt: null, perMinute: null }
