/** Changes a portal's user fields as people do, and sends the events that follow. */
import { ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import type { EventQueue } from './event-queue.ts'
import { defaultEntityId } from './field-families.ts'
import type { FieldFamily } from '../../src/core/log/event.ts'
import { describeField } from './field-format.ts'
import type { FieldDescription } from './field-format.ts'
import type { Params } from './php-query.ts'
import type { PortalState } from './portal-state.ts'
import type { RestError } from './rest-error.ts'
import type { RecordedSend } from './sender.ts'
import { addField, removeField, updateField } from './user-fields.ts'
import type { FieldChange, UserFieldRecord } from './user-fields.ts'

/** The error of a change, or the requests that were sent for it. */
export type ChangeResult = Result<
  { readonly field: UserFieldRecord; readonly sends: readonly RecordedSend[] },
  RestError
>

/** The user who does something in the portal. */
export interface Actor {
  /** User id. @default the first administrator */
  readonly by?: number
}

/** The user who creates a field, and the field's entity. */
export interface FieldCreator extends Actor {
  /** @default `requisite` */
  readonly family?: FieldFamily
  /** For smart processes, for example `CRM_13`. @default the family's own, `CRM_1` for smart processes */
  readonly entityId?: string
}

/** The field side of a portal. */
export interface FieldActions {
  /** `fields` as in `crm.<family>.userfield.add`, for smart processes as well. */
  createField(fields: Params, creator?: FieldCreator): Promise<ChangeResult>
  /** `fields` as in `crm.<family>.userfield.update`; the id alone tells the family. */
  updateField(id: string, fields: Params, actor?: Actor): Promise<ChangeResult>
  deleteField(id: string, actor?: Actor): Promise<ChangeResult>
  /** Replaces the values of a list field; a text that stays keeps its id. */
  setEnumValues(id: string, values: readonly string[], actor?: Actor): Promise<ChangeResult>
  /** The portal's truth: every field as `.get` would answer now, in order of ids. Shares nothing. */
  describe(): readonly FieldDescription[]
}

/** Makes the field side of one portal. */
export function createFieldActions(state: PortalState, queue: EventQueue): FieldActions {
  const { store } = state
  async function apply(
    change: Result<FieldChange, RestError>,
    actor: Actor = {},
  ): Promise<ChangeResult> {
    if (!change.ok) return change
    const sends = await queue.sendChange(change.value, actor.by)
    return ok({ field: change.value.field, sends })
  }
  return {
    createField(fields, { family = 'requisite', entityId, ...actor } = {}) {
      const entity = entityId ?? defaultEntityId(family)
      return apply(addField(store, fields, { entityId: entity }), actor)
    },
    updateField: (id, fields, actor) => apply(updateField(store, id, fields), actor),
    deleteField: (id, actor) => apply(removeField(store, id), actor),
    setEnumValues: (id, values, actor) =>
      apply(updateField(store, id, { LIST: values.map((VALUE) => ({ VALUE })) }), actor),
    describe: () => structuredClone([...store.fields.values()].map(describeField)),
  }
}
