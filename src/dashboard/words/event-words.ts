/** An event and its fates in a few words. */
import type { Json } from '../../core/log/event.ts'
import type { EventView, FateView } from '../../core/views/event-views.ts'
import type { Tone } from './tone.ts'

/** The thing that an event is about, as far as its data tell it: `UF_CRM_TAX in CRM_REQUISITE`, or an id. */
export function subjectOf({ fields }: Pick<EventView, 'fields'>): string {
  const inner = memberOf(fields, 'FIELDS')
  const [name, entity, id] = ['FIELD_NAME', 'ENTITY_ID', 'ID'].map(
    (member) => memberOf(inner, member) ?? memberOf(fields, member),
  )
  if (typeof name === 'string') return typeof entity === 'string' ? `${name} in ${entity}` : name
  return typeof id === 'string' || typeof id === 'number' ? `id ${id}` : ''
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  // Sound: an object of JSON that is no list.
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json>>)[name] : undefined
}

/** The known changes of an event, in a few words; empty where nothing is to be said. */
export function explanationOf(view: EventView): string {
  if (view.erasedAt !== undefined) return 'erased by an operator'
  if (view.quarantined) return `not understood (${view.quarantineReason ?? 'unknown'})`
  if (view.enrichment === 'unavailable')
    return `without changes (${view.enrichmentReason ?? 'unknown'})`
  if (view.toldBy !== null) return `told by event ${view.toldBy}`
  return view.changes?.length === 0 ? 'nothing visible changed' : ''
}

/** The fates of an event, together by their state: `delivered` → `erp`, `crm-alerts`. */
export function fatesByState({
  fates,
}: Pick<EventView, 'fates'>): ReadonlyMap<FateView['state'], readonly string[]> {
  const states = new Map<FateView['state'], readonly string[]>()
  for (const [destination, { state }] of Object.entries(fates)) {
    states.set(state, [...(states.get(state) ?? []), destination])
  }
  return states
}

/** The tone of a fate. */
export function toneOfFate(state: FateView['state']): Tone {
  switch (state) {
    case 'delivered':
      return 'good'
    case 'waiting':
      return 'warn'
    case 'parked':
    case 'expired':
      return 'bad'
    case 'filtered':
    case 'unchanged':
      return 'calm'
  }
}
