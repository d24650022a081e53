/**
 * Lists the user fields of an entity. Only ids and entities are taken from a list, because it names each
 * label in one language only. A list counts only when it is complete by its own total: the fields of a
 * missing page would look deleted. An empty list is returned as it is, and the caller has to judge whether
 * it means lost rights (docs/bitrix24.md#deleted-fields).
 */
import type { FieldFamily, Json } from '../../core/log/event.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import type { RestError } from '../servers/rest-error.ts'
import { IdSchema, parseOrNull } from '../wire/wire-schemas.ts'

/** The most fields that a list may have. */
export const MAX_LISTED_FIELDS = 5_000

/** The entity whose fields are listed. */
export interface FieldOwner {
  readonly family: FieldFamily
  /** For example `CRM_REQUISITE`, or `CRM_13` for a smart process. */
  readonly entityId: string
}

interface Row {
  readonly id: number
  readonly entityId: string
}

interface Page {
  readonly rows: readonly Row[]
  readonly total: number | null
  readonly next: number | null
}

/**
 * Lists the ids of an entity's fields, in ascending order. Fails with `incomplete` when the pages do not add
 * up to the total that the portal names, repeat a field, are malformed, or hold more than 5,000 fields.
 *
 * With `needsTotal` a list for which the portal names no total is `incomplete` too. Use it where a field that
 * is not in the list counts as deleted.
 */
export async function listFields(
  owner: FieldOwner,
  call: CallPortal,
  { needsTotal = false }: { readonly needsTotal?: boolean } = {},
): Promise<Result<readonly number[], RestError | 'incomplete'>> {
  const rows = await listRows(owner, call, { needsTotal })
  if (!rows.ok) return rows
  // The entities are compared, since the portal may have ignored the filter by entity: it is not documented for
  // `userfieldconfig.list`.
  const own = rows.value.filter(({ entityId }) => entityId === owner.entityId)
  return ok(own.map(({ id }) => id).toSorted((a, b) => a - b))
}

/**
 * Lists the entity ids of the smart processes that have user fields, for example `CRM_13`, in the order of
 * their texts. Fails with `incomplete` in the same cases as `listFields`.
 */
export async function listSmartProcesses(
  call: CallPortal,
): Promise<Result<readonly string[], RestError | 'incomplete'>> {
  const rows = await listRows({ family: 'type', entityId: null }, call, { needsTotal: false })
  if (!rows.ok) return rows
  const ids = new Set(rows.value.map(({ entityId }) => entityId))
  return ok([...ids].filter((id) => SMART_PROCESS.test(id)).toSorted())
}

// The entities of smart processes (docs/bitrix24.md#user-fields). All other entities of the CRM have methods
// of their own.
const SMART_PROCESS = /^CRM_(?:\d{1,9}|SMART_INVOICE|SMART_DOCUMENT)$/

/** An entity, or with `entityId` null all smart processes together. */
type ListedOwner = Pick<FieldOwner, 'family'> & { readonly entityId: string | null }

async function listRows(
  owner: ListedOwner,
  call: CallPortal,
  { needsTotal }: { readonly needsTotal: boolean },
): Promise<Result<readonly Row[], RestError | 'incomplete'>> {
  const rows = new Map<number, Row>()
  let start: number | null = null
  for (;;) {
    const answer: Result<JsonObject, RestError> = await askPage(owner, start, call)
    if (!answer.ok) return answer
    const page = readPage(owner, answer.value)
    if (page === null || page.rows.some(({ id }) => rows.has(id))) return err('incomplete')
    for (const row of page.rows) rows.set(row.id, row)
    if (rows.size > MAX_LISTED_FIELDS) return err('incomplete')
    if (page.next === null) {
      const isWhole = page.total === null ? !needsTotal : page.total === rows.size
      return isWhole ? ok([...rows.values()]) : err('incomplete')
    }
    // A page that names itself or an earlier one as the next would keep this loop running for ever.
    if (page.rows.length === 0 || page.next <= (start ?? 0)) return err('incomplete')
    start = page.next
  }
}

function askPage(owner: ListedOwner, start: number | null, call: CallPortal) {
  const page = start === null ? {} : { start }
  if (owner.family !== 'type') {
    return call(`crm.${owner.family}.userfield.list`, { order: { ID: 'ASC' }, ...page })
  }
  return call('userfieldconfig.list', {
    moduleId: 'crm',
    select: ['id', 'entityId', 'fieldName'],
    order: { id: 'ASC' },
    ...(owner.entityId === null ? {} : { filter: { entityId: owner.entityId } }),
    ...page,
  })
}

function readPage({ family, entityId }: ListedOwner, answer: JsonObject): Page | null {
  const { result } = answer
  const list = family === 'type' ? fieldsOf(result) : result
  const total = readCount(answer['total'])
  const next = readCount(answer['next'])
  if (!Array.isArray(list) || total === undefined || next === undefined) return null
  const rows = new Map<number, Row>()
  for (const item of list) {
    const row =
      family === 'type' ? readRow(item, 'id', 'entityId') : readRow(item, 'ID', 'ENTITY_ID')
    if (row === null || rows.has(row.id)) return null
    // Each of these methods belongs to one entity, so a field of another one makes the answer worthless.
    if (family !== 'type' && row.entityId !== entityId) return null
    rows.set(row.id, row)
  }
  return { rows: [...rows.values()], total, next }
}

function fieldsOf(result: Json | undefined): Json | undefined {
  return isJsonObject(result) ? result['fields'] : undefined
}

function readRow(item: Json, idKey: string, entityKey: string): Row | null {
  if (!isJsonObject(item)) return null
  const id = parseOrNull(IdSchema, item[idKey])
  const entityId = item[entityKey]
  return id === null || typeof entityId !== 'string' ? null : { id, entityId }
}

/** Reads a count: null when it is absent, undefined when the value is not a count. */
function readCount(value: Json | undefined): number | null | undefined {
  if (value === undefined || value === null) return null
  const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isSafeInteger(count) ? count : undefined
}
