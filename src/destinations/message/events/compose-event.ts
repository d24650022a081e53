/**
 * Composes the part of a message about events that concern no field. One event is told by its sentence, its code and
 * its ids. Several of one kind, in a digest, are told by the sentence of their kind, with their ids below it.
 */
import type { PageKind } from '../../../core/events/record-types.ts'
import { meaningOf } from '../../../core/events/topics.ts'
import { idsOf, pageOf } from '../../../core/events/subject-of.ts'
import type { Delivery } from '../../receiver.ts'
import type { Catalogue } from '../../language/catalogue.ts'
import { fill, fillPlural } from '../../language/languages.ts'
import type { Noun } from '../../language/event-words.ts'
import { listFacts } from './facts.ts'
import {
  describeHappening,
  describeKindOfHappening,
  describeSpelling,
  idsBehind,
  markOf,
  codeOf,
  nounOfId,
  writeEventIds,
  writeNoun,
} from './sentence.ts'
import type { ChangeLine, Group, Message } from '../message.ts'
import { listIdLines, listIds, MAX_IDS, writeIds } from './payload-ids.ts'
import { withMark } from '../marks.ts'
import { withPeople } from '../people.ts'
import { own, plainText, type Line } from '../text/line.ts'
import { safeText } from '../text/safe-text.ts'

const MAX_ID = 120

// More ids make a line that nobody reads.
const MAX_IDS_OF_A_LINE = 10

type Deliveries = readonly [Delivery, ...Delivery[]]

/** A line that tells no change. */
export function withoutChange(text: Line): ChangeLine {
  return { text, brief: [], label: [], before: null, after: null }
}

/** The headline of one event: what happened and by whom, then its code and its further ids. */
export function composeEvent(
  delivery: Delivery,
  words: Catalogue,
): Pick<Message, 'title' | 'lead' | 'summary'> {
  const { event } = delivery
  const title = writeHeadline(describeHappening(event, words), [delivery], words)
  const lead = joinLines([describeSpelling(event), furtherIds(delivery, words)])
  return { title, lead, summary: title }
}

/** Events of one kind in a digest. One event is told like a message of its own. */
export function composeEventGroup(group: Deliveries, words: Catalogue): Group {
  const [first, ...others] = group
  if (others.length === 0) {
    return {
      heading: writeHeadline(describeHappening(first.event, words), group, words),
      headlined: [],
      lines: removeEmpty([
        furtherIds(first, words),
        ...listFacts(first.event, words, first.names),
      ]).map(withoutChange),
    }
  }
  const count = fillPlural(words, words.digest.events, { count: group.length })
  const sentence = [...describeKindOfHappening(first.event, words), own(` (${count})`)]
  return {
    heading: writeHeadline(sentence, group, words),
    headlined: [],
    lines: listGroupLines(group, words).map(withoutChange),
  }
}

/** The key of the events that a digest tells together. */
export function eventGroupKey({ event }: Delivery, words: Catalogue): string {
  return `event ${event.name} ${plainText(describeKindOfHappening(event, words))}`
}

/** `Open task 123`; general words for a page whose kind has none. */
export function describeEventLink({ event }: Delivery, words: Catalogue): string {
  const page = pageOf(event)
  if (page === null || !isPageKind(page.kind, words)) return words.openInBitrix24
  return fill(words.events.open[page.kind], { id: safeText(page.id, MAX_ID) })
}

function isPageKind(kind: string, { events }: Catalogue): kind is PageKind {
  return Object.hasOwn(events.open, kind)
}

/** `➕ Task 123 created — Anna, Max +2`; without people when nobody is known. */
function writeHeadline(sentence: Line, group: Deliveries, words: Catalogue): Line {
  return withPeople(withMark(markOf(group[0].event), sentence), group, words)
}

function furtherIds({ event, names }: Delivery, words: Catalogue): Line {
  if (meaningOf(event.name) === null) return writeIds(listIds(event.data, MAX_IDS), words)
  return writeEventIds(idsBehind(event), words, names)
}

/** The ids of several events, each once. Events that have no more than one id of one kind share their lines. */
function listGroupLines(group: readonly Delivery[], words: Catalogue): readonly Line[] {
  const isUnknown = group.every(({ event }) => meaningOf(event.name) === null)
  if (isUnknown)
    return listIdLines(
      group.map(({ event }) => event.data),
      words,
    )
  const shared = new Map<Noun, Set<string>>()
  const others: Line[] = []
  for (const { event, names } of group) {
    const ids = idsOf(event)
    const [first, second] = ids
    const facts = listFacts(event, words, names)
    if (first !== undefined && second === undefined && facts.length === 0) {
      const noun = nounOfId(first.kind, words)
      shared.set(noun, (shared.get(noun) ?? new Set()).add(first.id))
    } else others.push(joinLines([writeEventIds(ids, words, names), ...facts]))
  }
  const lists = [...shared].flatMap(([noun, ids]) => listInChunks(noun, [...ids]))
  return removeEmpty([...lists, ...unique(others)])
}

/** `Task 12, 13, 14`. */
function listInChunks(noun: Noun, ids: readonly string[]): readonly Line[] {
  const count = Math.ceil(ids.length / MAX_IDS_OF_A_LINE)
  return Array.from({ length: count }, (_chunk, index) => {
    const chunk = ids.slice(index * MAX_IDS_OF_A_LINE, (index + 1) * MAX_IDS_OF_A_LINE)
    return writeNoun(noun, joinLines(chunk.map(codeOf), ', '))
  })
}

function joinLines(lines: readonly Line[], separator = ' · '): Line {
  return removeEmpty(lines).flatMap((line, index) =>
    index === 0 ? line : [own(separator), ...line],
  )
}

function removeEmpty(lines: readonly Line[]): readonly Line[] {
  return lines.filter((line) => line.length > 0)
}

function unique(lines: readonly Line[]): readonly Line[] {
  return [...new Map(lines.map((line) => [plainText(line), line])).values()]
}
