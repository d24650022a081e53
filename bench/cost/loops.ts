/**
 * The loops of events whose bill is counted. Each begins with an installed portal at rest, and ends when the
 * retention has dropped its events again.
 */

/** How the events of a loop come. */
export interface Loop {
  /** `thin`: nothing is read for an event. `enriched`: the relay reads what has changed. */
  readonly kind: 'thin' | 'enriched'
  readonly events: number
  /** From one event to the next, in milliseconds. */
  readonly everyMs: number
  /** Whether each event meets an isolate of the Worker that has just begun, as after a pause. */
  readonly isEdgeCold: boolean
  /** How many events the log holds before. */
  readonly logged: number
}

/** The time that each of the three receivers takes, in milliseconds. */
export const RECEIVER_MS = 300

/** The time that the portal takes for a read, in milliseconds. */
export const PORTAL_MS = 150

/** Events so close that the object stays in memory, for half an hour. */
const SPARSE = { events: 225, everyMs: 8000, isEdgeCold: false, logged: 1 } as const

/**
 * Events so far apart that the object has left memory before each, for an hour. The log holds those of the last
 * ten days, so that a start that reads far back is seen.
 */
const APART = { events: 10, everyMs: 360_000, isEdgeCold: true, logged: 2401 } as const

/** Events at 100 a second, for a second, as an edit of many records sends them. */
const BURST = { events: 100, everyMs: 10, isEdgeCold: false, logged: 1 } as const

/** Every loop, by the name under which it is shown. */
export const LOOPS = {
  'sparse thin': { kind: 'thin', ...SPARSE },
  'sparse enriched': { kind: 'enriched', ...SPARSE },
  'minutes apart thin': { kind: 'thin', ...APART },
  'minutes apart enriched': { kind: 'enriched', ...APART },
  'burst thin': { kind: 'thin', ...BURST },
  'burst enriched': { kind: 'enriched', ...BURST },
} as const satisfies Readonly<Record<string, Loop>>

/** The distances from event to event for the plot of cost over rate, in milliseconds. */
export const DISTANCES_MS = [10, 100, 1000, 8000, 30_000, 120_000, 360_000, 1_800_000] as const

/** A loop of few events at one distance, for the plot. */
export function loopAt(kind: Loop['kind'], everyMs: number): Loop {
  // Behind ten seconds an object has left memory, and the Worker's isolate may have gone as well.
  const events = everyMs < 360_000 ? 50 : 20
  return { kind, events, everyMs, isEdgeCold: everyMs > 60_000, logged: 1 }
}

/** The name of a loop. */
export type LoopName = keyof typeof LOOPS

/** The names of all loops, in the order of the bill. */
// Sound: an object of this type has just these keys.
export const LOOP_NAMES = Object.keys(LOOPS) as readonly LoopName[]
