/** A destination as it is configured, and the way from it to a receiver that is opened for one portal. */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, type Result } from '../../core/result.ts'
import type { Filter } from '../../core/lanes/filters/filter.ts'
import { sha256Hex } from '../../core/safety/sha256.ts'
import type { Receiver, DestinationType } from '../receiver.ts'
import type { GatheringSetting } from './gathering-setting.ts'
import type { SettingProblem } from './setting-problem.ts'
import type { Language } from '../language/languages.ts'

/** One entry of DESTINATIONS, read. */
export interface Destination {
  readonly name: string
  /** The kind of receiver; null when the configured word is not known. */
  readonly type: DestinationType | null
  /** The word as configured. */
  readonly typeName: string
  readonly filter: Filter
  readonly retryMs: number
  readonly timeoutMs: number
  readonly unchanged: 'send' | 'skip'
  /** Ports that it may use beside 443 and 8443. @default [] */
  readonly allowPorts?: readonly number[]
  /** The fallback: the destination that is told the bulletins about this one; absent for none. */
  readonly fallback?: string
  /** The setting `digest`; null when events are gathered only while the lane is behind. */
  readonly digestSetting: GatheringSetting | null
  /** The setting `batch`; null when each event has a request of its own. */
  readonly batchSetting: GatheringSetting | null
  readonly language: Language
  readonly template: string | null
  /**
   * The settings of its type: each `$NAME` has been replaced by the secret, each `$portal.NAME` still stands.
   */
  readonly settings: Readonly<Record<string, unknown>>
  /** The names of the portal values that the settings ask for. */
  readonly portalValues: readonly string[]
  /** The problems of the settings; empty when the destination can be used. */
  readonly problems: readonly SettingProblem[]
}

/** A setting that begins with it refers to a portal value. */
export const PORTAL_VALUE_PREFIX = '$portal.'

/** Opens the receiver for one portal, whose portal values are given by their names. */
export function openReceiver(
  destination: Destination,
  values: ReadonlyMap<string, string>,
  policy: AddressPolicy,
): Result<Receiver, readonly SettingProblem[]> {
  const { type, problems, language, template, allowPorts = [] } = destination
  if (type === null || problems.length > 0) return err(problems)
  const settings = Object.fromEntries(
    Object.entries(destination.settings).map(([key, value]) => [key, fillIn(value, values)]),
  )
  const own = allowPorts.length === 0 ? policy : { ...policy, allowPorts }
  return type.create(settings, { policy: own, language, template })
}

function fillIn(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => fillIn(item, values))
  if (typeof value !== 'string' || !value.startsWith(PORTAL_VALUE_PREFIX)) return value
  return values.get(value.slice(PORTAL_VALUE_PREFIX.length)) ?? ''
}

/** The names of the portal values to which a setting refers, a list in each of its entries. */
export function valuesIn(setting: unknown): readonly string[] {
  if (Array.isArray(setting)) return setting.flatMap(valuesIn)
  if (typeof setting !== 'string' || !setting.startsWith(PORTAL_VALUE_PREFIX)) return []
  return [setting.slice(PORTAL_VALUE_PREFIX.length)]
}

/**
 * The SHA-256 of everything that makes up a destination, secrets included, in hex. It changes when a setting
 * changes, and does not give any setting away.
 */
export function fingerprintOf(destination: Destination): Promise<string> {
  const { typeName, settings, retryMs, timeoutMs, unchanged, filter } = destination
  const { digestSetting, batchSetting, language, template, allowPorts = [] } = destination
  const own = [typeName, settings, retryMs, timeoutMs, unchanged, filter]
  // A member that most destinations do not have must not change the fingerprints that are stored.
  const ports = allowPorts.length === 0 ? [] : [allowPorts]
  const batches = batchSetting === null ? [] : [{ batch: batchSetting }]
  return sha256Hex(
    JSON.stringify([...own, digestSetting, language, template, ...ports, ...batches]),
  )
}
