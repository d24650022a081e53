/**
 * The fields of every module: of users, tasks, the catalog, RPA. Their events `MAIN.ON.USER.TYPE.*` hold the number
 * of the field and nothing else (docs/bitrix24.md#fields-of-every-module). So an event is stored as it came, with no
 * field in it, and the functions below find the field that it names. More of the field is known once the portal was
 * asked.
 */
import { readId } from '../events/data-paths.ts'
import type { Enrichment, FieldAction, RelayEvent, UserField } from '../log/event.ts'

const ACTIONS: ReadonlyMap<string, FieldAction> = new Map([
  ['MAIN.ON.USER.TYPE.ADD', 'added'],
  ['MAIN.ON.USER.TYPE.UPDATE', 'updated'],
  ['MAIN.ON.USER.TYPE.DELETE', 'deleted'],
])

/**
 * The field that an event is about, whether the event itself names it or only its number; null for every other event.
 */
export function fieldOf(event: RelayEvent): UserField | null {
  return event.field ?? moduleFieldOf(event)
}

/** The field that an event about a field of any module names. Owner and name are empty, since no event tells them. */
export function moduleFieldOf({
  name,
  data,
  quarantined,
}: Pick<RelayEvent, 'name' | 'data' | 'quarantined'>): UserField | null {
  const action = ACTIONS.get(name)
  const id = action === undefined || quarantined !== null ? null : readId(data, ['ID'])
  if (action === undefined || id === null || !/^\d{1,15}$/.test(id)) return null
  return { family: 'module', action, id: Number(id), entityId: '', fieldName: '' }
}

/** The canonical code of the event about a field of any module. They have no event of their own for list values. */
export function moduleFieldCode(action: FieldAction): string {
  const [code] = [...ACTIONS].find(([, known]) => known === action) ?? ['MAIN.ON.USER.TYPE.UPDATE']
  return code
}

/** The event as it is stored and delivered: a field of any module is no part of it. */
export function asSent(event: RelayEvent): RelayEvent {
  return event.field?.family === 'module' ? { ...event, field: null } : event
}

/**
 * The field of which a message tells people. A field of any module counts only where it was read. Otherwise the
 * message tells its number.
 */
export function toldField(event: RelayEvent, { field: known }: Enrichment): UserField | null {
  const named = moduleFieldOf(event)
  if (named === null || known === null) return event.field
  const { entityId, fieldName } = known
  return {
    ...named,
    entityId: typeof entityId === 'string' ? entityId : '',
    fieldName: typeof fieldName === 'string' ? fieldName : '',
  }
}
