/**
 * What a person is told about a delivery, in words and independent of the receiver. A changed field is
 * always its definition (its settings), never a value in a record, and every text says so.
 */
import type { Change, FieldFamily, PortalUser, ThinReason, UserField } from '../core/event.ts'
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

const REASONS: Readonly<Record<ThinReason, string>> = {
  no_tokens: 'the relay has no access to this portal',
  tokens_lost: 'the relay lost its access to this portal',
  access_denied: 'the portal denied access to the field',
  rate_limited: 'the request limit of the portal was reached',
  portal_unreachable: 'the portal could not be reached',
  timeout: 'the portal did not answer in time',
  not_found: 'the field is gone by now',
}

/** The words of every link into a portal. */
export const LINK_TEXT = 'Open in Bitrix24'

// More names than these make a headline that nobody reads in three seconds.
const MAX_PEOPLE = 2

/** A piece of a sentence: our own words, or the name of somebody. */
export interface Piece {
  readonly text: string
  readonly isName: boolean
}

/** Who caused the event: a name, else the user's number, else honestly nobody known. */
export function describeUser({ event, enrichment }: Delivery): string {
  if (event.userId === null) return 'an unknown user'
  return nameOf({ id: event.userId, name: enrichment.userName })
}

/**
 * What happened to the field and who did it, everybody of the events that are told together included.
 * A change that was found by comparing has nobody, and nobody is named. Never begins with a name.
 */
export function describeDeed(delivery: Delivery, field: UserField): readonly Piece[] {
  const { event, enrichment } = delivery
  const verb = describeAction(field, enrichment.changes ?? [])
  const together = enrichment.covers.length > 0 ? enrichment.users : []
  if (field.action === 'added') {
    // The first event created it, the others that one read explains came later.
    const others = together.filter(({ id }) => id !== event.userId).map(nameOf)
    const start = by(verb, knownUser(delivery))
    return others.length === 0 ? start : [...start, ...by(', changed', others)]
  }
  if (together.length > 0) return by(verb, together.map(nameOf))
  return by(verb, knownUser(delivery))
}

function knownUser(delivery: Delivery): readonly string[] {
  const isNobody = delivery.origin === 'reconciled' && delivery.event.userId === null
  return isNobody ? [] : [describeUser(delivery)]
}

/** `verb by Anna`, `verb by Anna and Max`, `verb by Anna, Max and 2 more`; without people the verb alone. */
function by(verb: string, names: readonly string[]): readonly Piece[] {
  const shown = names.slice(0, MAX_PEOPLE)
  const more = names.length - shown.length
  const pieces = shown.flatMap((name, index) => {
    const isLast = more === 0 && index === shown.length - 1
    const joint = index === 0 ? `${verb} by ` : isLast ? ' and ' : ', '
    return [
      { text: joint, isName: false },
      { text: name, isName: true },
    ]
  })
  if (pieces.length === 0) return [{ text: verb, isName: false }]
  return more === 0 ? pieces : [...pieces, { text: ` and ${more} more`, isName: false }]
}

function nameOf({ id, name }: PortalUser): string {
  const text = safeText(name ?? '', MAX_NAME)
  return text === '' ? `user ${id}` : text
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

function describeAction({ action }: UserField, changes: readonly Change[]): string {
  switch (action) {
    case 'added':
      return 'created'
    case 'updated':
      return 'settings changed'
    case 'deleted':
      return 'deleted'
    case 'enum_values_set': {
      // One read may explain the settings that changed at the same time as well.
      const isListOnly = changes.every(({ attribute }) => attribute.split('.', 1)[0] === 'LIST')
      return isListOnly ? 'list values changed' : 'settings changed'
    }
  }
}

/** The portal's host, or its member_id while no host is known. */
export function describePortal({ domain, memberId }: Delivery): string {
  return safeText(domain ?? memberId, MAX_NAME)
}

/** What is to be said beside the event itself: that details are missing, that it is late or repeated. */
export function listNotes(delivery: Delivery, now: number): readonly string[] {
  const notes = [
    describeGap(delivery),
    describeGroup(delivery),
    describeOrigin(delivery),
    describeDelay(delivery, now),
  ]
  return notes.filter((note) => note !== null)
}

/** Why nothing is told about the change; null when all is told, or nothing can be said. */
function describeGap({ event, enrichment }: Delivery): string | null {
  if (event.field === null || enrichment.status === 'not_applicable') return null
  if (enrichment.status === 'unavailable') {
    const { reason } = enrichment
    return `Details are not known${reason === null ? '' : `: ${REASONS[reason]}`}`
  }
  if (enrichment.toldBy !== null) return 'Already told by an earlier message'
  if (enrichment.changes === null) return 'The settings before this are not known'
  if (enrichment.changes.length > 0) return null
  return 'No difference to the settings known before'
}

function describeGroup({ enrichment: { covers } }: Delivery): string | null {
  return covers.length > 1 ? `${covers.length} events told together` : null
}

/** What completes thin events had its event: only the reading was missing. */
function describeOrigin({ origin, enrichment }: Delivery): string | null {
  if (enrichment.completes.length > 0) return 'Tells what could not be read at first'
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
