/**
 * The receivers of one portal: each destination of the configuration, opened with the values of this portal.
 */
import type { Result } from '../../../core/result.ts'
import { sha256Hex } from '../../../core/safety/sha256.ts'
import type { Receiver } from '../../../destinations/receiver.ts'
import {
  fingerprintOf,
  openReceiver,
  valuesIn,
  type Destination,
} from '../../../destinations/settings/destination.ts'
import type { SettingProblem } from '../../../destinations/settings/setting-problem.ts'
import type { PortalValues } from '../../installs/values.ts'
import type { PortalConfig } from '../../settings.ts'

/** The dependencies of the receivers. */
export interface ReceiversDeps {
  readonly config: Pick<PortalConfig, 'destinations' | 'policy'>
  readonly values: Pick<PortalValues, 'all' | 'clear'>
}

/** The fingerprint of each destination without portal values, computed once for all portals of the isolate. */
const FINGERPRINTS = new WeakMap<Destination, string>()

/** The receivers of one portal. */
export class Receivers {
  readonly #deps: ReceiversDeps
  /** The fingerprints of destinations that name portal values. */
  readonly #own = new Map<Destination, string>()
  readonly #opened = new Map<string, Result<Receiver, readonly SettingProblem[]>>()

  constructor(deps: ReceiversDeps) {
    this.#deps = deps
  }

  /** The configured destination of that name; null when it was removed. */
  findDestination(name: string): Destination | null {
    return this.#deps.config.destinations?.find((known) => known.name === name) ?? null
  }

  /** Computes the fingerprints. To be called again when a value of the portal has changed. */
  async load(): Promise<void> {
    this.#opened.clear()
    for (const destination of this.#deps.config.destinations ?? []) {
      const { portalValues } = destination
      const common = FINGERPRINTS.get(destination) ?? (await fingerprintOf(destination))
      FINGERPRINTS.set(destination, common)
      if (portalValues.length > 0)
        this.#own.set(destination, await this.#hashWith(destination, common))
    }
  }

  /** A value of the portal is part of the settings of each destination that names it. */
  #hashWith({ portalValues }: Destination, common: string): Promise<string> {
    const values = this.#deps.values.all()
    const used = portalValues.map((name) => values.get(name) ?? null)
    return sha256Hex(JSON.stringify([common, ...used]))
  }

  /** The hash of everything that makes up a destination in this portal; empty before `load`. */
  fingerprint(destination: Destination): string {
    const known = destination.portalValues.length > 0 ? this.#own : FINGERPRINTS
    return known.get(destination) ?? ''
  }

  /** Whether the portal has every value that a destination names. */
  hasValues({ portalValues }: Destination): boolean {
    const values = this.#deps.values.all()
    return portalValues.every((name) => values.has(name))
  }

  /** The receiver of a destination; null when its settings cannot be used. */
  open(destination: Destination): Receiver | null {
    const opened = this.#open(destination)
    return opened.ok ? opened.value : null
  }

  /**
   * Everything that is wrong with a destination in this portal. A problem of a setting that a value of the
   * portal fills in names this value, and never shows it.
   */
  problems(destination: Destination): readonly SettingProblem[] {
    const opened = this.#open(destination)
    if (opened.ok) return []
    return opened.error.map(({ setting, problem }) => {
      const names = valuesIn(destination.settings[setting])
      return names.length === 0 ? { setting, problem } : this.#explain(setting, { problem, names })
    })
  }

  #explain(
    setting: string,
    { problem, names }: { readonly problem: string; readonly names: readonly string[] },
  ): SettingProblem {
    const values = this.#deps.values.all()
    const missing = names.find((name) => !values.has(name))
    if (missing !== undefined) {
      return { setting, problem: `Must be available: this portal has no value ${missing}` }
    }
    const sealed = names.find((name) => values.get(name) === null)
    if (sealed !== undefined) {
      const cause = `no key in TOKEN_KEYS opens the value ${sealed} of this portal: set it again`
      return { setting, problem: `Must be readable, but ${cause}` }
    }
    const sources = names.map((name) => `$portal.${name}`).join(', ')
    return { setting, problem: `${problem} (it comes from ${sources})` }
  }

  #open(destination: Destination): Result<Receiver, readonly SettingProblem[]> {
    const known = this.#opened.get(destination.name)
    if (known !== undefined) return known
    const values = new Map<string, string>()
    for (const [name, value] of this.#deps.values.all()) {
      // Null stands for a value that cannot be opened with the configured keys.
      if (value !== null) values.set(name, value)
    }
    const opened = openReceiver(destination, values, this.#deps.config.policy)
    this.#opened.set(destination.name, opened)
    return opened
  }

  /**
   * Forgets the values of the portal and every receiver that was opened with them: their rows were deleted.
   */
  clearValues(): void {
    this.#deps.values.clear()
    this.#opened.clear()
  }
}
