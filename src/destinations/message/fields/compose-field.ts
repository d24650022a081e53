/**
 * Composes the part of a message about one field: of one event, or of several in a digest. The headline says what
 * happened: `Deleted: Tax number — Anna`, and of a single change the change itself: `Tax number: required no → yes —
 * Anna`. A field that was edited twice, A → B and B → C, is told as A → C.
 */
import { isSame } from '../../../core/fields/changes.ts'
import type { Change, FieldAction, UserField } from '../../../core/log/event.ts'
import type { Delivery } from '../../receiver.ts'
import type { Catalogue } from '../../language/catalogue.ts'
import type { ListValues } from './attributes.ts'
import { listChangeLines } from './change-lines.ts'
import { withoutChange } from '../events/compose-event.ts'
import { beginLine } from '../letter-case.ts'
import { withMark, type Mark } from '../marks.ts'
import type { ChangeLine } from '../message.ts'
import { withPeople } from '../people.ts'
import { fillSpans, foreign, own, plainText, type Line } from '../text/line.ts'
import { describeAction, describeCode, describeKind, describeLabel } from '../wording.ts'

// A longer change would push the person out of a notification, so it stands below the headline.
const MAX_CHANGE_IN_HEADLINE = 60

/** Deliveries that one message tells together, oldest first. */
export type Deliveries = readonly [Delivery, ...Delivery[]]

/** The parts of a message that a person reads about one field. */
export interface ToldField {
  readonly title: Line
  /** Kind and code. */
  readonly lead: Line
  readonly headlined: readonly ChangeLine[]
  readonly lines: readonly ChangeLine[]
}

/** The words about the events of one field. */
export function composeField(group: Deliveries, field: UserField, words: Catalogue): ToldField {
  const label = group.map(describeLabel).findLast((known) => known !== null) ?? null
  const code = describeCode(field, words)
  const name = label === null ? code : [foreign(label, 'strong')]
  const told = describeChanges(group, label, words)
  const [change, ...others] = told
  const mark = markOf(group)
  const isInHeadline = mark === 'updated' && others.length === 0 && fitsHeadline(change)
  const happening = isInHeadline
    ? fillSpans(words.labelled, { label: name, value: change.brief })
    : fillSpans(words.labelled, {
        label: [own(describeDeeds(group, words), 'strong')],
        value: name,
      })
  return {
    title: withPeople(withMark(mark, happening), group, words),
    lead: [own(describeKind(field, words)), ...(label === null ? [] : [own(' '), ...code])],
    headlined: isInHeadline ? told : [],
    lines: isInHeadline ? [] : told,
  }
}

function fitsHeadline(change: ChangeLine | undefined): change is ChangeLine {
  if (change === undefined || change.brief.length === 0) return false
  return plainText(change.brief).length <= MAX_CHANGE_IN_HEADLINE
}

function markOf(group: Deliveries): Mark {
  const actions = group.map(({ event }) => event.field?.action)
  if (actions.at(-1) === 'deleted') return 'deleted'
  return actions.includes('added') ? 'added' : 'updated'
}

/** `Created, settings changed`: each deed once, in the order in which they came. */
function describeDeeds(group: Deliveries, words: Catalogue): string {
  const actions = group.flatMap((delivery) => listActions(delivery))
  const deeds = [...new Set(actions)].map((action) => words.deeds[action])
  return beginLine(deeds.join(', '), words.locale)
}

/** The action of an event. Other people changed a new field when one read told their events with its creation. */
function listActions({ event, enrichment }: Delivery): readonly FieldAction[] {
  const { field, userId } = event
  if (field === null) return []
  const action = describeAction(field, enrichment.changes ?? [])
  const isByOthers =
    enrichment.covers.length > 0 && enrichment.users.some(({ id }) => id !== userId)
  return action === 'added' && isByOthers ? ['added', 'updated'] : [action]
}

/** The first value before and the last value after of every attribute. */
function describeChanges(
  group: Deliveries,
  label: string | null,
  words: Catalogue,
): readonly ChangeLine[] {
  const told = group.flatMap(({ enrichment }) => enrichment.changes ?? [])
  if (told.length === 0) return []
  const isNew = group.some(({ event }) => event.field?.action === 'added')
  const isGone = markOf(group) === 'deleted'
  if (isNew && isGone) return [remark(words.digest.createdAndDeleted)]
  const listValues = listValuesOf(group)
  // A deletion tells the last settings of the field; the edits before it do not matter any more.
  const last = isGone ? (group.at(-1)?.enrichment.changes ?? []) : []
  if (last.length > 0) return listChangeLines(last, { action: 'deleted', label }, words)
  const folded = foldGroup(told)
  if (folded.length === 0) return [remark(words.digest.changedBack)]
  const action: FieldAction = isNew ? 'added' : isGone ? 'deleted' : 'updated'
  return listChangeLines(folded, { action, label, listValues }, words)
}

function foldGroup(changes: readonly Change[]): readonly Change[] {
  const folded = new Map<string, Change>()
  for (const change of changes) {
    const first = folded.get(change.attribute)
    folded.set(change.attribute, first === undefined ? change : { ...first, after: change.after })
  }
  return [...folded.values()].filter(({ before, after }) => !isSame(before, after))
}

/** The texts of the list values whose order, default or code changed. */
function listValuesOf(group: Deliveries): ListValues {
  const known = group.flatMap(({ enrichment }) =>
    Object.entries(enrichment.field?.['listValues'] ?? {}),
  )
  return Object.fromEntries(
    known.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function remark(text: string): ChangeLine {
  return withoutChange([own(text)])
}
