/**
 * The receivers of one portal: each destination of the configuration, opened with the values of this portal.
 */
import { sha256Hex } from '../../core/safety/sha256.ts'
import type { Receiver } from '../../destinations/receiver.ts'
import {
  fingerprintOf,
  openReceiver,
  type Destination,
} from '../../destinations/settings/destination.ts'
import type { PortalValues } from '../installs/values.ts'
import type { PortalConfig } from '../settings.ts'

/** The dependencies of the receivers. */
export interface ReceiversDeps {
  readonly config: Pick<PortalConfig, 'destinations' | 'policy'>
  readonly values: Pick<PortalValues, 'all' | 'clear'>
}

/** The receivers of one portal. */
export class Receivers {
  readonly #deps: ReceiversDeps
  readonly #hashes = new Map<string, string>()
  readonly #opened = new Map<string, Receiver | null>()

  constructor(deps: ReceiversDeps) {
    this.#deps = deps
  }

  /** Computes the fingerprints. To be called again when a value of the portal has changed. */
  async load(): Promise<void> {
    this.#opened.clear()
    for (const destination of this.#deps.config.destinations ?? []) {
      this.#hashes.set(destination.name, await this.#hashOf(destination))
    }
  }

  /** A value of the portal is part of the settings of each destination that names it. */
  async #hashOf(destination: Destination): Promise<string> {
    const own = await fingerprintOf(destination)
    const values = this.#deps.values.all()
    const used = destination.portalValues.map((name) => values.get(name) ?? null)
    return used.length === 0 ? own : sha256Hex(JSON.stringify([own, ...used]))
  }

  /** The hash of everything that makes up a destination in this portal; empty before `load`. */
  fingerprint(name: string): string {
    return this.#hashes.get(name) ?? ''
  }

  /** Whether the portal has every value that a destination names. */
  hasValues({ portalValues }: Destination): boolean {
    const values = this.#deps.values.all()
    return portalValues.every((name) => values.has(name))
  }

  /** The receiver of a destination; null when its settings cannot be used. */
  open(destination: Destination): Receiver | null {
    const known = this.#opened.get(destination.name)
    if (known !== undefined) return known
    const values = new Map<string, string>()
    for (const [name, value] of this.#deps.values.all()) {
      // Null stands for a value that cannot be opened with the keys of today.
      if (value !== null) values.set(name, value)
    }
    const opened = openReceiver(destination, values, this.#deps.config.policy)
    const receiver = opened.ok ? opened.value : null
    this.#opened.set(destination.name, receiver)
    return receiver
  }

  /**
   * Forgets the values of the portal and every receiver that was opened with them: their rows were deleted.
   */
  clearValues(): void {
    this.#deps.values.clear()
    this.#opened.clear()
  }
}
