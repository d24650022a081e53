/** Decides to which events a portal has to be bound. */
import { compileGlobs } from '../glob.ts'
import { BINDABLE_EVENTS, canonicalName } from './event-names.ts'
import { withoutTwins } from './twins.ts'

/** Bound in every case, so that the relay learns of its own uninstallation and of a new version. */
export const ALWAYS_WANTED = ['onAppUninstall', 'onAppUpdate'] as const

/** Bound when the configuration lists no events. */
export const DEFAULT_WANTED = [
  'onCrmRequisiteUserFieldAdd',
  'onCrmRequisiteUserFieldUpdate',
  'onCrmRequisiteUserFieldDelete',
  'onCrmRequisiteUserFieldSetEnumValues',
] as const

/**
 * Returns the canonical names to bind. With a configured list it is that list. Without one it is the
 * user-field events of requisites and everything that the destinations name: each known event that matches a
 * glob, and each exact name, known or not. The glob `*` of a destination adds nothing, because an operator who
 * wrote it does not mean every change of every deal. Of an event of one type and the event of all types only
 * the latter is bound, because the portal would send both.
 */
export function wantedEvents(
  configured: readonly string[] | null,
  globs: readonly (readonly string[])[],
): readonly string[] {
  const named = globs.flat().filter((pattern) => !/^\*+$/u.test(pattern))
  const wanted = configured ?? [...DEFAULT_WANTED, ...named.filter((name) => !isOwn(name))]
  const codes = [...ALWAYS_WANTED, ...wanted.flatMap(namesFor)].map((name) => canonicalName(name))
  return withoutTwins([...new Set(codes.filter((code) => code !== null))])
}

/**
 * The names that a glob stands for; an exact name stands for itself. A glob over the types of one event, such as
 * `onCrmDynamicItemAdd_*`, stands for the event of all types.
 */
function namesFor(pattern: string): readonly string[] {
  if (!/[*?]/.test(pattern)) return [pattern]
  const matches = compileGlobs([pattern, pattern.replace(/_[\d*?]+$/, '')])
  return BINDABLE_EVENTS.filter((name) => matches(name))
}

/** Whether a destination names an event that no portal can be bound to: the relay's own, or the application's. */
function isOwn(name: string): boolean {
  return /^(?:relay\.|robot|onapp)/i.test(name)
}
