/**
 * The types of records that the CRM names by a number or by a word, for example 3 or `CONTACT`
 * (docs/bitrix24.md#event-names).
 */
import { topicOfKind, type TopicKind } from './topics.ts'

/** The kinds of records that have no topic of events of their own: their events are those of `dynamic_item`. */
export type SmartKind = 'smart_invoice' | 'smart_document' | 'smart_b2e_document'

/** The kind of a thing that an event names. */
export type SubjectKind = TopicKind | SmartKind

/** The kinds of things that have a page of their own in a portal. */
export type PageKind =
  | SmartKind
  | Extract<
      TopicKind,
      | 'lead'
      | 'deal'
      | 'contact'
      | 'company'
      | 'quote'
      | 'dynamic_item'
      | 'task'
      | 'user'
      | 'workgroup'
    >

/** A record's type: its kind, and its number where the address of its page holds one. */
export interface RecordType {
  readonly kind: SubjectKind
  /** Null for `task`, which is no record of the CRM. */
  readonly typeId: number | null
}

const TYPES: readonly (readonly [typeId: number, word: string, kind: SubjectKind])[] = [
  [1, 'LEAD', 'lead'],
  [2, 'DEAL', 'deal'],
  [3, 'CONTACT', 'contact'],
  [4, 'COMPANY', 'company'],
  [5, 'INVOICE', 'invoice'],
  [7, 'QUOTE', 'quote'],
  [8, 'REQUISITE', 'requisite'],
  [14, 'ORDER', 'order'],
  [31, 'SMART_INVOICE', 'smart_invoice'],
  [36, 'SMART_DOCUMENT', 'smart_document'],
  [39, 'SMART_B2E_DOC', 'smart_b2e_document'],
]

const FIRST_SMART_PROCESS = 128

/** The type that a number or a word stands for; null for one that the CRM does not have. */
export function recordTypeOf(text: string): RecordType | null {
  const word = text.toUpperCase()
  const known = TYPES.find(([typeId, name]) => word === name || word === String(typeId))
  if (known !== undefined) return { kind: known[2], typeId: known[0] }
  if (word === 'TASK') return { kind: 'task', typeId: null }
  const digits = /^(?:DYNAMIC_)?(\d{1,9})$/.exec(word)?.[1]
  const typeId = Number(digits ?? 0)
  return typeId >= FIRST_SMART_PROCESS ? { kind: 'dynamic_item', typeId } : null
}

/** The path of the pages of a kind, with places to be filled in; null when none is known. */
export function pathOfKind(kind: SubjectKind): string | null {
  const own = topicOfKind(kind)
  const smart = own === null ? topicOfKind('dynamic_item') : own
  return smart?.link ?? null
}
