/**
 * Makes the events of origin `reconciled`, which the relay itself enters in the log. Such an event tells a
 * change for which no event waits.
 */
import { userFieldCode } from '../events/event-names.ts'
import {
  NOT_ENRICHED,
  type Change,
  type Enrichment,
  type FieldAction,
  type RelayEvent,
  type UserField,
} from '../log/event.ts'
import { summaryOf } from './changes.ts'
import type { FieldAttributes } from './field-read.ts'
import type { FieldState, OwedEvent } from './field-state.ts'

/** Names of users by id; null for a user whom the portal does not show. */
export type UserNamesById = ReadonlyMap<number, string | null>

/** The answer of a read beside the definition. */
export interface ReadContext {
  /** Unix milliseconds by the portal's clock. */
  readonly readAt: number
  readonly userNames: UserNamesById
}

/** An event of origin `reconciled`, before it has a sequence. */
export interface ReconciledEvent {
  readonly event: RelayEvent & { readonly field: UserField }
  readonly enrichment: Enrichment
}

/**
 * An event that Bitrix24 sent again within its second, and the sequence of the first one: the log holds it
 * once.
 */
export interface RepeatedEvent {
  readonly sequence: number
  readonly event: RelayEvent & { readonly field: UserField }
  /**
   * True when another handler sent the repetition. Then it is most likely the same event of the portal, and does not
   * say who made a change that its read finds.
   */
  readonly isCopy: boolean
}

/** The change that a reconciled event tells. */
export interface ToldChange {
  readonly action: FieldAction
  readonly changes: readonly Change[] | null
  /** The thin events whose changes it tells. */
  readonly owed: readonly OwedEvent[]
  /** The repeated event that brought the change, from which time and user are taken. @default null */
  readonly repeated?: RepeatedEvent | null
}

/** The event that tells a change; `attributes` is the definition after it, as far as that is known. */
export function createReconciledEvent(
  state: FieldState,
  { action: found, changes, owed, repeated = null }: ToldChange,
  context: ReadContext & { readonly attributes: FieldAttributes | null },
): ReconciledEvent {
  const { family, id, entityId, fieldName } = state
  // A user is named only when all owed events name the same one.
  const userIds = new Set(owed.map(({ userId }) => userId))
  const [owedUser = null] = userIds.size === 1 ? userIds : []
  const sent = repeated?.event ?? { ts: null, handlerId: null, userId: owedUser, field: null }
  const { ts, handlerId } = sent
  const userId = repeated?.isCopy === true ? null : sent.userId
  const isList = found === 'updated' && sent.field?.action === 'enum_values_set'
  const action = isList ? 'enum_values_set' : found
  const field: UserField = { family, action, id, entityId, fieldName }
  const event = {
    name: userFieldCode(family, action),
    ts,
    handlerId,
    userId,
    data: { FIELDS: { ID: String(id), ENTITY_ID: entityId, FIELD_NAME: fieldName } },
    field,
    quarantined: null,
  }
  return {
    event,
    enrichment: {
      ...aboutField(context.attributes, event, { ...context, changes }),
      status: 'complete',
      changes,
      readAt: context.readAt,
      completes: owed.map(({ sequence }) => sequence),
      ...(repeated !== null && { repeats: repeated.sequence }),
    },
  }
}

/** The names of users, and the changes that the enrichment tells. */
export type AboutContext = Pick<ReadContext, 'userNames'> & {
  /** @default null */
  readonly changes?: readonly Change[] | null
}

/** The members of every enrichment that tell of the field and of the user. */
export function aboutField(
  attributes: FieldAttributes | null,
  { userId, field }: Pick<RelayEvent, 'userId' | 'field'>,
  { userNames, changes = null }: AboutContext,
): Enrichment {
  return {
    ...NOT_ENRICHED,
    field:
      attributes === null
        ? null
        : { ...summaryOf(attributes, changes ?? []), ...nameOf(field, attributes) },
    userName: userId === null ? null : (userNames.get(userId) ?? null),
  }
}

/** Owner and name of a field whose event does not tell them. */
function nameOf(field: UserField | null, attributes: FieldAttributes): Enrichment['field'] {
  if (field?.family !== 'module') return null
  const { ENTITY_ID: entityId = null, FIELD_NAME: fieldName = null } = attributes
  return { entityId, fieldName }
}
