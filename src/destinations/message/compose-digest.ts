/**
 * Composes one message of several deliveries, with a group for each field in the order in which they came. A
 * field that was edited twice, A → B and B → C, is told as A → C with the number of edits.
 */
import { isSame } from '../../core/fields/changes.ts'
import type { Change, FieldAction, UserField } from '../../core/log/event.ts'
import type { Delivery } from '../receiver.ts'
import { occurredAt } from '../event-body.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fillPlural } from '../language/languages.ts'
import { composeEventGroup, eventGroupKey, withoutChange } from './events/compose-event.ts'
import { listChangeLines } from './change-lines.ts'
import { type ChangeLine, type Group, type Link, type Message } from './message.ts'
import { describeDelay, describeOrigin, isReconciled } from './notes.ts'
import {
  deedBy,
  describeAction,
  describeCode,
  describeLabel,
  describePortal,
  knownUser,
  nameOf,
} from './wording.ts'
import { fillSpans, foreign, own, plainText, type Line } from './text/line.ts'

/** The language of a digest, the time of its attempt, and the page that shows all of it. */
export interface DigestTerms {
  readonly words: Catalogue
  /** The time of the attempt in unix milliseconds. */
  readonly now: number
  readonly overview: Link | null
}

type Deliveries = readonly [Delivery, ...Delivery[]]

/** The message about deliveries of one portal, oldest first. */
export function composeDigest(
  deliveries: readonly [Delivery, ...Delivery[]],
  { words, now, overview }: DigestTerms,
): Message {
  const times = deliveries.map(occurredAt)
  const title = describeCount(deliveries, words)
  return {
    kind: 'digest',
    title: [own(title, 'strong')],
    lead: [],
    groups: groupByField(deliveries, words).map((group) => describeGroup(group, words)),
    more: null,
    notes: listNotesOfAll(deliveries, now, words),
    summary: [own(title)],
    portal: describePortal(deliveries[0]),
    firstAt: Math.min(...times),
    lastAt: Math.max(...times),
    link: null,
    overview,
    threadKey: `${deliveries[0].memberId}-digest`,
  }
}

function describeCount(deliveries: readonly Delivery[], words: Catalogue): string {
  const { changes, inFields, events } = words.digest
  const count = deliveries.length
  const fields = new Set(
    deliveries.map(({ event: { field } }) => (field === null ? null : keyOf(field))),
  )
  if (fields.has(null)) return fillPlural(words, events, { count })
  const where = fillPlural(words, inFields, { count: fields.size })
  return `${fillPlural(words, changes, { count })} ${where}`
}

function keyOf({ family, id }: UserField): string {
  return `${family} ${id}`
}

/**
 * Groups by field; events that are about no field are grouped by what happened. Changes of a field that were
 * found by comparing stand apart from those that events told, in the order in which they came, as nobody is
 * known to have made them.
 */
function groupByField(deliveries: readonly Delivery[], words: Catalogue): readonly Deliveries[] {
  const groups = new Map<string, readonly Deliveries[]>()
  for (const delivery of deliveries) {
    const { field } = delivery.event
    const key = field === null ? eventGroupKey(delivery, words) : keyOf(field)
    groups.set(key, addToLast(groups.get(key) ?? [], delivery))
  }
  return [...groups.values()].flat()
}

function addToLast(runs: readonly Deliveries[], delivery: Delivery): readonly Deliveries[] {
  const last = runs.at(-1)
  if (last === undefined || isReconciled(last[0]) !== isReconciled(delivery))
    return [...runs, [delivery]]
  return [...runs.slice(0, -1), [...last, delivery]]
}

function describeGroup(group: Deliveries, words: Catalogue): Group {
  const last = group.at(-1) ?? group[0]
  const { field } = last.event
  if (field === null) return composeEventGroup(group, words)
  const code = describeCode(field, words)
  const label = group.map(describeLabel).findLast((known) => known !== null) ?? null
  const count = group.length
  const edits = count > 1 ? [own(` (${fillPlural(words, words.digest.edits, { count })})`)] : []
  return {
    heading: fillSpans(words.labelled, {
      label: [...(label === null ? [] : [foreign(label, 'strong'), own(' ')]), ...code],
      value: [...describeDeeds(group, words), ...edits],
    }),
    lines: [...describeChanges(group, words), ...describeUnknown(group, words)],
  }
}

/** `created, settings changed by Anna and Max`: each deed once, in the order in which they came. */
function describeDeeds(group: Deliveries, words: Catalogue): Line {
  const actions = group.flatMap(({ event: { field }, enrichment }) =>
    field === null ? [] : [describeAction(field, enrichment.changes ?? [])],
  )
  const deeds = [...new Set(actions)].map((action) => words.deeds[action])
  const people = group.flatMap((delivery) => {
    const { covers, users } = delivery.enrichment
    if (covers.length > 0) return users.map((user) => nameOf(user, words, delivery))
    return knownUser(delivery, words)
  })
  return deedBy([own(deeds.join(', '))], unique(people), words)
}

function unique(lines: readonly Line[]): readonly Line[] {
  return [...new Map(lines.map((line) => [plainText(line), line])).values()]
}

/** The first value before and the last value after of every attribute. */
function describeChanges(group: Deliveries, words: Catalogue): readonly ChangeLine[] {
  const told = group.flatMap(({ enrichment }) => enrichment.changes ?? [])
  if (told.length === 0) return []
  const actions = group.map(({ event }) => event.field?.action)
  const isNew = actions.includes('added')
  const isGone = actions.at(-1) === 'deleted'
  if (isNew && isGone) return [remark(words.digest.createdAndDeleted)]
  // A deletion tells the last settings of the field; the edits before it do not matter any more.
  const last = isGone ? (group.at(-1)?.enrichment.changes ?? []) : []
  if (last.length > 0) return listChangeLines(last, 'deleted', words)
  const folded = foldGroup(told)
  if (folded.length === 0) return [remark(words.digest.changedBack)]
  const action: FieldAction = isNew ? 'added' : isGone ? 'deleted' : 'updated'
  return listChangeLines(folded, action, words)
}

function foldGroup(changes: readonly Change[]): readonly Change[] {
  const folded = new Map<string, Change>()
  for (const change of changes) {
    const first = folded.get(change.attribute)
    folded.set(change.attribute, first === undefined ? change : { ...first, after: change.after })
  }
  return [...folded.values()].filter(({ before, after }) => !isSame(before, after))
}

function describeUnknown(group: Deliveries, words: Catalogue): readonly ChangeLine[] {
  const count = group.filter(
    ({ enrichment: { changes, status } }) => changes === null && status !== 'not_applicable',
  ).length
  return count === 0 ? [] : [remark(fillPlural(words, words.digest.unknown, { count }))]
}

function remark(text: string): ChangeLine {
  return withoutChange([own(text)])
}

/**
 * The notes of the digest, each once: where the changes come from, and how late the message is. Missing
 * details are told in the group that they belong to.
 */
function listNotesOfAll(deliveries: Deliveries, now: number, words: Catalogue): readonly string[] {
  // Older events wait here on purpose, so the message is late only when its youngest event is.
  const youngest = deliveries.at(-1) ?? deliveries[0]
  const origins = deliveries.filter((delivery) => !isReconciled(delivery))
  const notes = [
    describeReconciled(deliveries, words),
    ...origins.map((delivery) => describeOrigin(delivery, words)),
    describeDelay(youngest, now, words),
  ]
  return [...new Set(notes.filter((note) => note !== null))]
}

/** How many of the changes no event told: the note is not true of the others. */
function describeReconciled(deliveries: Deliveries, words: Catalogue): string | null {
  const count = deliveries.filter(isReconciled).length
  if (count === 0) return null
  if (count === deliveries.length) return words.notes.reconciled
  return fillPlural(words, words.digest.reconciled, { count })
}
