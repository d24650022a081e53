/** Decides to which events a portal has to be bound. */
import { compileGlobs } from '../glob.ts'
import { BINDABLE_EVENTS, canonicalName, userFieldOf } from './event-names.ts'
import { EVENT_TOPICS, meaningOf } from './topics.ts'
import { sharedName, withoutTwins } from './twins.ts'

/** The events that are bound in every case, so that the relay learns of its own uninstallation and of a new version. */
export const ALWAYS_WANTED = ['onAppUninstall', 'onAppUpdate'] as const

/** The events that are bound when the configuration lists none. */
export const DEFAULT_WANTED = [
  'onCrmRequisiteUserFieldAdd',
  'onCrmRequisiteUserFieldUpdate',
  'onCrmRequisiteUserFieldDelete',
  'onCrmRequisiteUserFieldSetEnumValues',
] as const

/** The events of a destination that names none. The glob stands for exactly the events above, in every portal. */
export const DEFAULT_GLOB = 'onCrmRequisiteUserField*'

/** The canonical name of the event about a deleted smart process. */
export const TYPE_DELETED = 'ONCRMTYPEDELETE'

/** The events that the configuration wants to be bound. */
export interface WantedPatterns {
  /** Canonical names, each of which is bound whether or not the relay knows it. */
  readonly names: readonly string[]
  /** Globs, which stand for whatever a portal offers. */
  readonly globs: readonly string[]
  /** Entries that are no name of an event and no glob. */
  readonly noNames: readonly string[]
}

/**
 * Reads what is wanted. With a configured list it is that list. Without one it is the user-field events of requisites
 * and everything that the destinations name. The glob `*` of a destination adds nothing, because an operator who wrote
 * it does not mean every change of every deal.
 */
export function readWanted(
  configured: readonly string[] | null,
  globs: readonly (readonly string[])[],
): WantedPatterns {
  const named = globs
    .flat()
    .filter((pattern) => !/^\*+$/u.test(pattern) && pattern !== DEFAULT_GLOB)
  const wanted = configured ?? [...DEFAULT_WANTED, ...named.filter((name) => !isNeverBound(name))]
  const exact = wanted.filter((pattern) => !isGlobbed(pattern))
  const codes = [...ALWAYS_WANTED, ...exact].map((name) => canonicalName(name))
  return {
    names: [...new Set(codes.filter((code) => code !== null))],
    globs: [...new Set(wanted.filter(isGlobbed))],
    noNames: [...new Set(exact.filter((name) => canonicalName(name) === null))],
  }
}

function isGlobbed(pattern: string): boolean {
  return /[*?]/.test(pattern)
}

/**
 * The canonical names to bind, of a portal that offers these events. When an event of one type and the event of all
 * types are wanted, only that of all types is bound, because the portal would send both. When events about fields of
 * smart processes are wanted, the deletion of the processes is bound as well, since their fields vanish with them.
 */
export function expandWanted(
  { names, globs }: WantedPatterns,
  offered: readonly string[],
): readonly string[] {
  const matching = globs.flatMap((glob) => matchesOf(glob, offered))
  const wanted = [...names, ...matching]
  const hasTypeFields = wanted.some((name) => userFieldOf(name)?.family === 'type')
  const implied = hasTypeFields && offered.includes(TYPE_DELETED) ? [TYPE_DELETED] : []
  return withoutTwins([...new Set([...wanted, ...implied])])
}

/** The offer of a portal that nobody has asked yet: the events that the documentation names. */
export function wantedEvents(
  configured: readonly string[] | null,
  globs: readonly (readonly string[])[],
): readonly string[] {
  return expandWanted(readWanted(configured, globs), KNOWN_OFFER)
}

/** The canonical names of the events that the documentation names. */
export const KNOWN_OFFER: readonly string[] = BINDABLE_EVENTS.map((name) => name.toUpperCase())

/** Whether a glob of the configuration stands for an event, should the portal offer it. */
export function isByGlob(event: string, { globs }: WantedPatterns): boolean {
  return globs.some((glob) => matchesOf(glob, [event]).length > 0)
}

/**
 * The offered events that a glob stands for. A glob over the types of one event, such as `onCrmDynamicItemAdd_*`,
 * stands for the event of all types. Events that come without a binding are no part of any glob.
 */
export function matchesOf(glob: string, offered: readonly string[]): readonly string[] {
  const matches = compileGlobs([glob, glob.replace(/_[\d*?]+$/, '')])
  return offered.filter((code) => meaningOf(code)?.topic.bindable !== false && matches(code))
}

/**
 * The exact names among those of a destination for which no portal is asked, since a configured list leaves them out.
 */
export function leftOutNames(
  configured: readonly string[],
  named: readonly string[],
): readonly string[] {
  const wanted = readWanted(configured, [])
  return named.filter((name) => {
    const code = isGlobbed(name) || isNeverBound(name) ? null : canonicalName(name)
    if (code === null || meaningOf(code)?.topic.bindable === false) return false
    const codes = [code, sharedName(code)]
    return !codes.some((one) => wanted.names.includes(one) || isByGlob(one, wanted))
  })
}

/** Whether a destination names nothing but events that no portal can be bound to. */
function isNeverBound(pattern: string): boolean {
  return isOfRelay(pattern) || (!isGlobbed(pattern) && standsForOwn(pattern))
}

// Events that no portal can be bound to: those of the application, and of robots.
const OWN_EVENTS: readonly string[] = EVENT_TOPICS.filter(
  ({ kind }) => kind === 'robot' || kind === 'robot_hint' || kind.startsWith('application'),
).flatMap(({ events }) => Object.keys(events))

/**
 * Whether a glob or a name stands for an event that no portal can be bound to: the relay's own, the application's, or
 * that of a robot. `robot*` does, and the portal's `ROBOTICS.PART.ADD` may be meant as well.
 */
export function standsForOwn(pattern: string): boolean {
  return isOfRelay(pattern) || OWN_EVENTS.some(compileGlobs([pattern]))
}

function isOfRelay(pattern: string): boolean {
  return /^relay\./i.test(pattern)
}
