/**
 * Tells in a sentence what an event says that is about no field: `Task 123 created`. The noun of its topic and
 * the deed of its verb come from the catalogue. An event of an unknown module is told by the words in its code.
 */
import { readText } from '../../../core/events/data-paths.ts'
import type { EventVerb } from '../../../core/events/event-topic.ts'
import { displayName, FIELD_FAMILY_NAMES } from '../../../core/events/event-names.ts'
import { meaningOf, type EventMeaning } from '../../../core/events/topics.ts'
import {
  idsOf,
  subjectOf,
  type EventId,
  type EventSubject,
} from '../../../core/events/subject-of.ts'
import { nameKey, type Names } from '../../../core/events/names.ts'
import type { RelayEvent } from '../../../core/log/event.ts'
import type { Catalogue } from '../../language/catalogue.ts'
import { formsOf, type Deed, type Noun, type NounKind } from '../../language/event-words.ts'
import type { Mark } from '../marks.ts'
import { splitCode } from './code-words.ts'
import { fillSpans, foreign, mergeStyles, own, type Line, type Span } from '../text/line.ts'
import { safeText } from '../text/safe-text.ts'

// A longer id hides the deed in a notification, so it stands behind the sentence. The ids of calls have 60
// characters.
const MAX_ID_IN_SENTENCE = 20
const MAX_NAME = 80
const MAX_ID = 120
const MAX_CODE = 120

/** The part of an event from which its sentence is made. */
export type ToldEvent = Pick<RelayEvent, 'name' | 'data' | 'userId'>

// The kinds that are written and not created: messages and comments.
const POSTED: readonly string[] = [
  'bot_message',
  'connector_message',
  'feed_post',
  'open_line_message',
  'task_comment',
  'timeline_comment',
]

// The kinds whose events hold the id of another thing. For example, the id in an event about a reaction is that of
// the message.
const ID_NOUNS: Readonly<Partial<Record<EventId['kind'], NounKind>>> = {
  address: 'address_type',
  bot_context: 'dialog',
  bot_reaction: 'message',
  hcm_employee_list: 'job',
  hcm_field_value: 'job',
  hcm_pin: 'job',
  hcm_salary_vacation: 'job',
}

// Every other deed is neither a creation, a change nor a deletion.
const MARKS: Readonly<Partial<Record<Deed, Mark>>> = {
  added: 'added',
  posted: 'added',
  updated: 'updated',
  enum_values_set: 'updated',
  moved: 'updated',
  status_changed: 'updated',
  saved: 'updated',
  deleted: 'deleted',
}

/** The sentence of an event with the id of its subject: `Task 123 created`, `Callback requested (Contact 5785)`. */
export function describeHappening(event: ToldEvent, words: Catalogue): Line {
  const subject = toldSubject(event)
  const sentence = describeKindOfHappening(event, words)
  const meaning = meaningOf(event.name)
  if (meaning === null || subject === null) return sentence
  if (isNamedByNoun(meaning)) return writeSentence(event, { meaning, subject }, words)
  return [...sentence, own(' ('), ...writeId(subject, words), own(')')]
}

/** The sentence that all events of this kind share: `Task created`. */
export function describeKindOfHappening(event: ToldEvent, words: Catalogue): Line {
  const meaning = meaningOf(event.name)
  return meaning === null
    ? describeUnknown(event, words)
    : writeSentence(event, { meaning, subject: null }, words)
}

/** Whether the thing was created, changed or deleted; null for everything else. */
export function markOf(event: ToldEvent): Mark | null {
  const meaning = meaningOf(event.name)
  return meaning === null ? null : (MARKS[deedOf(event, meaning)] ?? null)
}

/** The documented spelling of an event's name. */
export function describeSpelling({ name }: ToldEvent): Line {
  const spelling = safeText(displayName(name), MAX_CODE)
  return spelling === '' ? [] : [foreign(spelling, 'code')]
}

/** The ids by which a person finds the subject and that its sentence does not tell. */
export function idsBehind(event: ToldEvent): readonly EventId[] {
  const told = toldSubject(event)
  return idsOf(event).filter(({ kind, id }) => kind !== told?.kind || id !== told.id)
}

/** Ids with their nouns, and with their names where they are known: `Task 555 · User 27 (Anna Petrova)`. */
export function writeEventIds(
  ids: readonly EventId[],
  words: Catalogue,
  names: Names = new Map(),
): Line {
  return ids.flatMap((id, index) => {
    const name = safeText(names.get(nameKey(id)) ?? '', MAX_NAME)
    return [
      ...(index === 0 ? [] : [own(' · ')]),
      ...writeId(id, words),
      ...(name === '' ? [] : [own(' ('), foreign(name), own(')')]),
    ]
  })
}

/** A noun with an id, or with several of them. */
export function writeNoun(noun: Noun, ids: Line): Line {
  return fillSpans(formsOf(noun).withId, { id: ids })
}

/** An id as a person reads it. */
export function codeOf(id: string): Line {
  return [foreign(safeText(id, MAX_ID), 'code')]
}

/** The noun of what an id names. */
export function nounOfId(kind: EventId['kind'], words: Catalogue): Noun {
  const named = ID_NOUNS[kind]
  return named === undefined ? nounOf(kind, words) : words.events.nouns[named]
}

function nounOf(kind: EventId['kind'], { events, kinds }: Catalogue): Noun {
  if (isNounKind(kind, events.nouns)) return events.nouns[kind]
  const family = FIELD_FAMILY_NAMES.find((name) => kind === `${name}_user_field`)
  return { ...events.nouns.user_field, ...(family !== undefined && { text: kinds[family] }) }
}

function isNounKind<Kind extends string>(
  kind: EventId['kind'],
  nouns: Readonly<Record<Kind, Noun>>,
): kind is Extract<EventId['kind'], Kind> {
  return Object.hasOwn(nouns, kind)
}

/** The subject whose id stands in the sentence; null when there is none, or when its id is too long for that. */
function toldSubject(event: ToldEvent): EventSubject | null {
  const subject = subjectOf(event, null)
  return subject !== null && subject.id.length <= MAX_ID_IN_SENTENCE ? subject : null
}

/** Whether the noun of the topic is what the subject's id names. Otherwise the id has a noun of its own. */
function isNamedByNoun({ topic }: EventMeaning): boolean {
  return topic.id?.length !== 0 && ID_NOUNS[topic.kind] === undefined
}

interface Told {
  readonly meaning: EventMeaning
  /** The subject whose id stands in the sentence; null when the sentence has the noun alone. */
  readonly subject: EventSubject | null
}

function writeSentence(event: ToldEvent, { meaning, subject }: Told, words: Catalogue): Line {
  const noun = nounOf(nounKindOf(event, meaning), words)
  const text = words.events.deeds[deedOf(event, meaning)][noun.gender]
  const named = subject === null ? [own(formsOf(noun).alone)] : writeNoun(noun, codeOf(subject.id))
  return mergeStyles(fillSpans(text, { subject: named })).flatMap(strengthen)
}

/** A smart process can be one of several kinds, which its type tells; every other topic has one. */
function nounKindOf(event: ToldEvent, meaning: EventMeaning): EventId['kind'] {
  const { kind, type } = meaning.topic
  return type === undefined ? kind : (subjectOf(event, null)?.kind ?? kind)
}

/** Our own words as strong ones. The blanks around them stay plain, since no markup may begin or end with one. */
function strengthen(span: Span): Line {
  if (span.style !== 'plain') return [span]
  const [, before = '', text = '', after = ''] = /^(\s*)(.*?)(\s*)$/u.exec(span.text) ?? []
  return [own(before), own(text, 'strong'), own(after)].filter((part) => part.text !== '')
}

function writeId({ kind, id }: EventId, words: Catalogue): Line {
  return writeNoun(nounOfId(kind, words), codeOf(id))
}

/** The verb of an event, as its data make it more exact. */
function deedOf({ data }: ToldEvent, { topic, verb }: EventMeaning): Deed {
  const exact: Readonly<Partial<Record<EventVerb, Deed | false>>> = {
    added: POSTED.includes(topic.kind) && 'posted',
    finished: isMissedCall(data) && 'missed',
    confirmed: readText(data, ['CONFIRMED']) === '0' && 'refused',
  }
  return exact[verb] || verb
}

/**
 * Whether an incoming call (2, or 3 when it was redirected) was not answered
 * (https://apidocs.bitrix24.com/api-reference/telephony/voximplant/events/on-voximplant-call-end.html).
 */
function isMissedCall(data: ToldEvent['data']): boolean {
  const isIncoming = ['2', '3'].includes(readText(data, ['CALL_TYPE']) ?? '')
  return isIncoming && readText(data, ['CALL_FAILED_CODE']) === '304'
}

function describeUnknown({ name }: ToldEvent, words: Catalogue): Line {
  const text = safeText(splitCode(name), MAX_CODE)
  if (text === '') return [own(words.event, 'strong')]
  return fillSpans(words.events.unknown, { words: [foreign(text, 'strong')] })
}
