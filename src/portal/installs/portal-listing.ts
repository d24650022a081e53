/**
 * The line of the portal in the directory's list of portals. The daily cron visits the portals of that list
 * beside those in KV, so that a portal whose record KV has lost is visited, and writes it again.
 */
import { describeError } from '../../core/safety/redact.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'

/** The dependencies of the listing. */
export interface PortalListingDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install'>
  readonly world: Pick<World, 'log'>
  readonly directory: Pick<DirectoryRemote, 'notePortal'>
}

/** The line of one portal. */
export class PortalListing {
  readonly #deps: PortalListingDeps
  /** What the directory was last told by this object; null while it was told nothing. */
  #listed: boolean | null = null

  constructor(deps: PortalListingDeps) {
    this.#deps = deps
  }

  /** Lists a portal that has just become known. Never rejects: the daily visit says it again. */
  async follow(): Promise<void> {
    const { application, webhooks } = this.#deps.state.install()
    if (application === null && webhooks.length === 0) return
    if (this.#listed !== true) await this.#tell(true)
  }

  /** Lists the portal again, or ends its line when nothing is left of it. Never rejects. */
  renew({ isLogEmpty }: { readonly isLogEmpty: boolean }): Promise<void> {
    const { application, webhooks } = this.#deps.state.install()
    return this.#tell(!isLogEmpty || application !== null || webhooks.length > 0)
  }

  async #tell(isListed: boolean): Promise<void> {
    const { memberId, directory, world } = this.#deps
    this.#listed = isListed
    try {
      await directory.notePortal(memberId, isListed)
    } catch (error) {
      this.#listed = null
      world.log('warn', 'directory_behind', { memberId, error: describeError(error) })
    }
  }
}
