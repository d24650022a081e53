/** The plans of one portal's lanes: one for each destination of the configuration that concerns the portal. */
import { filterOf } from '../../core/lanes/state/epochs.ts'
import type { Epoch } from '../../core/lanes/state/lane-state.ts'
import type { LanePlan } from '../../core/lanes/state/match-lanes.ts'
import { compilePortals, type PortalIdentity } from '../../core/lanes/filters/filter.ts'
import type { Destination } from '../../destinations/settings/destination.ts'
import type { PortalDomains } from '../installs/domains.ts'
import type { PortalConfig } from '../settings.ts'
import type { LaneBook } from './book/book.ts'
import type { Receivers } from './sending/receivers.ts'

/** The dependencies of the plans. */
export interface LanePlansDeps {
  readonly memberId: string
  readonly config: Pick<PortalConfig, 'destinations'>
  readonly domains: Pick<PortalDomains, 'present' | 'refusedFrom'>
  readonly book: Pick<LaneBook, 'all' | 'findLane'>
  readonly receivers: Pick<Receivers, 'open' | 'hasValues' | 'fingerprint'>
}

/** The globs `portals` of each destination, compiled once for all portals of the isolate. */
const PORTALS_OF = new WeakMap<Destination, ReturnType<typeof compilePortals>>()

/** Whether the globs `portals` of a destination take a portal. */
function isForPortal(destination: Destination, portal: PortalIdentity): boolean {
  const known = PORTALS_OF.get(destination) ?? compilePortals(destination.filter.portals)
  PORTALS_OF.set(destination, known)
  return known(portal)
}

/**
 * Whether a destination may be for a portal. One whose `portals` cannot be read may be for each portal: its events
 * wait.
 */
function mayBeFor(destination: Destination, portal: PortalIdentity): boolean {
  const isUnread = destination.problems.some(({ setting }) => setting === 'portals')
  return isUnread || isForPortal(destination, portal)
}

/** The plans of one portal's lanes. */
export class LanePlans {
  readonly #deps: LanePlansDeps
  /** The destinations whose `portals` take this portal, for the domain that it has. */
  #own: { readonly domain: string | null; readonly destinations: ReadonlySet<Destination> } | null =
    null

  constructor(deps: LanePlansDeps) {
    this.#deps = deps
  }

  /** The lanes that the configuration asks for now; null when it cannot be read. */
  all(): readonly LanePlan[] | null {
    const { config, book } = this.#deps
    const known = new Set(book.all().map(({ destination }) => destination))
    const own = this.#ownDestinations()
    // A destination for other portals costs this one nothing, unless its lane has something to deliver still.
    const concerned = config.destinations?.filter(
      (destination) => own.has(destination) || known.has(destination.name),
    )
    return concerned?.map((destination) => this.#plan(destination)) ?? null
  }

  #ownDestinations(): ReadonlySet<Destination> {
    const portal = this.#identity()
    if (this.#own === null || this.#own.domain !== portal.domain) {
      const all = this.#deps.config.destinations ?? []
      const own = all.filter((destination) => mayBeFor(destination, portal))
      this.#own = { domain: portal.domain, destinations: new Set(own) }
    }
    return this.#own.destinations
  }

  #plan(destination: Destination): LanePlan {
    const { name, filter, unchanged } = destination
    const { book, receivers } = this.#deps
    const silent = this.#silence(destination)
    const fingerprint = receivers.fingerprint(destination)
    if (silent !== null || receivers.open(destination) !== null) {
      const epoch = filterOf({ ...filter, silent, skipsUnchanged: unchanged === 'skip' })
      const plan = { destination: name, fingerprint, ...epoch, problem: null }
      // The portal has another domain now. Events that were stored under a domain which the destination names still
      // wait for it.
      return silent === 'portal' ? { ...plan, from: this.#refusedFrom(destination) } : plan
    }
    // The filter itself may be the wrong setting. Until it is right, the former filter decides which events wait.
    const epoch = filterOf(book.findLane(name)?.epochs.at(-1) ?? ANYTHING)
    // The fault may lie in another destination. Then the fingerprint of this one would stay the same when the fault
    // is mended. The prefix makes it change.
    const unusable = { fingerprint: `unusable ${fingerprint}`, problem: 'misconfigured' } as const
    return { destination: name, ...epoch, ...unusable }
  }

  /**
   * The reason why a destination gets nothing at all in this portal. A wrong destination is not silent: its events
   * wait.
   */
  #silence(destination: Destination): Epoch['silent'] {
    if (destination.problems.length > 0) return null
    if (!isForPortal(destination, this.#identity())) return 'portal'
    return this.#deps.receivers.hasValues(destination) ? null : 'no_value'
  }

  #refusedFrom(destination: Destination): number {
    const { memberId, domains } = this.#deps
    return domains.refusedFrom((domain) => isForPortal(destination, { memberId, domain }))
  }

  #identity(): PortalIdentity {
    return { memberId: this.#deps.memberId, domain: this.#deps.domains.present() }
  }
}

const ANYTHING: Omit<Epoch, 'from'> = {
  events: ['*'],
  fields: [],
  silent: null,
  skipsUnchanged: false,
}
