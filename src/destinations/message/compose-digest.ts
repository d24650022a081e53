/**
 * Composes one message of several deliveries, with a group for each field: deletions first, the others in the
 * order in which they came.
 */
import type { UserField } from '../../core/log/event.ts'
import type { Delivery } from '../receiver.ts'
import { occurredAt } from '../event-body.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fillPlural } from '../language/languages.ts'
import { composeField, type Deliveries } from './fields/compose-field.ts'
import { composeEventGroup, eventGroupKey, withoutChange } from './events/compose-event.ts'
import { markOf } from './events/sentence.ts'
import type { Mark } from './marks.ts'
import type { ChangeLine, Group, Link, Message } from './message.ts'
import { describeAlert, describeDelay, describeOrigin, isReconciled } from './notes.ts'
import { withPeople } from './people.ts'
import { describePortal } from './wording.ts'
import { fillSpans, own, type Line } from './text/line.ts'

/** The language of a digest, the time of its attempt, and the page that shows all of it. */
export interface DigestTerms {
  readonly words: Catalogue
  /** The time of the attempt in unix milliseconds. */
  readonly now: number
  readonly overview: Link | null
}

const MARKS: readonly Mark[] = ['deleted', 'added', 'updated']

/** The message about deliveries of one portal, oldest first. */
export function composeDigest(
  deliveries: readonly [Delivery, ...Delivery[]],
  { words, now, overview }: DigestTerms,
): Message {
  const times = deliveries.map(occurredAt)
  const groups = groupByField(deliveries, words)
  const alerts = deliveries.map((delivery) => describeAlert(delivery, words))
  const title = withPeople(describeCount(deliveries, words), deliveries, words)
  return {
    kind: 'digest',
    title,
    lead: [],
    alert: alerts.find((alert) => alert !== null) ?? null,
    groups: [
      ...groups.filter(endsInDeletion),
      ...groups.filter((group) => !endsInDeletion(group)),
    ].map((group) => describeGroup(group, words)),
    more: null,
    notes: listNotesOfAll(deliveries, now, words),
    summary: title,
    portal: describePortal(deliveries[0]),
    firstAt: Math.min(...times),
    lastAt: Math.max(...times),
    link: null,
    overview,
    threadKey: `${deliveries[0].memberId}-digest`,
  }
}

/** `3 fields: 1 deleted, 2 changed`; of a digest that tells other things too, `5 events`. */
function describeCount(deliveries: readonly Delivery[], words: Catalogue): Line {
  const { fields, events } = words.digest
  const marks = new Map<string, Mark>()
  for (const { event } of deliveries) {
    const { field } = event
    if (field === null) {
      return [own(fillPlural(words, events, { count: deliveries.length }), 'strong')]
    }
    const isNew = field.action === 'added' || marks.get(keyOf(field)) === 'added'
    marks.set(keyOf(field), field.action === 'deleted' ? 'deleted' : isNew ? 'added' : 'updated')
  }
  const tally = MARKS.flatMap((mark) => {
    const count = [...marks.values()].filter((each) => each === mark).length
    return count === 0 ? [] : [fillPlural(words, words.digest[mark], { count })]
  })
  return fillSpans(words.labelled, {
    label: [own(fillPlural(words, fields, { count: marks.size }), 'strong')],
    value: [own(tally.join(', '))],
  })
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

function endsInDeletion(group: Deliveries): boolean {
  const { event } = group.at(-1) ?? group[0]
  return (event.field === null ? markOf(event) : event.field.action) === 'deleted'
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
  const { title, lead, headlined, lines } = composeField(group, field, words)
  const count = group.length
  const edits = count > 1 ? [own(` · ${fillPlural(words, words.digest.edits, { count })}`)] : []
  return {
    heading: [...title, own(' · '), ...lead, ...edits],
    headlined,
    lines: [...lines, ...describeUnknown(group, words)],
  }
}

function describeUnknown(group: Deliveries, words: Catalogue): readonly ChangeLine[] {
  const count = group.filter(
    ({ enrichment: { changes, status } }) => changes === null && status !== 'not_applicable',
  ).length
  if (count === 0) return []
  return [withoutChange([own(fillPlural(words, words.digest.unknown, { count }))])]
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

/** The number of changes that no event told: the note is not true of the others. */
function describeReconciled(deliveries: Deliveries, words: Catalogue): string | null {
  const count = deliveries.filter(isReconciled).length
  if (count === 0) return null
  if (count === deliveries.length) return words.notes.reconciled
  return fillPlural(words, words.digest.reconciled, { count })
}
