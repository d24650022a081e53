/** The rule that matters most to who reads: the changes told add up to the state of the portal. */
import { foldChanges, leavesOf } from '../../../src/core/fields/changes.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { parseEnrichment } from '../../../src/portal/log/rows/event-schemas.ts'
import type { Evidence, PortalEvidence } from '../evidence.ts'

/** Folding all changes over the definitions of the first comparison gives the definitions of the portal. */
export function changesAddUp({ portals }: Evidence): readonly string[] {
  // A new installation begins with a new baseline, and events that a full object has let go cannot be folded.
  return portals
    .filter(({ portal, isShortened }) => portal.uninstalls === 0 && !isShortened)
    .flatMap(differencesOf)
}

function differencesOf({ portal, log }: PortalEvidence): readonly string[] {
  const states = new Map<number, ReadonlyMap<string, Json>>()
  for (const [id, attributes] of portal.baseline) states.set(id, leavesOf(attributes))
  for (const { event, enrichment } of log) {
    const changes = enrichment === null ? null : (parseEnrichment(enrichment)?.changes ?? null)
    if (event.field === null || changes === null) continue
    states.set(event.field.id, foldChanges(states.get(event.field.id) ?? new Map(), changes))
  }
  const ids = new Set([...states.keys(), ...portal.fields.keys()])
  return [...ids].flatMap((id) => {
    const told = shown(states.get(id) ?? new Map())
    const held = shown(leavesOf(portal.fields.get(id) ?? {}))
    if (told === held) return []
    return [`${portal.domain}: field ${id} was told to be ${told}, and is ${held}`]
  })
}

function shown(leaves: ReadonlyMap<string, Json>): string {
  return [...leaves]
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${String(value)}`)
    .toSorted()
    .join(' ')
}
