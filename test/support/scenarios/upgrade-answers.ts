/** The answers of a relay, and the deliveries to its receivers, as far as the tests of upgrades read them. */
import type { SentRequest } from '../network/network.ts'
import type { Stored, StoredRecord } from '../storage/stored-rows.ts'

/** The parts of an answer that these tests read. */
export interface Said {
  readonly accepted?: boolean
  readonly sequence?: number
  readonly state?: string
  readonly pending?: unknown
  readonly head?: number
  readonly userId?: number | null
  readonly fields?: Stored
  readonly replayed?: number
  readonly lanes?: readonly LaneSaid[]
  readonly events?: readonly EventSaid[]
  readonly fates?: EventSaid['fates']
}

/** One lane of `GET /portals/{memberId}`. */
export interface LaneSaid {
  readonly destination: string
  readonly state: string
  readonly cursor: number
  readonly parked: number
  readonly replaying: number
}

/** One event of `GET /portals/{memberId}/events`. */
export interface EventSaid {
  readonly fates: Readonly<Record<string, FateSaid>>
}

/** The fate of an event at a destination. */
export interface FateSaid {
  readonly state: string
  readonly attempts: number | null
  readonly reason: string | null
  readonly at: string | null
  readonly digest: { readonly first: number; readonly last: number; readonly count: number } | null
}

/** The answer to a request. */
export interface Answered {
  readonly status: number
  readonly body: Said
}

/** A delivery of one event to a signed webhook. */
export interface Delivered {
  readonly id: string | null
  readonly sequence: number
  readonly replayed?: boolean
  readonly [member: string]: unknown
}

/** A request to a signed webhook, as a delivery. */
export function deliveredOf({ headers, body }: SentRequest): Delivered {
  // Sound: the relay's own body.
  const { data } = JSON.parse(body) as { data: Omit<Delivered, 'id'> & { sequence: number } }
  return { ...data, id: headers.get('webhook-id') }
}

/** An event whose fates are a few words each, so that a file of them can be read. */
export function withShortFates({ fates, ...event }: EventSaid): unknown {
  const words = Object.entries(fates).map(([destination, fate]) => {
    const { state, attempts, reason, at, digest } = fate
    const together = digest && `with ${digest.count} from ${digest.first} to ${digest.last}`
    const said = [state, reason, attempts === null ? null : `after ${attempts}`, at, together]
    return [destination, said.filter((word) => word !== null).join(' ')]
  })
  return { ...event, fates: Object.fromEntries(words) }
}

/** Reads an answer. */
export async function answered(response: Response): Promise<Answered> {
  const text = await response.text()
  // Sound: the tests assert on what they read of it.
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Said) }
}

/** A JSON object, or an empty one where something else stands. */
export function recordOf(value: Stored | undefined): StoredRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
