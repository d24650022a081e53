/**
 * Decides which destinations are told the bulletins of one portal, and plans the lanes that tell them. Such a lane
 * begins with the first bulletin that its destination is told.
 */
import { domainOf } from '../../core/access/domains.ts'
import {
  concernsBulletins,
  recipientsOf,
  type BulletinReader,
  type Recipients,
} from '../../core/bulletins/asking.ts'
import type { Bulletin } from '../../core/bulletins/bulletin.ts'
import { compilePortals } from '../../core/lanes/filters/filter.ts'
import type { BookTerms } from '../../core/lanes/state/book-state.ts'
import type { LanePlan } from '../../core/lanes/state/match-lanes.ts'
import type { Destination } from '../../destinations/settings/destination.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { Receivers } from '../lanes/sending/receivers.ts'
import type { PortalConfig } from '../settings.ts'
import type { PortalState } from '../state/portal-state.ts'

/** The dependencies of the lanes. */
export interface BulletinLanesDeps {
  readonly memberId: string
  readonly config: Pick<PortalConfig, 'destinations'>
  readonly state: Pick<PortalState, 'install'>
  readonly receivers: Pick<Receivers, 'open' | 'hasValues' | 'fingerprint'>
  /** The lanes that tell bulletins. */
  readonly book: Pick<LaneBook, 'all'>
}

/** Whether any destination of a configuration is told bulletins, decided once for all portals of the isolate. */
const CONCERNED = new WeakMap<readonly Destination[], boolean>()

/** The lanes that tell the bulletins of one portal. */
export class BulletinLanes {
  readonly #deps: BulletinLanesDeps

  constructor(deps: BulletinLanesDeps) {
    this.#deps = deps
  }

  /** Whether anybody is told bulletins by this configuration. */
  isConcerned(): boolean {
    const { destinations } = this.#deps.config
    if (destinations === null) return false
    const known = CONCERNED.get(destinations)
    if (known !== undefined) return known
    const isConcerned = destinations.map(readerOf).some(concernsBulletins)
    CONCERNED.set(destinations, isConcerned)
    return isConcerned
  }

  /** The destinations that are told a bulletin. */
  recipientsOf(bulletin: Pick<Bulletin, 'type' | 'about'>): Recipients {
    return recipientsOf(bulletin, this.#readers())
  }

  /**
   * The plans of the lanes: of those that exist, and of those of `further` destinations, which begin behind the
   * bulletin `head`.
   */
  terms(further: readonly string[], head: number): BookTerms {
    const { config, book } = this.#deps
    const names = new Set([...book.all().map(({ destination }) => destination), ...further])
    const plans = config.destinations
      ?.filter(({ name }) => names.has(name))
      .map((destination) => this.#plan(destination))
    return { plans: plans ?? null, head }
  }

  #plan(destination: Destination): LanePlan {
    const { receivers } = this.#deps
    const hasValues = receivers.hasValues(destination)
    const isUsable = !hasValues || receivers.open(destination) !== null
    const fingerprint = receivers.fingerprint(destination)
    return {
      destination: destination.name,
      // No filter is needed, since each bulletin names the destinations that are told.
      events: ['*'],
      fields: [],
      silent: hasValues ? null : 'no_value',
      skipsUnchanged: false,
      fingerprint: isUsable ? fingerprint : `unusable ${fingerprint}`,
      problem: isUsable ? null : 'misconfigured',
    }
  }

  /** The destinations that take this portal. */
  #readers(): readonly BulletinReader[] {
    const { memberId, config, state } = this.#deps
    const install = state.install()
    // After an uninstall the portal is matched by the domain that it had, since its end has to be told.
    const domain = domainOf(install) ?? install.endedDomain
    return (config.destinations ?? [])
      .filter(({ filter }) => compilePortals(filter.portals)({ memberId, domain }))
      .map(readerOf)
  }
}

function readerOf({ name, filter, fallback }: Destination): BulletinReader {
  return { name, events: filter.events, fallback: fallback ?? null }
}
