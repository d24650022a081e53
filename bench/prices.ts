/**
 * The price list of Cloudflare's paid plan, in US dollars, and everything that is assumed beside it. Read on
 * 2026-11-29 from the pages that `PRICE_SOURCES` names.
 */

/** Where the prices stand. */
export const PRICE_SOURCES = [
  'https://developers.cloudflare.com/workers/platform/pricing/',
  'https://developers.cloudflare.com/durable-objects/platform/pricing/',
  'https://developers.cloudflare.com/kv/platform/pricing/',
] as const

/** The day on which the prices were read. */
export const PRICES_READ_ON = '2026-11-29'

/** Dollars for a million units, behind what the plan includes. */
export const PRICES = {
  workerRequests: 0.3,
  workerCpuMs: 0.02,
  objectRequests: 0.15,
  gigabyteSeconds: 12.5,
  rowsRead: 0.001,
  rowsWritten: 1,
  kvReads: 0.5,
  kvWrites: 5,
  kvDeletes: 5,
  kvLists: 5,
} as const

/** The memory by which an object's time is billed, in gigabytes, whatever it uses. */
export const OBJECT_GIGABYTES = 0.128

/** The CPU time of the Worker for one event, in milliseconds: assumed, since each machine has its own. */
export const ASSUMED_EDGE_CPU_MS = 1
