/**
 * Reads the setting DESTINATIONS. Each entry fails by itself: a wrong one keeps its name and its problems, so
 * its lane stops and its events wait, while the other destinations go on. No problem shows a secret.
 */
import { HOUR_MS } from '../../core/durations.ts'
import { checkAddress, type AddressPolicy } from '../../core/safety/address.ts'
import type { Filter } from '../../core/lanes/filters/filter.ts'
import { nearestWord } from '../../core/nearest-word.ts'
import { err, ok, type Result } from '../../core/result.ts'
import {
  COMMON_KEYS,
  MACHINE_KEYS,
  PEOPLE_KEYS,
  readCommon,
  type CommonSettings,
} from './common-settings.ts'
import { openReceiver, type Destination } from './destination.ts'
import type { DestinationType } from '../receiver.ts'
import type { SettingProblem } from './setting-problem.ts'
import { References, isTable, type SecretLookup } from './references.ts'
import { DESTINATION_TYPES, findDestinationType } from '../registry.ts'

/** Reads the list; the error says what is wrong with the setting as a whole. */
export function readDestinations(
  raw: unknown,
  lookup: SecretLookup,
  policy: AddressPolicy,
): Result<readonly Destination[], string> {
  if (!Array.isArray(raw)) return err('Must be a list of tables, each with name and type')
  const destinations: Destination[] = []
  for (const [index, entry] of raw.entries()) {
    const read = readDestination(entry, lookup, policy)
    const isRepeated = destinations.some((known) => known.name === read.name)
    const name = isRepeated || read.name === '' ? `#${index + 1}` : read.name
    const problems = isRepeated
      ? [{ setting: 'name', problem: 'Must be unique among the destinations' }]
      : read.problems
    destinations.push({ ...read, name, problems })
  }
  return ok(checkFallbacks(requirePortals(destinations, raw)))
}

/**
 * A fallback has to be another destination of the list. A misspelt one would be noticed only when the destination
 * fails, which is too late. So it is refused like every wrong setting.
 */
function checkFallbacks(destinations: readonly Destination[]): readonly Destination[] {
  const names = destinations.map(({ name }) => name)
  return destinations.map((destination) => {
    const { name, fallback } = destination
    if (fallback === undefined || (fallback !== name && names.includes(fallback)))
      return destination
    const near = nearestWord(
      fallback,
      names.filter((other) => other !== name),
    )
    const hint = near === null ? '' : `; did you mean "${near}"?`
    const problem = `Must be the name of another destination${hint}`
    return { ...destination, problems: [...destination.problems, { setting: 'fallback', problem }] }
  })
}

/**
 * Once one destination names its portals, every other one must: a forgotten `portals` line would send the
 * changes of one customer to another.
 */
function requirePortals(
  destinations: readonly Destination[],
  raw: readonly unknown[],
): readonly Destination[] {
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

function readDestination(entry: unknown, lookup: SecretLookup, policy: AddressPolicy): Destination {
  const table = isTable(entry) ? entry : {}
  const problems: SettingProblem[] = []
  const type = typeof table['type'] === 'string' ? findDestinationType(table['type']) : null
  const common = readCommon(type === null ? table : withoutKeysOfOthers(table, type), problems)
  if (type === null && typeof table['type'] === 'string') problems.push(unknownType(common.type))
  const shared = [...COMMON_KEYS, ...PEOPLE_KEYS, ...MACHINE_KEYS]
  const own = Object.entries(table).filter(([key]) => !shared.includes(key))
  if (type !== null) problems.push(...Object.keys(table).flatMap((key) => unknownKey(key, type)))
  const references = new References(lookup)
  const settings = Object.fromEntries(own.map(([key, value]) => [key, references.fill(key, value)]))
  problems.push(...references.problems)
  const destination: Destination = {
    name: common.name,
    type,
    typeName: common.type,
    filter: filterOf(common),
    retryMs: common.retryHours * HOUR_MS,
    timeoutMs: common.timeoutMs,
    unchanged: common.unchanged ?? (type?.reader === 'person' ? 'skip' : 'send'),
    ...(common.allowPorts !== undefined && { allowPorts: common.allowPorts }),
    ...(common.fallback !== undefined && { fallback: common.fallback }),
    digestSetting: common.digest,
    batchSetting: common.batch,
    language: common.language,
    template: common.template,
    settings,
    portalValues: references.portalValues,
    problems,
  }
  return {
    ...destination,
    problems: [...problems, ...findProblems(destination, references, policy)],
  }
}

/** The filter of a destination. A list that most destinations do not have is left out where it is empty. */
function filterOf({ events, fields, portals, users = [], when = [] }: CommonSettings): Filter {
  return {
    events,
    fields,
    portals,
    ...(users.length > 0 && { users }),
    ...(when.length > 0 && { when }),
  }
}

/** The problems that the type itself finds, without those of settings that are known to be wrong already. */
function findProblems(
  destination: Destination,
  { portalSettings }: References,
  policy: AddressPolicy,
): readonly SettingProblem[] {
  const opened = openReceiver({ ...destination, problems: [] }, new Map(), policy)
  if (opened.ok) return []
  const known = new Set(destination.problems.map(({ setting }) => setting))
  // A setting that refers to a portal value is not judged here, since no portal is known yet. It is judged when
  // a portal opens the receiver.
  return opened.error
    .filter(({ setting }) => !known.has(setting) && !portalSettings.has(setting))
    .map((problem) => withPortRemedy(problem, destination, policy))
}

/** The problem of a URL, with the remedy where `allowPorts` would help. */
function withPortRemedy(
  { setting, problem }: SettingProblem,
  { settings, allowPorts = [] }: Destination,
  policy: AddressPolicy,
): SettingProblem {
  const url = settings['url']
  if (setting !== 'url' || typeof url !== 'string') return { setting, problem }
  const checked = checkAddress(url, { ...policy, allowPorts })
  if (checked.ok || checked.error !== 'unknown_port') return { setting, problem }
  return { setting, problem: `${problem}: set allowPorts to let this destination use another one` }
}

/** For each kind of reader its name, the keys that only its destinations know, and the key that gathers events. */
const READERS = {
  person: { name: 'people', keys: PEOPLE_KEYS, gathers: 'digest' },
  machine: { name: 'machines', keys: MACHINE_KEYS, gathers: 'batch' },
} as const

function readersOf({ reader }: DestinationType) {
  return { own: READERS[reader], other: READERS[reader === 'person' ? 'machine' : 'person'] }
}

/** Leaves out the keys that a destination of this type does not know, so that nothing is said about their values. */
function withoutKeysOfOthers(
  table: Readonly<Record<string, unknown>>,
  type: DestinationType,
): Readonly<Record<string, unknown>> {
  const { keys } = readersOf(type).other
  return Object.fromEntries(Object.entries(table).filter(([key]) => !keys.includes(key)))
}

function unknownType(word: string): SettingProblem {
  const known = DESTINATION_TYPES.map((type) => type.type)
  const near = nearestWord(word, known)
  const hint = near === null ? `one of ${known.join(', ')}` : `did you mean "${near}"?`
  return { setting: 'type', problem: `Must be a known type: ${hint}` }
}

function unknownKey(key: string, type: DestinationType): SettingProblem[] {
  const { own, other } = readersOf(type)
  const known = [...COMMON_KEYS, ...own.keys, ...type.profile.settings.map(({ name }) => name)]
  if (known.includes(key)) return []
  if (other.keys.includes(key)) {
    const reason = `${type.type} is read by ${own.name}, and only destinations for ${other.name} have it`
    const remedy = key === other.gathers ? `; ${own.gathers} is the setting for ${own.name}` : ''
    return [{ setting: key, problem: `Must not be set: ${reason}${remedy}` }]
  }
  const near = nearestWord(key, known)
  const hint = near === null ? '' : `; did you mean "${near}"?`
  return [{ setting: key, problem: `Must not be set: ${type.type} has no such setting${hint}` }]
}
