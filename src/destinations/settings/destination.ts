/** A destination as configured: its filter and limits, and how to open it for one portal. */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, type Result } from '../../core/result.ts'
import type { Filter } from '../../core/lanes/filter.ts'
import { sha256Hex } from '../../core/safety/sha256.ts'
import type { Receiver, DestinationType } from '../receiver.ts'
import type { SettingProblem } from './setting-problem.ts'
import type { Language } from '../language/languages.ts'

/** When waiting events are told in one message. */
export interface DigestSetting {
  /** How long the first event waits for others. */
  readonly seconds: number
  /** The most events of one message. */
  readonly max: number
}

/** One entry of DESTINATIONS after reading. */
export interface Destination {
  readonly name: string
  /** The kind of receiver; null when the configured word is unknown. */
  readonly type: DestinationType | null
  /** The word as configured. */
  readonly typeName: string
  readonly filter: Filter
  readonly retryMs: number
  readonly timeoutMs: number
  readonly unchanged: 'send' | 'skip'
  /** How events are gathered into one message; null: only when the lane is behind. */
  readonly digest: DigestSetting | null
  readonly language: Language
  readonly template: string | null
  /** Settings of the type: `$NAME` is replaced by the secret, `$portal.NAME` still stands. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Names of the portal's own values that the settings ask for. */
  readonly portalValues: readonly string[]
  /** Empty when the destination is usable. */
  readonly problems: readonly SettingProblem[]
}

/** The prefix that refers to a value of the portal itself. */
export const PORTAL_VALUE_PREFIX = '$portal.'

/** Makes the receiver for one portal, whose own values are given by name. */
export function openReceiver(
  configured: Destination,
  values: ReadonlyMap<string, string>,
  policy: AddressPolicy,
): Result<Receiver, readonly SettingProblem[]> {
  if (configured.type === null || configured.problems.length > 0) return err(configured.problems)
  const settings = Object.fromEntries(
    Object.entries(configured.settings).map(([key, value]) => [key, fillIn(value, values)]),
  )
  const { language, template } = configured
  return configured.type.create(settings, { policy, language, template })
}

function fillIn(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => fillIn(item, values))
  if (typeof value !== 'string' || !value.startsWith(PORTAL_VALUE_PREFIX)) return value
  return values.get(value.slice(PORTAL_VALUE_PREFIX.length)) ?? ''
}

/**
 * Hex SHA-256 over everything that makes up a destination, secrets included: it changes when a setting
 * changes, and tells nothing about them.
 */
export function settingsHashOf(configured: Destination): Promise<string> {
  const { typeName, settings, retryMs, timeoutMs, unchanged, filter } = configured
  const { digest, language, template } = configured
  const own = [typeName, settings, retryMs, timeoutMs, unchanged, filter]
  return sha256Hex(JSON.stringify([...own, digest, language, template]))
}
