/**
 * References inside a destination's settings: `$NAME` stands for a secret, `$portal.NAME` for a portal value.
 */
import { PORTAL_VALUE_PREFIX } from './destination.ts'
import type { SettingProblem } from './setting-problem.ts'

/** Looks up the secret of a `$NAME`; undefined when it is not set. */
export type SecretLookup = (name: string) => string | undefined

// The settings that may differ from portal to portal: the place of a message, and the proof of its sender.
const PORTAL_SETTINGS: readonly string[] = ['url', 'token', 'chat', 'secret', 'bearer']

/** Replaces each `$NAME` by its secret, and collects problems and the portal values that are asked for. */
export class References {
  readonly problems: SettingProblem[] = []
  /** The names of the portal values. */
  readonly portalValues: string[] = []
  /** The settings that refer to a portal value. */
  readonly portalSettings = new Set<string>()
  readonly #lookup: SecretLookup

  constructor(lookup: SecretLookup) {
    this.#lookup = lookup
  }

  /** The setting with its secrets; each `$portal.NAME` still stands. */
  fill(key: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.fill(key, item))
    if (isTable(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, this.fill(nameOf(key, name), item)]),
      )
    }
    if (typeof value !== 'string' || !value.startsWith('$')) return value
    if (value.startsWith(PORTAL_VALUE_PREFIX)) return this.#portalValue(key, value)
    return this.#secret(key, value.slice(1))
  }

  #portalValue(key: string, reference: string): string {
    const name = reference.slice(PORTAL_VALUE_PREFIX.length)
    if (!PORTAL_SETTINGS.includes(key)) {
      const problem = `Must not refer to a portal's value: only ${PORTAL_SETTINGS.join(', ')} may`
      this.problems.push({ setting: key, problem })
    } else if (isValueName(name)) {
      this.portalValues.push(name)
      this.portalSettings.add(key)
    } else {
      this.problems.push({ setting: key, problem: 'Must name a value as $portal.NAME' })
    }
    return reference
  }

  #secret(key: string, name: string): string {
    const secret = isValueName(name) ? this.#lookup(name) : undefined
    if (secret !== undefined && secret !== '') return secret
    const problem = isValueName(name)
      ? `Must be available: the secret ${name} is not set`
      : 'Must refer to a secret as $NAME'
    this.problems.push({ setting: key, problem })
    return ''
  }
}

/** A key is shown only when it looks like a key: somebody may have written a secret in its place. */
function nameOf(key: string, inner: string): string {
  return /^[A-Za-z0-9-]{1,40}$/.test(inner) ? `${key}.${inner}` : key
}

/** Whether a text may name a secret or a portal value: `A-Z`, digits and `_`, at most 64 characters. */
export function isValueName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,63}$/u.test(name)
}

/** Whether a value is a table of TOML or an object of JSON. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
