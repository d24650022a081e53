/**
 * The counts of one isolate at the edge: refused requests, spilled requests, and the times of acknowledgements. They
 * are kept in memory until an event or the note of a refused caller goes to an object anyway, and takes them along.
 * Counts that no call has taken are lost when the isolate ends.
 */
import { addEdgeTally, NO_EDGE_TALLY, type EdgeTally } from '../core/tallies/edge-tally.ts'
import { ACKNOWLEDGEMENT_BOUNDS_MS, addLatencies } from '../core/tallies/latencies.ts'
import type { IntakeAnswer } from './intake-answer.ts'

/** The counts of one isolate. */
export class EdgeCounts {
  #tally: EdgeTally = NO_EDGE_TALLY

  /** Counts an answer; `tookMs` is the time since its request came, in milliseconds. */
  noteAnswer(answer: IntakeAnswer, tookMs: number): void {
    if (answer.kind === 'refused') return this.noteRefused(answer.reason ?? answer.code)
    if (answer.kind !== 'stored' && answer.kind !== 'spilled') return
    const { spilled, acknowledged } = this.#tally
    this.#tally = {
      ...this.#tally,
      spilled: spilled + (answer.kind === 'spilled' ? 1 : 0),
      acknowledged: addLatencies(acknowledged, [tookMs], ACKNOWLEDGEMENT_BOUNDS_MS),
    }
  }

  /** Counts a request that was refused; `reason` is one of few stable words. */
  noteRefused(reason: string): void {
    const { refused } = this.#tally
    this.#tally = { ...this.#tally, refused: { ...refused, [reason]: (refused[reason] ?? 0) + 1 } }
  }

  /** Takes all counts along with a call that goes now; undefined when there are none. */
  take(): EdgeTally | undefined {
    const taken = this.#tally
    this.#tally = NO_EDGE_TALLY
    return taken === NO_EDGE_TALLY ? undefined : taken
  }

  /** Takes back the counts of a call that has failed. */
  giveBack(tally: EdgeTally | undefined): void {
    if (tally !== undefined) this.#tally = addEdgeTally(this.#tally, tally)
  }
}
