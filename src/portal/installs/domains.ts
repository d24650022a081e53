/**
 * The domains of one portal, now and in the past, by which destinations name it. For example, acme.bitrix24.com is
 * renamed, and another portal gets this domain: a destination with `portals: ["acme.bitrix24.com"]` still means the
 * first one.
 */
import { domainAt, domainOf, refusedFrom } from '../../core/access/domains.ts'
import { compilePortals } from '../../core/lanes/filters/filter.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'

/** The dependencies of the domains. */
export interface PortalDomainsDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly config: Pick<PortalConfig, 'destinations'>
  readonly world: Pick<World, 'logLine'>
  readonly directory: Pick<DirectoryRemote, 'holdDomain'>
}

/** The domains of one portal. */
export class PortalDomains {
  readonly #deps: PortalDomainsDeps
  #following: Promise<void> | null = null

  constructor(deps: PortalDomainsDeps) {
    this.#deps = deps
  }

  /**
   * The host by which the portal is filtered; null when none is known, or when another portal had it first: a
   * destination that names this domain means that portal.
   */
  present(): string | null {
    const { memberId, state } = this.#deps
    const { application, domainHolder } = state.install()
    const isOwn =
      domainHolder?.domain !== application?.domain || domainHolder?.memberId === memberId
    return application === null || isOwn ? domainOf(state.install()) : null
  }

  /**
   * Asks the directory who had the verified domain first, once for each domain, if a destination names it. A
   * directory that cannot be reached is asked again after the next change, or with the daily visit; until then the
   * domain counts as the portal's own.
   */
  follow(): Promise<void> {
    this.#following ??= this.#follow().finally(() => {
      this.#following = null
    })
    return this.#following
  }

  async #follow(): Promise<void> {
    const { memberId, state, directory, world } = this.#deps
    const domain = state.install().application?.domain
    if (domain === undefined || state.install().domainHolder?.domain === domain) return
    if (!this.#isNamedByDomain(domain)) return
    const holder = await directory.holdDomain(domain, memberId)
    if (state.install().application?.domain !== domain) return
    if (holder !== memberId)
      world.logLine('warn', 'domain_of_another', { memberId, domain, holder })
    state.changeInstall((install) => ({ ...install, domainHolder: { domain, memberId: holder } }))
  }

  /** Whether a destination gets the events of this portal because of its domain. */
  #isNamedByDomain(domain: string): boolean {
    const { memberId, config } = this.#deps
    return (config.destinations ?? []).some(({ filter }) => {
      const isWanted = compilePortals(filter.portals)
      return isWanted({ memberId, domain }) && !isWanted({ memberId, domain: null })
    })
  }

  /** The host under which an event was stored. */
  at(sequence: number): string | null {
    return domainAt(this.#deps.state.install(), sequence)
  }

  /** The first event from which no domain of the portal meets the condition. */
  refusedFrom(isWanted: (domain: string) => boolean): number {
    return refusedFrom(this.#deps.state.install(), isWanted)
  }
}
