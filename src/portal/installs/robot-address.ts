/**
 * The robot address of a portal: the secret address to which the robots "Outgoing webhook" of its automation rules
 * send their hints. The object knows only the hash of the secret. The address ends with the installation, and with the
 * next one that an operator makes.
 */
import {
  HINT_WINDOW,
  NO_PROOFS,
  provesHint,
  replaceSecret,
  type RobotProofs,
} from '../../core/access/robot-hints.ts'
import { RollingLimit } from '../../core/pace/rolling-limit.ts'
import { createRobotSecret } from '../../storage/robot-secret.ts'
import type { InstallRows } from '../state/install-rows.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { World } from '../world.ts'

/** The dependencies of the robot address. */
export interface RobotAddressDeps {
  readonly memberId: string
  readonly rows: Pick<InstallRows, 'loadRobotProofs' | 'saveRobotProofs'>
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly world: Pick<World, 'now'>
}

/** The robot address of one portal. */
export class RobotAddress {
  readonly #deps: RobotAddressDeps
  readonly #limit = new RollingLimit(HINT_WINDOW)
  #proofs: RobotProofs = NO_PROOFS

  constructor(deps: RobotAddressDeps) {
    this.#deps = deps
  }

  /** Reads what is stored. */
  load(): void {
    this.#proofs = this.#deps.rows.loadRobotProofs()
  }

  /**
   * Makes a new secret, which ends the former one, and answers it: nobody can read it afterwards. Null for a portal
   * without an installation and without an outgoing webhook, which has no robots to listen to.
   */
  async renew(): Promise<string | null> {
    const { memberId, state } = this.#deps
    const { secret, hash } = await createRobotSecret(memberId)
    const { application, webhooks } = state.install()
    if (application === null && webhooks.length === 0) return null
    this.#replace(hash)
    return secret
  }

  /** Removes the address; false when there is none. */
  remove(): boolean {
    if (this.#proofs.hash === null) return false
    this.#replace(null)
    return true
  }

  /** Ends the address with the installation. An address that CLEAN=1 has deleted is only forgotten. */
  end({ clean }: { readonly clean: boolean }): void {
    if (clean) this.#proofs = NO_PROOFS
    else this.remove()
  }

  /** Whether a token, by its hash, is the secret of the address, now or at the time `asOf` (unix milliseconds). */
  trusts(tokenHash: string, asOf: number | null): boolean {
    return provesHint(this.#proofs, tokenHash, asOf)
  }

  /** Counts a hint; false when it is one too many. A request that another token has proved is not counted. */
  isWithinLimit(tokenHash: string): boolean {
    return !this.trusts(tokenHash, null) || this.#limit.take(this.#deps.world.now())
  }

  /** The hash of the present secret, for KV; null without an address. */
  hash(): string | null {
    return this.#proofs.hash
  }

  /** The time at which the address was made, in unix milliseconds; null without one. */
  since(): number | null {
    return this.#proofs.since
  }

  #replace(hash: string | null): void {
    const { rows, state, world } = this.#deps
    const next = replaceSecret(this.#proofs, hash, world.now())
    rows.saveRobotProofs(next)
    this.#proofs = next
    // KV learns of the address with the install.
    state.changeInstall((install) => ({ ...install, kvDirty: true }))
  }
}
