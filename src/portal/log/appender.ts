/**
 * Stores events, several concurrent calls in one commit. The transaction decides sequence and trust
 * together; memory changes only after it has returned, answers leave only after it is durable.
 */
import { RecentEvents, type Arrival } from '../../core/log/append.ts'
import type { RelayEvent } from '../../core/log/event.ts'
import type { FurtherEvent } from '../../core/fields/field-state.ts'
import type { Database } from '../../storage/database.ts'
import type { LogStore } from './log-store.ts'

/** The most events of one commit. */
export const MAX_GROUP = 100

/** An event that wants to be stored. Holds no token, only the hash of one. */
export interface AppendRequest extends Arrival {
  /** Hex SHA-256 of `memberId|application_token`. */
  readonly tokenHash: string
  /** The `RelayEvent` as JSON text: RPC does not carry objects without a prototype. */
  readonly event: string
  readonly quarantined: boolean
  /** True when it comes from the spill: the whole log is asked for its receipt. */
  readonly drained: boolean
}

/** What the object answers; `untrusted` has stored nothing. */
export type AppendAnswer =
  | {
      readonly kind: 'stored'
      readonly sequence: number
      readonly duplicate: boolean
      readonly quarantined: boolean
    }
  | { readonly kind: 'untrusted' }

/** What the appender needs from the object around it. */
export interface AppenderDeps {
  readonly db: Database
  readonly log: LogStore
  readonly recent: RecentEvents
  /** 1 switches grouping off (for measurement). */
  readonly maxGroup: number
  now(): number
  head(): number
  /** Whether the hash speaks for this portal now; asked again inside the transaction. */
  trusts(tokenHash: string): boolean
  /** Hears that a transaction begins. */
  begin(): void
  /** Runs inside the transaction, before the first sequence is given: lanes, alarm. */
  prepare(): void
  /** Whether the event has to be explained before lanes may see it. */
  awaits(event: RelayEvent): boolean
  /** Runs after the transaction has returned, with the events that have to be explained. */
  stored(head: number, waiting: readonly StoredEvent[]): void
  /** Hears of an event that stands in the log already. */
  repeated(event: StoredEvent): void
  newReceipt(): string
  /** Hears that the transaction was rolled back, `prepare` included. */
  failed(): void
}

/** An event with the sequence that it has. */
export interface StoredEvent {
  readonly sequence: number
  readonly event: RelayEvent
}

interface Waiting {
  readonly request: AppendRequest
  readonly resolve: (answer: AppendAnswer) => void
  readonly reject: (error: unknown) => void
}

interface Placed {
  readonly request: AppendRequest
  readonly answer: AppendAnswer
  readonly isNew: boolean
  /** The event, when it is new and has to be explained. */
  readonly waiting: RelayEvent | null
}

/** The one way into a portal's log. */
export class Appender {
  readonly #deps: AppenderDeps
  #queue: Waiting[] = []
  #running = false

  constructor(deps: AppenderDeps) {
    this.#deps = deps
  }

  /** Stores the event or says where it stands; rejects when storage fails, with nothing stored. */
  append(request: AppendRequest): Promise<AppendAnswer> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject })
      if (!this.#running) void this.#run()
    })
  }

  /** While one group becomes durable, the next one gathers. */
  async #run(): Promise<void> {
    this.#running = true
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, this.#deps.maxGroup)
      await this.#commit(group)
    }
    this.#running = false
  }

  /** One event that cannot be stored must not take its group with it. */
  async #commit(group: readonly Waiting[]): Promise<void> {
    const written = this.#tryWrite(group)
    if (written === null) {
      for (const waiting of group) await this.#commit([waiting])
      return
    }
    try {
      await this.#deps.db.sync()
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
      return
    }
    group.forEach((waiting, index) => {
      const answer = written[index]?.answer
      if (answer !== undefined) waiting.resolve(answer)
    })
  }

  /** Null asks for the group to be tried one by one; a group of one is rejected here. */
  #tryWrite(group: readonly Waiting[]): Placed[] | null {
    try {
      return this.#write(group.map((waiting) => waiting.request))
    } catch (error) {
      this.#deps.failed()
      if (group.length > 1) return null
      group[0]?.reject(error)
      return []
    }
  }

  #write(requests: readonly AppendRequest[]): Placed[] {
    const { db, recent } = this.#deps
    recent.forget(this.#deps.now())
    this.#deps.begin()
    const placed = db.transaction(() => this.#place(requests))
    let head = this.#deps.head()
    const waiting: StoredEvent[] = []
    const repeated: StoredEvent[] = []
    for (const { request, answer, isNew, waiting: event } of placed) {
      if (answer.kind !== 'stored') continue
      const { sequence } = answer
      if (isNew) {
        recent.remember(request, sequence)
        head = sequence
        if (event !== null) waiting.push({ sequence, event })
      } else if (answer.duplicate) {
        const same = readEvent(request)
        if (same !== null) repeated.push({ sequence, event: same })
      }
    }
    if (head !== this.#deps.head()) this.#deps.stored(head, waiting)
    for (const event of repeated) this.#deps.repeated(event)
    return placed
  }

  /**
   * Does work in one transaction that may add events that no portal sent; `add` gives their sequences.
   * Memory follows after it has returned.
   *
   * @throws when storage fails; nothing is written then.
   */
  writeTogether(work: (add: (told: FurtherEvent) => number) => void): void {
    const { db, log } = this.#deps
    let head = this.#deps.head()
    this.#deps.begin()
    try {
      db.transaction(() =>
        work((told) => {
          if (head === this.#deps.head()) this.#deps.prepare()
          head += 1
          const receipt = this.#deps.newReceipt()
          // Not a digest of what it says: an event of Bitrix24 must never count as its repetition.
          const arrival = { receipt, digest: receipt, receivedAt: this.#deps.now() }
          log.insertReconciled(head, arrival, told)
          return head
        }),
      )
    } catch (error) {
      this.#deps.failed()
      throw error
    }
    if (head !== this.#deps.head()) this.#deps.stored(head, [])
  }

  #place(requests: readonly AppendRequest[]): Placed[] {
    const staged = new RecentEvents()
    let head = this.#deps.head()
    return requests.map((request): Placed => {
      if (!this.#deps.trusts(request.tokenHash)) {
        return { request, answer: { kind: 'untrusted' }, isNew: false, waiting: null }
      }
      const { quarantined } = request
      const standing = this.#find(request, staged)
      if (standing !== null) {
        const duplicate = !standing.sameReceipt
        const { sequence } = standing
        return {
          request,
          answer: { kind: 'stored', sequence, duplicate, quarantined },
          isNew: false,
          waiting: null,
        }
      }
      if (head === this.#deps.head()) this.#deps.prepare()
      head += 1
      const event = readEvent(request)
      const awaits = event !== null && this.#deps.awaits(event)
      this.#deps.log.insert(head, request, { event: request.event, awaits })
      staged.remember(request, head)
      const answer = { kind: 'stored' as const, sequence: head, duplicate: false, quarantined }
      return { request, answer, isNew: true, waiting: awaits ? event : null }
    })
  }

  #find(request: AppendRequest, staged: RecentEvents): ReturnType<RecentEvents['find']> {
    const remembered = staged.find(request) ?? this.#deps.recent.find(request)
    if (remembered !== null || !request.drained) return remembered
    return this.#deps.log.findStanding(request)
  }
}

/** Null for a text that is no event: it is stored as it is, and shown as quarantined. */
function readEvent({ event }: AppendRequest): RelayEvent | null {
  try {
    // Sound: the edge made it of a `RelayEvent`; it travels as text.
    return JSON.parse(event) as RelayEvent | null
  } catch {
    return null
  }
}
