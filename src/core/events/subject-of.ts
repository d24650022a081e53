/**
 * Finds the thing that an event is about, and the further ids by which a person finds it. Both follow from the entry
 * of the event's topic. Ids that say nothing to a person (`member_id`, a bot's own authorization) stand in no entry.
 */
import type { RelayEvent } from '../log/event.ts'
import { idOf, readId } from './data-paths.ts'
import type { RelatedKind } from './event-topic.ts'
import { baseOf, meaningOf, type EventMeaning, type KnownTopic } from './topics.ts'
import { recordTypeOf, pathOfKind, type RecordType, type SubjectKind } from './record-types.ts'

/** The thing that an event is about. */
export interface EventSubject {
  readonly kind: SubjectKind
  readonly id: string
  /** The name of the thing for people; null while it was not read. */
  readonly title: string | null
  /** The https page of the thing in the portal, or that of the record to which it belongs; null when none is known. */
  readonly link: string | null
}

/** An id that an event holds. */
export interface EventId {
  readonly kind: SubjectKind | RelatedKind
  readonly id: string
}

type NamedEvent = Pick<RelayEvent, 'name' | 'data' | 'userId'>

/**
 * The subject of an event; null for an event of an unknown topic, and for one that names no thing. `domain` is
 * the portal's present host: without one there is no link.
 */
export function subjectOf(event: NamedEvent, domain: string | null): EventSubject | null {
  const meaning = meaningOf(event.name)
  const named = meaning && nameSubject(event, meaning.topic)
  if (meaning === null || named === null) return null
  const page = linkedPage(event, { meaning, ...named })
  const link = page === null || domain === null ? null : addressOf(domain, page.path)
  return { kind: named.type?.kind ?? meaning.topic.kind, id: named.id, title: null, link }
}

/** The ids of an event by which a person finds its subject: the subject's own first, each thing once. */
export function idsOf(event: NamedEvent): readonly EventId[] {
  const meaning = meaningOf(event.name)
  if (meaning === null) return []
  const { topic } = meaning
  const named = nameSubject(event, topic)
  const own = named === null ? [] : [{ kind: named.type?.kind ?? topic.kind, id: named.id }]
  const records = recordsOf(event, topic).map(({ type: { kind }, id }) => ({ kind, id }))
  const all: readonly EventId[] = [...own, ...relatedOf(event, topic), ...records]
  return all.filter(
    ({ kind, id }, index) =>
      all.findIndex((other) => other.kind === kind && other.id === id) === index,
  )
}

/** The thing whose page the link of an event's subject opens; null when there is no such page. */
export function pageOf(event: NamedEvent): EventId | null {
  const meaning = meaningOf(event.name)
  const named = meaning && nameSubject(event, meaning.topic)
  if (meaning === null || named === null) return null
  return linkedPage(event, { meaning, ...named })?.shows ?? null
}

interface NamedSubject {
  readonly id: string
  /** The type of a record of the CRM; null for everything else. */
  readonly type: RecordType | null
}

function nameSubject(event: NamedEvent, topic: KnownTopic): NamedSubject | null {
  const { name, data } = event
  const paths = topic.id ?? ['ID']
  if (paths.length === 0) return recordsOf(event, topic).at(-1) ?? null
  // A `data` that is one value is the id itself: `data=107`.
  const id = readId(data, paths) ?? idOf(data)
  if (id === null) return null
  if (topic.type === undefined) return { id, type: null }
  const typeId = readId(data, [topic.type]) ?? baseOf(name)?.typeId ?? ''
  return { id, type: recordTypeOf(typeId) }
}

function relatedOf({ data }: NamedEvent, { related = {} }: KnownTopic): readonly EventId[] {
  return Object.entries(related).flatMap(([kind, paths]) => {
    const id = readId(data, paths)
    // Sound: the keys of the table are the kinds.
    return id === null ? [] : [{ kind: kind as RelatedKind, id }]
  })
}

interface NamedRecord {
  readonly type: RecordType
  readonly id: string
}

function recordsOf({ data }: NamedEvent, { belongsTo = [] }: KnownTopic): readonly NamedRecord[] {
  return belongsTo.flatMap((paths) => {
    const type = recordTypeOf(readId(data, [paths.type]) ?? '')
    const id = readId(data, [paths.id])
    return type === null || id === null ? [] : [{ type, id }]
  })
}

interface LinkedSubject extends NamedSubject {
  readonly meaning: EventMeaning
}

interface LinkedPage {
  readonly shows: EventId
  readonly path: string
}

function linkedPage(event: NamedEvent, { meaning, id, type }: LinkedSubject): LinkedPage | null {
  const { topic, verb } = meaning
  const record = recordsOf(event, topic).at(-1)
  const user = userText(event)
  if (topic.link === undefined) {
    const path = record === undefined ? null : pathOfKind(record.type.kind)
    if (record === undefined || path === null) return null
    const shows = { kind: record.type.kind, id: record.id }
    return pageAt(path, { id: record.id, type: typeText(record.type), user }, shows)
  }
  const { link } = topic
  const isOwn = link.includes('{id}')
  // A comment that is gone still has its task, but a task that is gone has no page.
  if (isOwn && verb === 'deleted') return null
  const related = relatedOf(event, topic)
  const other = related.find(({ kind }) => link.includes(`{${kind}}`))
  const shows = isOwn ? { kind: type?.kind ?? topic.kind, id } : other
  if (shows === undefined) return null
  const places = Object.fromEntries(related.map((one) => [one.kind, one.id]))
  return pageAt(link, { ...places, id, type: typeText(type), user }, shows)
}

function pageAt(
  path: string,
  places: Readonly<Record<string, string>>,
  shows: EventId,
): LinkedPage | null {
  const filled = fillPath(path, places)
  return filled === null ? null : { shows, path: filled }
}

function typeText(type: RecordType | null): string {
  return type?.typeId == null ? '' : String(type.typeId)
}

function userText({ userId }: NamedEvent): string {
  return userId === null ? '' : String(userId)
}

/** Fills in the places; null when one of them has no number, so that no text of an event gets into an address. */
function fillPath(path: string, values: Readonly<Record<string, string>>): string | null {
  const filled = path.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name] ?? ''
    return /^\d{1,15}$/.test(value) ? value : place
  })
  return filled.includes('{') ? null : filled
}

function addressOf(domain: string, path: string): string | null {
  const isHost = /^[\w.-]{1,253}(?::\d{1,5})?$/.test(domain)
  const address = `https://${domain}${path}`
  return isHost && URL.canParse(address) ? address : null
}
