/** Decides to which events a portal has to be bound. */
import { KNOWN_CRM_EVENTS, canonicalName } from './event-names.ts'
import { compileGlobs } from '../glob.ts'

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
 * user-field events of requisites and each known event that matches a glob of a destination. The glob `*`
 * adds nothing there, because an operator who wrote it does not mean every change of every deal.
 */
export function wantedEvents(
  configured: readonly string[] | null,
  globs: readonly (readonly string[])[],
): readonly string[] {
  const named = configured ?? [...DEFAULT_WANTED, ...globs.flatMap((patterns) => known(patterns))]
  const codes = [...ALWAYS_WANTED, ...named].map((name) => canonicalName(name))
  return [...new Set(codes.filter((code) => code !== null))]
}

function known(patterns: readonly string[]): readonly string[] {
  const matches = compileGlobs(patterns.filter((pattern) => !/^\*+$/u.test(pattern)))
  return KNOWN_CRM_EVENTS.filter((name) => matches(name))
}
