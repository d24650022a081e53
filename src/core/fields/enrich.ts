/**
 * The rules by which one read enriches the events of a field that wait for it. Pure.
 *
 * For example, the events 41 and 42 wait, both about the field 235. One read finds that its label has
 * changed. Event 41 then carries the change and says that it covers 41 and 42; event 42 carries no change and
 * says that 41 told it. The snapshot moves to the new definition in the same step, on events that no lane has
 * passed, so that the changes told always add up to the portal's state.
 */
import type {
  Change,
  Enrichment,
  FieldAction,
  PortalUser,
  RelayEvent,
  ThinReason,
  UserField,
} from '../log/event.ts'
import { diffFields } from './changes.ts'
import type { FieldAttributes } from './field-read.ts'
import {
  goneState,
  isTold,
  owedBy,
  presentState,
  readAtOf,
  snapshotOf,
  withOwed,
  withoutOwed,
  type FieldState,
} from './field-state.ts'
import {
  aboutField,
  createReconciledEvent,
  type ReadContext,
  type ReconciledEvent,
  type RepeatedEvent,
  type UserNamesById,
} from './reconciled-event.ts'

/** An event that is in the portal's log already and waits for a read. */
export interface EventToEnrich {
  readonly sequence: number
  readonly event: RelayEvent & { readonly field: UserField }
}

/** The meaning of one read: for the events that wait, for the field, and for the log. */
export interface Enriched {
  readonly enrichments: ReadonlyMap<number, Enrichment>
  readonly state: FieldState
  /** The event to be added at the end of the log; its sequence becomes the field's `toldBy`. */
  readonly reconciled: ReconciledEvent | null
}

/**
 * Whether the events can be enriched without asking the portal: one of them says that the field was deleted,
 * and Bitrix24 never gives an id twice. A deletion that only a comparison found is not enough, since it may
 * have been an error of the portal.
 */
export function needsNoRead(events: readonly EventToEnrich[]): boolean {
  return events.some(({ event }) => event.field.action === 'deleted')
}

/** Enriches events that need no read, or whose read found the field gone. */
export function enrichGone(
  state: FieldState,
  events: readonly EventToEnrich[],
  context: ReadContext,
): Enriched {
  const enrichments = new Map<number, Enrichment>()
  const before = snapshotOf(state)
  let next = state
  for (const { sequence, event } of events) {
    const known = aboutField(before, event, context)
    if (event.field.action !== 'deleted') {
      enrichments.set(sequence, { ...known, status: 'unavailable', reason: 'not_found' })
      continue
    }
    enrichments.set(sequence, { ...known, status: 'complete', ...deletionOf(next) })
    if (next.presence !== 'gone') {
      next = goneState(next, { toldBy: sequence, readAt: context.readAt })
    }
  }
  // Of a field that is gone and was never read nothing more can be told.
  const after = next.presence === 'unread' ? withoutOwed(next) : next
  return { enrichments, state: after, reconciled: null }
}

function deletionOf(state: FieldState): Pick<Enrichment, 'changes' | 'toldBy' | 'readAt'> {
  switch (state.presence) {
    case 'gone':
      return { changes: [], toldBy: state.toldBy, readAt: state.readAt }
    case 'present':
      return { changes: diffFields(state.attributes, null), toldBy: null, readAt: state.readAt }
    case 'unread':
      return { changes: null, toldBy: null, readAt: null }
  }
}

/** Enriches events by a definition that was read after all of them had arrived. */
export function enrichFound(
  state: FieldState,
  events: readonly EventToEnrich[],
  {
    attributes,
    repeated = null,
    ...context
  }: ReadContext & {
    readonly attributes: FieldAttributes
    /** An event that was sent again and brought about the read. @default null */
    readonly repeated?: RepeatedEvent | null
  },
): Enriched {
  const told = tellRead(state, events, attributes)
  const { readAt } = context
  const next = presentState(state, { attributes, readAt, isTold: told.isTold })
  const [first] = events
  if (first === undefined) {
    const hasNews = told.changes !== null && told.changes.length > 0
    const owed = owedBy(state)
    const reconciled = hasNews
      ? createReconciledEvent(next, { ...told, owed, repeated }, { ...context, attributes })
      : null
    return { enrichments: new Map(), state: next, reconciled }
  }
  const covers = events.length > 1 ? events.map(({ sequence }) => sequence) : []
  const tellsAnything = told.changes === null || told.changes.length > 0
  const toldBefore = tellsAnything ? null : toldByEarlier(state, first.event)
  const enrichments = new Map<number, Enrichment>()
  for (const { sequence, event } of events) {
    const isFirst = sequence === first.sequence
    const about = aboutField(
      attributes,
      event,
      isFirst ? { ...context, changes: told.changes } : context,
    )
    const known = { ...about, status: 'complete' as const, readAt }
    if (!isFirst) {
      enrichments.set(sequence, { ...known, changes: [], toldBy: first.sequence })
      continue
    }
    enrichments.set(sequence, {
      ...known,
      changes: told.changes,
      toldBy: toldBefore,
      covers,
      users: covers.length > 0 ? usersOf(events, context) : [],
      ...(covers.length > 0 && hasUserless(events) && { coversUserless: true }),
      completes: tellsAnything ? owedBy(state).map((owed) => owed.sequence) : [],
    })
  }
  const toldBy = tellsAnything ? first.sequence : state.toldBy
  return { enrichments, state: { ...next, toldBy }, reconciled: null }
}

/**
 * The changes that a read tells: every attribute for a field that was added, else the difference. Null when
 * nothing was known before.
 */
function tellRead(
  state: FieldState,
  events: readonly EventToEnrich[],
  attributes: FieldAttributes,
): { readonly action: FieldAction; readonly changes: readonly Change[] | null; isTold: boolean } {
  const actions = [
    ...owedBy(state).map(({ action }) => action),
    ...events.map(({ event }) => event.field.action),
  ]
  // Nobody was told of a field in the baseline, so an addition that comes later is told as a whole.
  if ((!isTold(state) || state.toldBy === null) && actions.includes('added')) {
    return { action: 'added', changes: diffFields(null, attributes), isTold: true }
  }
  const before = snapshotOf(state)
  return {
    action: 'updated',
    changes: before === null ? null : diffFields(before, attributes),
    isTold: isTold(state),
  }
}

/**
 * The sequence that has told the change of this event already; null when there is none. An earlier event has
 * told it when this event happened before the last read of the field.
 */
function toldByEarlier(state: FieldState, { ts }: RelayEvent): number | null {
  const readAt = readAtOf(state)
  if (state.toldBy === null || readAt === null) return null
  return ts === null || ts * 1000 <= readAt ? state.toldBy : null
}

/**
 * Enriches events for which nothing could be read, as far as the field and the user are known. The changes
 * that the events would have told stay owed.
 */
export function enrichThin(
  state: FieldState,
  events: readonly EventToEnrich[],
  { reason, userNames }: { readonly reason: ThinReason; readonly userNames: UserNamesById },
): Enriched {
  const enrichments = new Map<number, Enrichment>()
  for (const { sequence, event } of events) {
    const known = aboutField(snapshotOf(state), event, { userNames })
    enrichments.set(sequence, { ...known, status: 'unavailable', reason })
  }
  const owed = events.map(({ sequence, event }) => ({
    sequence,
    action: event.field.action,
    userId: event.userId,
  }))
  // A field that is gone owes nothing. If the portal shows it again, a comparison tells it.
  return { enrichments, state: withOwed(state, owed), reconciled: null }
}

/**
 * The field of an event that was sent again, when nothing could be read for it. If it changed anything, this
 * change stays owed to the first event.
 */
export function enrichUnreadRepeat(
  state: FieldState,
  { sequence, event: { field, userId: sentBy }, isCopy }: RepeatedEvent,
): Enriched {
  const userId = isCopy ? null : sentBy
  const isOwed = owedBy(state).some((owed) => owed.sequence === sequence)
  const owed = isOwed ? [] : [{ sequence, action: field.action, userId }]
  return { enrichments: new Map(), state: withOwed(state, owed), reconciled: null }
}

function hasUserless(events: readonly EventToEnrich[]): boolean {
  return events.some(({ event }) => event.userId === null)
}

function usersOf(
  events: readonly EventToEnrich[],
  { userNames }: Pick<ReadContext, 'userNames'>,
): readonly PortalUser[] {
  const ids = new Set(events.map(({ event }) => event.userId).filter((id) => id !== null))
  return [...ids].map((id) => ({ id, name: userNames.get(id) ?? null }))
}
