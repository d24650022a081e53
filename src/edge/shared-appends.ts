/**
 * Events of one portal that share a call to its object. For a hot portal such a call is the dearest thing that an
 * event needs. So an event that comes while another one's call is under way waits for two milliseconds, and those
 * that come meanwhile join it. An event that comes alone never waits.
 *
 * Each event keeps its own two tries, its timeout and its answer. The request that began a shared call may have been
 * ended by the runtime, so the second try of every member is a call of its own; the object recognises its receipt.
 */
import type { AppendAnswer, AppendRequest } from '../portal/log/append-request.ts'
import type { World } from '../portal/world.ts'
import type { PortalClient } from './portal-client.ts'

/** The time for which a shared call waits for further events, in milliseconds. */
export const GATHER_MS = 2

/** The most events of a shared call. */
export const MAX_SHARED = 50

/** The length of all their texts, in UTF-16 units, at which a shared call is full. */
export const MAX_SHARED_LENGTH = 1024 * 1024

/**
 * The time for which a call counts as under way, in milliseconds. A request that was ended in the middle never says
 * that its call is over, and others would wait for it for ever.
 */
const UNDER_WAY_MS = 1000

/**
 * The time for which further events may join a shared call, in milliseconds. It is bounded since the request that
 * began the call may have ended.
 */
const JOINABLE_MS = 10 * GATHER_MS

/** One event on its way to the object of its portal. */
export interface EventToAppend {
  readonly memberId: string
  readonly request: AppendRequest
  /** Gives a new client of the portal's object each time. */
  readonly newClient: () => Pick<PortalClient, 'append' | 'appendAll'>
}

/** Events that wait for their shared call. */
interface SharedCall {
  readonly requests: AppendRequest[]
  readonly since: number
  readonly answers: Promise<readonly (AppendAnswer | null)[]>
}

/** The calls to the object of one portal. */
interface Line {
  underWay: number
  since: number
  /** The call that further events may join. */
  open: SharedCall | null
}

/** The calls by which this isolate appends events. */
export class SharedAppends {
  readonly #lines = new Map<string, Line>()

  /** Appends an event, alone or with others. Rejects when the call fails, or when the object cannot store it. */
  async append(one: EventToAppend, world: Pick<World, 'now' | 'sleep'>): Promise<AppendAnswer> {
    const { memberId, request, newClient } = one
    const now = world.now()
    const line = this.#lines.get(memberId)
    if (line === undefined || now - line.since >= UNDER_WAY_MS) {
      const own = { underWay: 0, since: now, open: null }
      this.#lines.set(memberId, own)
      return this.#during(memberId, own, () => newClient().append(request))
    }
    const call = isJoinable(line.open, now) ? line.open : this.#begin(line, one, world)
    const place = call.requests.push(request) - 1
    const answer = (await call.answers)[place] ?? null
    if (answer === null) throw new Error('Cannot append the event as the object has not stored it')
    return answer
  }

  /** Begins a shared call, which is made within the request of its first event. */
  #begin(
    line: Line,
    { memberId, newClient }: EventToAppend,
    world: Pick<World, 'now' | 'sleep'>,
  ): SharedCall {
    const requests: AppendRequest[] = []
    const answers = this.#during(memberId, line, async () => {
      await world.sleep(GATHER_MS)
      if (line.open === call) line.open = null
      const [first, ...others] = requests
      if (first === undefined || others.length > 0) return newClient().appendAll(requests)
      return [await newClient().append(first)]
    })
    const call = { requests, since: world.now(), answers }
    line.since = call.since
    line.open = call
    return call
  }

  async #during<T>(memberId: string, line: Line, call: () => Promise<T>): Promise<T> {
    line.underWay += 1
    try {
      return await call()
    } finally {
      line.underWay -= 1
      if (line.underWay === 0 && this.#lines.get(memberId) === line) this.#lines.delete(memberId)
    }
  }
}

function isJoinable(call: SharedCall | null, now: number): call is SharedCall {
  if (call === null || now - call.since >= JOINABLE_MS) return false
  const length = call.requests.reduce((sum, { event }) => sum + event.length, 0)
  return call.requests.length < MAX_SHARED && length < MAX_SHARED_LENGTH
}
