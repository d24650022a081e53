/** Which events a portal has to be subscribed to. Pure. */
import { KNOWN_CRM_EVENTS, canonicalName } from './event-names.ts'
import { compileGlobs } from '../glob.ts'

/** Bound in every case: the relay must hear of its own end and of new versions. */
export const ALWAYS_WANTED = ['onAppUninstall', 'onAppUpdate'] as const

/** Bound when nothing else is configured. */
export const DEFAULT_WANTED = [
  'onCrmRequisiteUserFieldAdd',
  'onCrmRequisiteUserFieldUpdate',
  'onCrmRequisiteUserFieldDelete',
  'onCrmRequisiteUserFieldSetEnumValues',
] as const

/**
 * The canonical names to bind: the configured list, else the requisite user-field events and every known
 * event that a destination's globs name. A bare `*` adds none: nobody means a thousand deals by it.
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
