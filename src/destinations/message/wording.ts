/**
 * The words of a message: people, deeds, fields, portals and times, in one language. An event is about the
 * definition of a field (its settings) and never about a value in a record, and every text says so.
 */
import type { Change, FieldAction, PortalUser, UserField } from '../../core/log/event.ts'
import type { Delivery } from '../receiver.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fill, fillPlural } from '../language/languages.ts'
import { safeText } from './text/safe-text.ts'
import { fillSpans, foreign, own, type Line } from './text/line.ts'

const MAX_NAME = 80
const MAX_LABEL = 150
const MAX_CODE = 80

// More names than these make a headline that nobody reads in three seconds.
const MAX_PEOPLE = 2

const SMART_ENTITIES: ReadonlyMap<string, 'smart_invoice' | 'smart_document'> = new Map([
  ['CRM_SMART_INVOICE', 'smart_invoice'],
  ['CRM_SMART_DOCUMENT', 'smart_document'],
])

/** The words for people without a name, as a sentence needs them. */
export type PeopleWords = Pick<Catalogue, 'unknownUser' | 'user' | 'systemUser'>

/** The user who caused the event: by name, else by number, else as an unknown user. */
export function describeUser(delivery: Delivery, words: PeopleWords): Line {
  const { event, enrichment } = delivery
  if (event.userId === null) return [own(words.unknownUser, 'strong')]
  return nameOf({ id: event.userId, name: enrichment.userName }, words, delivery)
}

/**
 * The deed and its people: `settings changed by Anna and Max`. When events are told together, the people of
 * all of them are named; a change that was found by comparing has no people. The text never begins with a
 * name.
 */
export function describeDeed(delivery: Delivery, field: UserField, words: Catalogue): Line {
  const { event, enrichment } = delivery
  const deed = words.deeds[describeAction(field, enrichment.changes ?? [])]
  const together = enrichment.covers.length > 0 ? enrichment.users : []
  if (field.action === 'added') {
    // The first event created the field; the people of the other events changed it afterwards.
    const others = together.filter(({ id }) => id !== event.userId)
    const created = deedBy([own(deed)], knownUser(delivery, words), words)
    if (others.length === 0) return created
    const names = joinNames(
      others.map((user) => nameOf(user, words, delivery)),
      words,
    )
    return fillSpans(words.thenChangedBy, { deed: created, names })
  }
  const people =
    together.length > 0
      ? together.map((user) => nameOf(user, words, delivery))
      : knownUser(delivery, words)
  return deedBy([own(deed)], people, words)
}

/** A deed with its people; the deed alone when there are none. */
export function deedBy(deed: Line, people: readonly Line[], words: Catalogue): Line {
  if (people.length === 0) return deed
  return fillSpans(words.deedBy, { deed, names: joinNames(people, words) })
}

/**
 * The user of a delivery as a list; empty for a change that was found by comparing, as nobody is known to
 * have made it.
 */
export function knownUser(delivery: Delivery, words: Catalogue): readonly Line[] {
  const isNobody = delivery.origin === 'reconciled' && delivery.event.userId === null
  return isNobody ? [] : [describeUser(delivery, words)]
}

/** `Anna`, `Anna and Max`, `Anna, Max and 2 more`. */
function joinNames(names: readonly Line[], words: Catalogue): Line {
  const shown = names.slice(0, MAX_PEOPLE)
  const more = names.length - shown.length
  const [first = [], last] = shown
  if (more > 0) {
    const list = shown.flatMap((name, index) => (index === 0 ? name : [own(', '), ...name]))
    return fillSpans(fillPlural(words, words.andOthers, { count: more }), { names: list })
  }
  return last === undefined ? first : fillSpans(words.and, { first, last })
}

/** A user of the portal, by name or by number; the application's system user, which has no name, as such. */
export function nameOf(
  { id, name }: PortalUser,
  words: PeopleWords,
  { systemUserId }: Pick<Delivery, 'systemUserId'> = { systemUserId: null },
): Line {
  const text = safeText(name ?? '', MAX_NAME)
  if (text !== '') return [foreign(text, 'strong')]
  const numbered = id === systemUserId ? words.systemUser : words.user
  return [own(fill(numbered, { id }), 'strong')]
}

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
  return safeText(domain ?? memberId, MAX_NAME)
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
