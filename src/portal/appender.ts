/**
 * Stores events, several concurrent calls in one commit. The transaction decides sequence and trust
 * together; memory changes only after it has returned, answers leave only after it is durable.
 */
import { RecentEvents, type Arrival } from '../core/append.ts'
import type { Database } from './database.ts'
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
  /** Runs after the transaction has returned. */
  stored(head: number): void
  /** Hears that the transaction was rolled back, `prepare` included. */
  failed(): void
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
    for (const { request, answer, isNew } of placed) {
      if (!isNew || answer.kind !== 'stored') continue
      recent.remember(request, answer.sequence)
      head = answer.sequence
    }
    if (head !== this.#deps.head()) this.#deps.stored(head)
    return placed
  }

  #place(requests: readonly AppendRequest[]): Placed[] {
    const staged = new RecentEvents()
    let head = this.#deps.head()
    return requests.map((request): Placed => {
      if (!this.#deps.trusts(request.tokenHash)) {
        return { request, answer: { kind: 'untrusted' }, isNew: false }
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
        }
      }
      if (head === this.#deps.head()) this.#deps.prepare()
      head += 1
      this.#deps.log.insert(head, request, request.event)
      staged.remember(request, head)
      const answer = { kind: 'stored' as const, sequence: head, duplicate: false, quarantined }
      return { request, answer, isNew: true }
    })
  }

  #find(request: AppendRequest, staged: RecentEvents): ReturnType<RecentEvents['find']> {
    const remembered = staged.find(request) ?? this.#deps.recent.find(request)
    if (remembered !== null || !request.drained) return remembered
    return this.#deps.log.findStanding(request)
  }
}
