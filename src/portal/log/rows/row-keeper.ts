/**
 * The keeper of carried states. Some rows of the log carry the state of a field that has no other row yet. Before
 * such a row goes, is written anew, or becomes too old for a start to read it, the log asks the keeper to store the
 * state elsewhere.
 */

/** The number of youngest rows that may carry something. Each start of an object reads as many. */
export const CARRYING_ROWS = 16

/** The state that a row carries beside its event, as JSON. */
export type CarriedText = Readonly<Record<string, unknown>>

/** A row that carries something, as its text. */
export interface CarryingRow {
  readonly sequence: number
  readonly text: string
}

/** The keeper of what rows carry. */
export interface RowKeeper {
  /** Stores elsewhere the states that the rows up to a sequence carry, inside the caller's transaction. */
  releaseUpTo(sequence: number): void
}
