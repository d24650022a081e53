/** What the platform bills, as a loop of events causes it. */

/** Billed units, counted over some time. */
export interface Counts {
  /** Requests that the Worker takes from outside. */
  workerRequests: number
  /** Calls of objects, without alarms. */
  objectRequests: number
  /** Alarms that have fired: each is billed as a request. */
  alarms: number
  /** The time in which the portal's object could not sleep, in milliseconds. */
  awakeMs: number
  /** How often the object began anew after it had left memory: not billed by itself, but it reads rows. */
  coldStarts: number
  rowsRead: number
  /** Rows written and deleted, and one for each alarm that is set. */
  rowsWritten: number
  /** Alarms that were set; they are among the rows written. */
  alarmsSet: number
  /** Rows that went with their table: nothing documents whether they are billed. */
  rowsDropped: number
  kvReads: number
  kvWrites: number
  kvDeletes: number
  kvLists: number
}

/** Nothing, to count from. */
export function noCounts(): Counts {
  return {
    workerRequests: 0,
    objectRequests: 0,
    alarms: 0,
    awakeMs: 0,
    coldStarts: 0,
    rowsRead: 0,
    rowsWritten: 0,
    alarmsSet: 0,
    rowsDropped: 0,
    kvReads: 0,
    kvWrites: 0,
    kvDeletes: 0,
    kvLists: 0,
  }
}

/** The difference of two counts, member by member. */
export function subtractCounts(counts: Counts, less: Counts): Counts {
  const rest = { ...counts }
  // Sound: an object of this type has just these keys.
  for (const key of Object.keys(rest) as (keyof Counts)[]) rest[key] -= less[key]
  return rest
}

/** The sum of two counts, member by member. */
export function addCounts(counts: Counts, more: Counts): Counts {
  return subtractCounts(counts, subtractCounts(noCounts(), more))
}

/** The counts of one loop, without those of a portal at rest. */
export interface LoopCounts {
  /** From the first event until everything is delivered and the object sleeps. */
  readonly told: Counts
  /** From then on until the retention has dropped the events: 32 daily visits. */
  readonly kept: Counts
}
