/**
 * What a person is told about a delivery, in words and independent of the receiver. A changed field is
 * always its definition (its settings), never a value in a record, and every text says so.
 */
import type { FieldAction, FieldFamily, UserField } from '../core/event.ts'
import { HOUR_MS, DAY_MS } from '../core/retry.ts'
import type { Delivery } from './destination.ts'
import { occurredAt } from './event-body.ts'
import { safeText } from './safe-text.ts'

const MINUTE_MS = 60_000

/** A delivery later than this after the change says that it is late. */
export const LATE_MS = 5 * MINUTE_MS

const MAX_NAME = 80
const MAX_LABEL = 150

const FAMILIES: Readonly<Record<FieldFamily, string>> = {
  requisite: 'requisite',
  lead: 'lead',
  deal: 'deal',
  contact: 'contact',
  company: 'company',
  quote: 'quote',
  invoice: 'invoice',
  type: 'smart process',
}

const SMART_ENTITIES: ReadonlyMap<string, string> = new Map([
  ['CRM_SMART_INVOICE', 'smart invoice'],
  ['CRM_SMART_DOCUMENT', 'smart document'],
])

const REASONS: ReadonlyMap<string, string> = new Map([
  ['no_tokens', 'the relay has no access to this portal'],
  ['tokens_lost', 'the relay lost its access to this portal'],
  ['access_denied', 'the portal denied access to the field'],
  ['rate_limited', 'the request limit of the portal was reached'],
  ['portal_unreachable', 'the portal could not be reached'],
  ['timeout', 'the portal did not answer in time'],
  ['not_found', 'the field is gone by now'],
])

/** Who caused the event: a name, else the user's number, else honestly nobody known. */
export function describeUser({ event, enrichment }: Delivery): string {
  if (event.userId === null) return 'an unknown user'
  const name = safeText(enrichment.userName ?? '', MAX_NAME)
  return name === '' ? `user ${event.userId}` : name
}

/** The field's label for people; null when it is not known. */
export function describeLabel({ enrichment }: Delivery): string | null {
  const label = enrichment.field?.['label']
  const text = typeof label === 'string' ? safeText(label, MAX_LABEL) : ''
  return text === '' ? null : text
}

/** The kind of field, for example `Requisite field`. */
export function describeKind({ family, entityId }: UserField): string {
  const entity = family === 'type' ? SMART_ENTITIES.get(entityId) : undefined
  const words = entity ?? FAMILIES[family]
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} field`
}

/** What happened to the field, to be followed by "by" and a user. */
export function describeAction(action: FieldAction): string {
  switch (action) {
    case 'added':
      return 'created'
    case 'updated':
      return 'settings changed'
    case 'deleted':
      return 'deleted'
    case 'enum_values_set':
      return 'list values changed'
  }
}

/** The portal's host, or its member_id while no host is known. */
export function describePortal({ domain, memberId }: Delivery): string {
  return safeText(domain ?? memberId, MAX_NAME)
}

/** What is to be said beside the event itself: that details are missing, that it is late or repeated. */
export function listNotes(delivery: Delivery, now: number): readonly string[] {
  const notes = [describeGap(delivery), describeOrigin(delivery), describeDelay(delivery, now)]
  return notes.filter((note) => note !== null)
}

/** Why nothing is told about the change; null when all is told, or nothing can be said. */
function describeGap({ event, enrichment }: Delivery): string | null {
  if (event.field === null || enrichment.status === 'not_applicable') return null
  if (enrichment.status === 'unavailable') {
    const reason = REASONS.get(enrichment.reason ?? '')
    return `Details are not known${reason === undefined ? '' : `: ${reason}`}`
  }
  if (enrichment.changes === null) return 'The settings before this are not known'
  if (enrichment.changes.length > 0) return null
  return 'No difference to the settings known before'
}

function describeOrigin({ origin }: Delivery): string | null {
  return origin === 'reconciled' ? 'Found by comparing with the portal, no event arrived' : null
}

function describeDelay(delivery: Delivery, now: number): string | null {
  if (delivery.sequence === null) return null
  const delayMs = now - Math.min(occurredAt(delivery), delivery.receivedAt)
  const isLate = delayMs > LATE_MS
  if (!delivery.replayed) return isLate ? `Delivered ${formatDuration(delayMs)} late` : null
  const after = isLate ? `, ${formatDuration(delayMs)} after the event` : ''
  return `Sent again at an operator's request${after}`
}

/** A duration in its largest sensible unit, rounded down: `12 min`, `2 h`, `3 d`. */
export function formatDuration(ms: number): string {
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`
  return `${Math.floor(ms / DAY_MS)} d`
}

/** A time for readers whose zone is not known: `2026-09-21 14:13 UTC`. */
export function formatUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
