/**
 * What the messages of a chat tell. A chat gets text and no sequence, so an event is known again by the time
 * that it names, which no other event of its portal has, or by the value of its edit, which no other edit has.
 */
import { parseEnrichment } from '../../../src/portal/log/rows/event-schemas.ts'
import type { VirtualPortal } from '../cast/portal.ts'
import type { Seen, VirtualReceiver } from '../cast/receiver.ts'
import type { LogRow } from '../lanes.ts'

/** The events that the messages of one chat tell. */
export interface Tells {
  /** Whether a message tells an event; a vague one names no time and perhaps no value, but the field. */
  has(row: LogRow, how: { readonly isVague: boolean }): boolean
}

const known = new WeakMap<VirtualReceiver, Map<string, Tells>>()

/** What a chat was told of a portal. */
export function tellsOf(receiver: VirtualReceiver, portal: VirtualPortal): Tells {
  const byPortal = known.get(receiver) ?? new Map<string, Tells>()
  known.set(receiver, byPortal)
  const tells = byPortal.get(portal.domain) ?? createTells(receiver, portal)
  byPortal.set(portal.domain, tells)
  return tells
}

function createTells(receiver: VirtualReceiver, { domain }: VirtualPortal): Tells {
  const text = receiver.taken
    .filter(({ body }) => body.includes(domain) || !body.includes('.bitrix24.com'))
    .map(({ body }) => body)
    .join('\n')
  return {
    has: ({ event, enrichment }, { isVague }) => {
      const { ts, field } = event
      if (ts !== null && text.includes(`!date^${ts}^`)) return true
      const values = sortsOf(enrichment)
      if (values.length > 0 && !isVague) return values.some((value) => text.includes(value))
      // A reconciled event and a digest name no time of one event: at least the field must be named.
      return (ts === null || isVague) && text.includes(field?.fieldName ?? '')
    },
  }
}

function sortsOf(enrichment: string | null): readonly string[] {
  const changes = enrichment === null ? [] : (parseEnrichment(enrichment)?.changes ?? [])
  return changes.flatMap(({ attribute, after }) =>
    attribute === 'SORT' && typeof after === 'string' && after.length === 6 ? [after] : [],
  )
}

/** A message without the notes about its delivery, which differ between two tries. */
export function contentOf({ body }: Seen): string {
  return body
    .replace(/(?:; )?Delivered [^"]*? late/g, '')
    .replace(/,\{[^{}]*"text":""[^{}]*\}/g, '')
}
