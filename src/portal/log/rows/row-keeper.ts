/**
 * What rests on rows of the log. Some rows carry something that has no row of its own yet. The log asks its keeper to put
 * that elsewhere before a row goes, is written anew, or is too old for a start to read it.
 */

/** So many of the youngest rows of a log may carry something: each start of an object reads as many. */
export const CARRYING_ROWS = 16

/** What a row carries beside its event, as JSON. */
export type CarriedText = Readonly<Record<string, unknown>>

/** A row that carries something, as its text. */
export interface CarryingRow {
  readonly sequence: number
  readonly text: string
}

/** The keeper of what rows carry. */
export interface RowKeeper {
  /** Puts elsewhere what the rows up to a sequence carry, inside the caller's transaction. */
  releaseUpTo(sequence: number): void
}
