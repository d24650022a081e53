/**
 * The line of the portal in the directory's list of portals that are not bound to every event that is wanted, for
 * `/healthz`. A portal that is bound to all of them asks the directory nothing.
 */
import { domainOf } from '../../core/access/domains.ts'
import { displayName } from '../../core/events/event-names.ts'
import { describeError } from '../../core/safety/redact.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'

/** The most missing events that a line names. */
const MAX_NAMED = 10

/** The dependencies of the line. */
export interface MissingEventsListingDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install'>
  readonly world: Pick<World, 'logLine'>
  readonly directory: Pick<DirectoryRemote, 'noteMissing'>
}

/** The line of one portal. */
export class MissingEventsListing {
  readonly #deps: MissingEventsListingDeps
  /** The line that the directory holds, as far as this object knows; null stands for none. */
  #told: string | null = null

  constructor(deps: MissingEventsListingDeps) {
    this.#deps = deps
  }

  /** Assumes that the directory holds what is stored here; the daily visit tells it again. */
  load(): void {
    this.#told = this.#line()
  }

  /** Tells the directory of a change. Never rejects. */
  async follow(): Promise<void> {
    if (this.#line() !== this.#told) await this.#tell()
  }

  /** Tells the directory again, when there is anything to tell. Never rejects. */
  async renew(): Promise<void> {
    if (this.#line() !== null || this.#told !== null) await this.#tell()
  }

  async #tell(): Promise<void> {
    const { memberId, state, world, directory } = this.#deps
    const before = this.#told
    const events = this.#line()
    this.#told = events
    const domain = domainOf(state.install()) ?? memberId
    try {
      await directory.noteMissing(memberId, events === null ? null : { domain, events })
    } catch (error) {
      this.#told = before
      world.logLine('warn', 'directory_behind', { memberId, error: describeError(error) })
    }
  }

  #line(): string | null {
    const { application, subscriptions } = this.#deps.state.install()
    const { missing, missingBecause = [] } = subscriptions
    if (application === null || missing.length === 0) return null
    const reasons = new Map(missingBecause.map(({ event, reason }) => [event, reason]))
    const named = missing.slice(0, MAX_NAMED).map((event) => {
      const reason = reasons.get(event)
      return reason === undefined ? displayName(event) : `${displayName(event)} (${reason})`
    })
    const others = missing.length - named.length
    return [...named, ...(others === 0 ? [] : [`${others} more`])].join(', ')
  }
}
