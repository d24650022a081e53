/**
 * The commit groups of a portal's log: appends that come at the same time share one commit. While one group becomes
 * durable, the next one gathers. An answer leaves only when its event is durable.
 */
import type { AppendAnswer, AppendRequest } from './append-request.ts'

/** The most events of one commit. */
export const MAX_GROUP = 100

/** The dependencies of the commit groups. */
export interface CommitGroupsDeps {
  /** The most events of one commit. */
  readonly maxGroup: number
  /** Writes a group in one transaction, and answers each request in order; throws when nothing of it was written. */
  readonly write: (requests: readonly AppendRequest[]) => readonly AppendAnswer[]
  /** Resolves when everything written so far is durable. */
  readonly durable: () => Promise<void>
}

interface QueuedAppend {
  readonly request: AppendRequest
  readonly resolve: (answer: AppendAnswer) => void
  readonly reject: (error: unknown) => void
}

/** The commit groups of one portal's log. */
export class CommitGroups {
  readonly #deps: CommitGroupsDeps
  #queue: QueuedAppend[] = []
  #isRunning = false

  constructor(deps: CommitGroupsDeps) {
    this.#deps = deps
  }

  /**
   * Commits a request together with those that come in the same turn. Rejects when storage fails; then nothing is
   * stored.
   */
  add(request: AppendRequest): Promise<AppendAnswer> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject })
      if (!this.#isRunning) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    // Events that come in the same turn belong to the same commit.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, this.#deps.maxGroup)
      await this.#commit(group)
    }
    this.#isRunning = false
  }

  async #commit(group: readonly QueuedAppend[]): Promise<void> {
    let answers: readonly AppendAnswer[]
    try {
      answers = this.#deps.write(group.map(({ request }) => request))
    } catch (error) {
      // An event that cannot be stored must not take its group with it, so each event is tried alone.
      if (group.length > 1) for (const queued of group) await this.#commit([queued])
      else group[0]?.reject(error)
      return
    }
    try {
      await this.#deps.durable()
    } catch (error) {
      for (const queued of group) queued.reject(error)
      return
    }
    group.forEach((queued, index) => {
      const answer = answers[index]
      if (answer !== undefined) queued.resolve(answer)
    })
  }
}
