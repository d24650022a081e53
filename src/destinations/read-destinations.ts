/**
 * Reads the setting DESTINATIONS. Each entry fails alone: a wrong one keeps its name and its problems, so
 * that its lane stops and its events wait. No problem ever shows the value of a secret.
 */
import * as v from 'valibot'
import type { AddressPolicy } from '../core/address.ts'
import { isGlob } from '../core/glob.ts'
import { nearestWord } from '../core/nearest-word.ts'
import { err, ok, type Result } from '../core/result.ts'
import { HOUR_MS } from '../core/retry.ts'
import { PORTAL_VALUE_PREFIX, openDestination, type ConfiguredDestination } from './configured.ts'
import type { DestinationType, SettingProblem } from './destination.ts'
import { DESTINATION_TYPES, findDestinationType } from './registry.ts'

/** The events a destination gets when it names none. */
export const DEFAULT_EVENTS = ['onCrmRequisiteUserField*'] as const

const DEFAULT_RETRY_HOURS = 72
const MIN_RETRY_HOURS = 24
const MAX_RETRY_HOURS = 24 * 30
const DEFAULT_TIMEOUT_MS = 10_000
const MAX_TIMEOUT_MS = 30_000

/** Where `$NAME` is looked up; answers undefined for a secret that is not set. */
export type SecretLookup = (name: string) => string | undefined

// Every schema has its message: the library's own ones show the value.
const GLOBS_FORM = 'Must be a list of globs'
const FieldGlobsSchema = v.array(
  v.pipe(v.string(GLOBS_FORM), v.check(isGlob, GLOBS_FORM)),
  GLOBS_FORM,
)
const GlobsSchema = v.pipe(FieldGlobsSchema, v.minLength(1, 'Must name at least one glob'))

const COMMON = {
  name: v.pipe(
    v.string('Must be a text'),
    v.regex(/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/u, 'Must be 1 to 64 of a-z, 0-9, _ and -'),
  ),
  type: v.string('Must be a text'),
  events: v.optional(GlobsSchema, [...DEFAULT_EVENTS]),
  portals: v.optional(GlobsSchema, ['*']),
  fields: v.optional(FieldGlobsSchema, []),
  retryHours: v.optional(
    v.pipe(
      v.number('Must be a number of hours'),
      v.minValue(MIN_RETRY_HOURS, `Must be at least ${MIN_RETRY_HOURS}`),
      v.maxValue(MAX_RETRY_HOURS, `Must be at most ${MAX_RETRY_HOURS}`),
    ),
    DEFAULT_RETRY_HOURS,
  ),
  timeoutMs: v.optional(
    v.pipe(
      v.number('Must be a number of milliseconds'),
      v.minValue(100, 'Must be at least 100'),
      v.maxValue(MAX_TIMEOUT_MS, `Must be at most ${MAX_TIMEOUT_MS}`),
    ),
    DEFAULT_TIMEOUT_MS,
  ),
  unchanged: v.optional(v.picklist(['send', 'skip'], 'Must be "send" or "skip"')),
} as const

/** Reads the list. The error is the problem of the setting as a whole. */
export function readDestinations(
  raw: unknown,
  lookup: SecretLookup,
  policy: AddressPolicy,
): Result<readonly ConfiguredDestination[], string> {
  if (!Array.isArray(raw)) return err('Must be a list of tables, each with name and type')
  const destinations: ConfiguredDestination[] = []
  for (const [index, entry] of raw.entries()) {
    const read = readDestination(entry, lookup, policy)
    const isRepeated = destinations.some((known) => known.name === read.name)
    const name = isRepeated || read.name === '' ? `#${index + 1}` : read.name
    const problems = isRepeated
      ? [{ setting: 'name', problem: 'Must be unique among the destinations' }]
      : read.problems
    destinations.push({ ...read, name, problems })
  }
  return ok(requirePortals(destinations, raw))
}

/** A forgotten `portals` line must not send one customer's changes to another. */
function requirePortals(
  destinations: readonly ConfiguredDestination[],
  raw: readonly unknown[],
): readonly ConfiguredDestination[] {
  const names = raw.map((entry) => isTable(entry) && entry['portals'] !== undefined)
  if (!names.includes(true)) return destinations
  const problem = {
    setting: 'portals',
    problem: 'Must be set, as another destination names its portals: use ["*"] for all',
  }
  return destinations.map((destination, index) =>
    names[index] === true
      ? destination
      : { ...destination, problems: [...destination.problems, problem] },
  )
}

function readDestination(
  entry: unknown,
  lookup: SecretLookup,
  policy: AddressPolicy,
): ConfiguredDestination {
  const table = isTable(entry) ? entry : {}
  const problems: SettingProblem[] = []
  const common = readCommon(table, problems)
  const type = findDestinationType(common.type)
  if (type === null && typeof table['type'] === 'string') problems.push(unknownType(common.type))
  const own = Object.entries(table).filter(([key]) => !Object.hasOwn(COMMON, key))
  if (type !== null) problems.push(...own.flatMap(([key]) => unknownKey(key, type)))
  const references = new References(lookup)
  const settings = Object.fromEntries(own.map(([key, value]) => [key, references.fill(key, value)]))
  problems.push(...references.problems)
  const configured: ConfiguredDestination = {
    name: common.name,
    type,
    typeName: common.type,
    filter: { events: common.events, fields: common.fields, portals: common.portals },
    retryMs: common.retryHours * HOUR_MS,
    timeoutMs: common.timeoutMs,
    unchanged: common.unchanged ?? (type?.reader === 'person' ? 'skip' : 'send'),
    settings,
    portalValues: references.portalValues,
    problems,
  }
  if (problems.length > 0 || references.portalValues.length > 0) return configured
  const opened = openDestination(configured, new Map(), policy)
  return opened.ok ? configured : { ...configured, problems: opened.error }
}

interface Common {
  readonly name: string
  readonly type: string
  readonly events: readonly string[]
  readonly portals: readonly string[]
  readonly fields: readonly string[]
  readonly retryHours: number
  readonly timeoutMs: number
  readonly unchanged?: 'send' | 'skip' | undefined
}

/** Reads key by key, so that one wrong key does not hide the others. */
function readCommon(table: Readonly<Record<string, unknown>>, problems: SettingProblem[]): Common {
  const read = <S extends v.GenericSchema>(
    key: string,
    schema: S,
    fallback: v.InferOutput<S>,
  ): v.InferOutput<S> => {
    const result = v.safeParse(schema, table[key])
    if (result.success) return result.output
    problems.push({ setting: key, problem: result.issues[0].message })
    return fallback
  }
  return {
    name: read('name', COMMON.name, ''),
    type: read('type', COMMON.type, ''),
    events: read('events', COMMON.events, []),
    portals: read('portals', COMMON.portals, []),
    fields: read('fields', COMMON.fields, []),
    retryHours: read('retryHours', COMMON.retryHours, DEFAULT_RETRY_HOURS),
    timeoutMs: read('timeoutMs', COMMON.timeoutMs, DEFAULT_TIMEOUT_MS),
    unchanged: read('unchanged', COMMON.unchanged, undefined),
  }
}

/** Replaces `$NAME` by the secret of that name, and notes what is missing. */
class References {
  readonly problems: SettingProblem[] = []
  readonly portalValues: string[] = []
  readonly #lookup: SecretLookup

  constructor(lookup: SecretLookup) {
    this.#lookup = lookup
  }

  fill(key: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.fill(key, item))
    if (isTable(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, this.fill(`${key}.${name}`, item)]),
      )
    }
    if (typeof value !== 'string' || !value.startsWith('$')) return value
    return this.#resolve(key, value)
  }

  #resolve(key: string, reference: string): string {
    if (reference.startsWith(PORTAL_VALUE_PREFIX)) {
      const name = reference.slice(PORTAL_VALUE_PREFIX.length)
      if (isValueName(name)) this.portalValues.push(name)
      else this.problems.push({ setting: key, problem: 'Must name a value as $portal.NAME' })
      return reference
    }
    const name = reference.slice(1)
    const secret = isValueName(name) ? this.#lookup(name) : undefined
    if (secret !== undefined && secret !== '') return secret
    const problem = isValueName(name)
      ? `Must be available: the secret ${name} is not set`
      : 'Must refer to a secret as $NAME'
    this.problems.push({ setting: key, problem })
    return ''
  }
}

/** Whether a text may name a secret or a portal's value: `A-Z`, digits and `_`, at most 64. */
export function isValueName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,63}$/u.test(name)
}

function unknownType(word: string): SettingProblem {
  const known = DESTINATION_TYPES.map((type) => type.type)
  const near = nearestWord(word, known)
  const hint = near === null ? `one of ${known.join(', ')}` : `did you mean "${near}"?`
  return { setting: 'type', problem: `Must be a known type: ${hint}` }
}

function unknownKey(key: string, type: DestinationType): SettingProblem[] {
  if (type.settings.includes(key)) return []
  const near = nearestWord(key, [...Object.keys(COMMON), ...type.settings])
  const hint = near === null ? '' : `: did you mean "${near}"?`
  return [{ setting: key, problem: `Must not be set, as ${type.type} does not know it${hint}` }]
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
