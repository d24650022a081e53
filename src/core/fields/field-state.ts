/**
 * What a portal's object knows of one field, and the rules of design section 7 by which a read explains the
 * events that wait for it. A snapshot moves only together with the changes that tell of it, on an event
 * that no lane has passed. Pure.
 */
import { diffFields, summaryOf } from './changes.ts'
import { userFieldCode } from '../log/event-names.ts'
import {
  NOT_ENRICHED,
  type Change,
  type Enrichment,
  type FieldAction,
  type PortalUser,
  type RelayEvent,
  type ThinReason,
  type UserField,
} from '../log/event.ts'
import type { FieldAttributes, FieldRead, FieldRef } from './field-read.ts'

/** The most thin events of one field that are remembered as owed. */
export const MAX_OWED = 50

/** A thin event whose change is still to be told. */
export interface OwedEvent {
  readonly sequence: number
  readonly action: FieldAction
  readonly userId: number | null
}

/** What is known of one field. */
export interface FieldState extends FieldRef {
  readonly fieldName: string
  /** The snapshot: the definition as last read; null while unknown, and once the field is gone. */
  readonly attributes: FieldAttributes | null
  /** When that was read, in unix milliseconds by the portal's clock. */
  readonly readAt: number | null
  /** True once the baseline or a list of all attributes has told that the field exists. */
  readonly isTold: boolean
  /** The last sequence that told something of the field. */
  readonly toldBy: number | null
  /** True once it was told that the field was deleted. */
  readonly isGone: boolean
  /** Oldest first, at most `MAX_OWED`. */
  readonly owed: readonly OwedEvent[]
}

/** An event that waits for a read, in the portal's log already. */
export interface WaitingEvent {
  readonly sequence: number
  readonly event: RelayEvent & { readonly field: UserField }
}

/** What a read answers beside the definition. */
export interface ReadContext {
  /** Unix milliseconds by the portal's clock. */
  readonly readAt: number
  readonly userNames: ReadonlyMap<number, string | null>
}

/** A change that no waiting event can tell: it becomes an event of origin `reconciled`. */
export interface FurtherEvent {
  readonly event: RelayEvent & { readonly field: UserField }
  readonly enrichment: Enrichment
}

/** What one read means: for the events that wait, for the field, and for the log. */
export interface Explained {
  readonly enrichments: ReadonlyMap<number, Enrichment>
  readonly state: FieldState
  /** To be written behind the log's end; the field's `toldBy` is then its sequence. */
  readonly further: FurtherEvent | null
}

/** The state of a field of which only its name is known. */
export function newFieldState(field: FieldRef & { readonly fieldName: string }): FieldState {
  const { family, id, entityId, fieldName } = field
  return {
    family,
    id,
    entityId,
    fieldName,
    attributes: null,
    readAt: null,
    isTold: false,
    toldBy: null,
    isGone: false,
    owed: [],
  }
}

/**
 * Whether the events can be explained without asking the portal: one of them says that the field is deleted.
 * Bitrix24 never gives an id twice, but a deletion that a comparison found may have been an error of the portal.
 */
export function needsNoRead(events: readonly WaitingEvent[]): boolean {
  return events.some(({ event }) => event.field.action === 'deleted')
}

/** Explains events that need no read, or whose read found the field gone. */
export function explainGone(
  state: FieldState,
  events: readonly WaitingEvent[],
  context: ReadContext,
): Explained {
  const enrichments = new Map<number, Enrichment>()
  let next = state
  for (const { sequence, event } of events) {
    const known = aboutField(next.attributes ?? state.attributes, event, context)
    if (event.field.action !== 'deleted') {
      enrichments.set(sequence, { ...known, status: 'unavailable', reason: 'not_found' })
      continue
    }
    enrichments.set(sequence, { ...known, status: 'complete', ...deletion(next) })
    if (!next.isGone) next = goneState(next, { toldBy: sequence, readAt: context.readAt })
  }
  // Nothing of a field that is gone, and was never read, can be told any more.
  const owed = next.attributes === null ? [] : next.owed
  return { enrichments, state: { ...next, owed }, further: null }
}

function deletion(state: FieldState): Pick<Enrichment, 'changes' | 'toldBy' | 'readAt'> {
  if (state.isGone) return { changes: [], toldBy: state.toldBy, readAt: state.readAt }
  const { attributes, readAt } = state
  const changes = attributes === null ? null : diffFields(attributes, null)
  return { changes, toldBy: null, readAt }
}

/** The field after its deletion was told at `readAt`: a read that began before says nothing of it any more. */
export function goneState(
  state: FieldState,
  { toldBy, readAt }: Pick<FieldState, 'toldBy' | 'readAt'>,
): FieldState {
  return { ...state, attributes: null, isTold: false, isGone: true, toldBy, readAt, owed: [] }
}

/** Explains events by a definition that was read after all of them had arrived. */
export function explainFound(
  state: FieldState,
  events: readonly WaitingEvent[],
  { attributes, ...context }: ReadContext & { readonly attributes: FieldAttributes },
): Explained {
  const told = tellRead(state, events, attributes)
  const { readAt } = context
  const next = { ...state, attributes, readAt, owed: [], isTold: told.isTold, isGone: false }
  const first = events[0]
  if (first === undefined) {
    const { changes } = told
    const further =
      changes === null || changes.length === 0
        ? null
        : furtherEvent(next, { ...told, owed: state.owed }, context)
    return { enrichments: new Map(), state: next, further }
  }
  const covers = events.length > 1 ? events.map(({ sequence }) => sequence) : []
  const tellsAnything = told.changes === null || told.changes.length > 0
  const toldBefore = tellsAnything ? null : toldByEarlier(state, first.event)
  const enrichments = new Map<number, Enrichment>()
  for (const { sequence, event } of events) {
    const known = aboutField(attributes, event, context)
    const isFirst = sequence === first.sequence
    enrichments.set(sequence, {
      ...known,
      status: 'complete',
      readAt: context.readAt,
      ...(isFirst
        ? {
            changes: told.changes,
            toldBy: toldBefore,
            covers,
            users: covers.length > 0 ? usersOf(events, context) : [],
            completes: tellsAnything ? state.owed.map((owed) => owed.sequence) : [],
          }
        : { changes: [], toldBy: first.sequence }),
    })
  }
  const toldBy = tellsAnything ? first.sequence : state.toldBy
  return { enrichments, state: { ...next, toldBy }, further: null }
}

/** What a read tells: everything for a field that was added, else the difference, else nothing known. */
function tellRead(
  state: FieldState,
  events: readonly WaitingEvent[],
  attributes: FieldAttributes,
): { readonly action: FieldAction; readonly changes: readonly Change[] | null; isTold: boolean } {
  const actions = [
    ...state.owed.map(({ action }) => action),
    ...events.map(({ event }) => event.field.action),
  ]
  // The baseline tells nobody of a field: an addition that comes after it is told as a whole.
  if ((!state.isTold || state.toldBy === null) && actions.includes('added')) {
    return { action: 'added', changes: diffFields(null, attributes), isTold: true }
  }
  const { attributes: before, isTold } = state
  return {
    action: 'updated',
    changes: before === null ? null : diffFields(before, attributes),
    isTold,
  }
}

/** An event whose change an earlier read has seen: it happened before that read. */
function toldByEarlier({ toldBy, readAt }: FieldState, { ts }: RelayEvent): number | null {
  if (toldBy === null || readAt === null) return null
  return ts === null || ts * 1000 <= readAt ? toldBy : null
}

/** Explains events that nothing could be read for; what they would have told stays owed. */
export function explainThin(
  state: FieldState,
  events: readonly WaitingEvent[],
  { reason, userNames }: { reason: ThinReason; userNames: ReadonlyMap<number, string | null> },
): Explained {
  const enrichments = new Map<number, Enrichment>()
  for (const { sequence, event } of events) {
    const known = aboutField(state.attributes, event, { userNames })
    enrichments.set(sequence, { ...known, status: 'unavailable', reason })
  }
  const owed = events.map(({ sequence, event }) => ({
    sequence,
    action: event.field.action,
    userId: event.userId,
  }))
  return {
    enrichments,
    // Of a field that is gone nothing is owed; should the portal show it again, a comparison tells it.
    state: state.isGone ? state : { ...state, owed: [...state.owed, ...owed].slice(-MAX_OWED) },
    further: null,
  }
}

/** What comparing with the portal found of one field. */
export interface Difference {
  readonly action: 'added' | 'updated' | 'deleted'
  readonly changes: readonly Change[]
}

/**
 * Compares a field with a read that no event asked for; null when there is nothing to tell. A field that
 * nobody has told of is new, unless the family had no baseline yet: then it belongs to the baseline.
 */
export function compareRead(
  state: FieldState,
  read: FieldRead,
  { hasBaseline }: { readonly hasBaseline: boolean },
): Difference | null {
  if (read.kind === 'failed') return null
  const { attributes } = state
  if (read.kind === 'gone') {
    if (attributes === null) return null
    return { action: 'deleted', changes: diffFields(attributes, null) }
  }
  if (!state.isTold && (hasBaseline || state.owed.some(({ action }) => action === 'added'))) {
    return { action: 'added', changes: diffFields(null, read.attributes) }
  }
  if (attributes === null) return null
  const changes = diffFields(attributes, read.attributes)
  return changes.length === 0 ? null : { action: 'updated', changes }
}

/** The field after a comparison that found nothing to tell: the baseline, or the same as before. */
export function adoptRead(
  state: FieldState,
  read: FieldRead,
  { readAt, isBaseline }: { readonly readAt: number; readonly isBaseline: boolean },
): FieldState {
  if (read.kind === 'gone') return { ...state, owed: [] }
  if (read.kind === 'failed') return state
  const isTold = state.isTold || isBaseline
  return { ...state, attributes: read.attributes, readAt, isTold, owed: [] }
}

/** The event that tells a difference, and the field after it. */
export function tellDifference(
  state: FieldState,
  difference: Difference,
  { read, ...context }: ReadContext & { readonly read: FieldRead },
): { readonly state: FieldState; readonly further: FurtherEvent } {
  const attributes = read.kind === 'found' ? read.attributes : state.attributes
  const further = furtherEvent(
    { ...state, attributes },
    { ...difference, owed: state.owed },
    context,
  )
  if (difference.action === 'deleted')
    return { state: goneState(state, { toldBy: null, readAt: context.readAt }), further }
  const isTold = state.isTold || difference.action === 'added'
  return {
    state: { ...state, attributes, readAt: context.readAt, isGone: false, isTold, owed: [] },
    further,
  }
}

function furtherEvent(
  state: FieldState,
  told: {
    readonly action: FieldAction
    readonly changes: readonly Change[] | null
    readonly owed: readonly OwedEvent[]
  },
  context: ReadContext,
): FurtherEvent {
  const { family, id, entityId, fieldName } = state
  const { owed } = told
  const userIds = new Set(owed.map(({ userId }) => userId))
  const [userId = null] = userIds.size === 1 ? userIds : []
  const field: UserField = { family, action: told.action, id, entityId, fieldName }
  const event = {
    name: userFieldCode(family, told.action),
    ts: null,
    handlerId: null,
    userId,
    data: { FIELDS: { ID: String(id), ENTITY_ID: entityId, FIELD_NAME: fieldName } },
    field,
    quarantined: null,
  }
  return {
    event,
    enrichment: {
      ...aboutField(state.attributes, event, context),
      status: 'complete',
      changes: told.changes,
      readAt: context.readAt,
      completes: owed.map(({ sequence }) => sequence),
    },
  }
}

function aboutField(
  attributes: FieldAttributes | null,
  { userId }: Pick<RelayEvent, 'userId'>,
  { userNames }: Pick<ReadContext, 'userNames'>,
): Enrichment {
  return {
    ...NOT_ENRICHED,
    field: attributes === null ? null : summaryOf(attributes),
    userName: userId === null ? null : (userNames.get(userId) ?? null),
  }
}

function usersOf(
  events: readonly WaitingEvent[],
  { userNames }: Pick<ReadContext, 'userNames'>,
): readonly PortalUser[] {
  const ids = new Set(events.map(({ event }) => event.userId).filter((id) => id !== null))
  return [...ids].map((id) => ({ id, name: userNames.get(id) ?? null }))
}
