/**
 * The words of a message for fields, portals and times, in one language. An event is about the definition of a
 * field (its settings) and never about a value in a record, and every text says so.
 */
import type { Change, FieldAction, UserField } from '../../core/log/event.ts'
import type { Delivery } from '../receiver.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fill } from '../language/languages.ts'
import { safeText } from './text/safe-text.ts'
import { foreign, own, type Line } from './text/line.ts'

const MAX_PORTAL = 80
/** The longest label that a message shows, in code points. */
export const MAX_LABEL = 150
const MAX_CODE = 80

const SMART_ENTITIES: ReadonlyMap<string, 'smart_invoice' | 'smart_document'> = new Map([
  ['CRM_SMART_INVOICE', 'smart_invoice'],
  ['CRM_SMART_DOCUMENT', 'smart_document'],
])

/** The field's label for people; null when it is not known. */
export function describeLabel({ enrichment }: Delivery): string | null {
  const label = enrichment.field?.['label']
  const text = typeof label === 'string' ? safeText(label, MAX_LABEL) : ''
  return text === '' ? null : text
}

/** The field's code; its number when the code holds nothing that can be seen. */
export function describeCode({ fieldName, id }: UserField, words: Catalogue): Line {
  const code = safeText(fieldName, MAX_CODE)
  return code === '' ? [own(fill(words.fieldNumber, { id }), 'code')] : [foreign(code, 'code')]
}

/** The kind of a field, for example `Company details field`. */
export function describeKind({ family, entityId }: UserField, words: Catalogue): string {
  const entity = family === 'type' ? SMART_ENTITIES.get(entityId) : undefined
  return words.kinds[entity ?? family]
}

/** The action of an event, corrected by the changes that the read found. */
export function describeAction({ action }: UserField, changes: readonly Change[]): FieldAction {
  if (action !== 'enum_values_set') return action
  // A read after the event of list values may find other settings changed as well.
  const isListOnly = changes.every(({ attribute }) => attribute.split('.', 1)[0] === 'LIST')
  return isListOnly ? action : 'updated'
}

/** The portal's host; its member id while no host is known. */
export function describePortal({ domain, memberId }: Delivery): string {
  return safeText(domain ?? memberId, MAX_PORTAL)
}

/** A time for readers whose time zone is not known: `2026-09-21 14:13 UTC`. */
export function formatUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** The time of one event, or of the first and the last: `2026-09-21 14:13 – 14:20 UTC`. */
export function formatSpanUtc(firstAt: number, lastAt: number): string {
  const [first, last] = [formatUtc(firstAt), formatUtc(lastAt)]
  if (first === last) return first
  const start = first.slice(0, -' UTC'.length)
  return `${start} – ${start.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last}`
}
