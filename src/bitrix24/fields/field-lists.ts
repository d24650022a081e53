/**
 * Which user fields an entity has. The lists say nothing more that is of use: labels come only in one
 * language. A list counts only when it is provably whole, since a missing page would look like deletions.
 * An empty list is returned as it is: the caller has to judge whether it means lost rights.
 */
import type { FieldFamily, Json } from '../../core/log/event.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import type { RestError } from '../servers/rest-error.ts'
import { IdSchema, readOrNull } from '../wire/wire-schemas.ts'

/** How many fields a list may have. */
export const MAX_LISTED_FIELDS = 5_000

/** Whose fields are listed. */
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
 * Lists the ids of an entity's fields, ascending. `incomplete` when the pages do not add up to the total
 * that the portal names, repeat a field, are malformed or hold more than 5,000 fields.
 * `needsTotal`: a list without a total counts as `incomplete` too, for whoever concludes that a field is gone.
 */
export async function listFields(
  owner: FieldOwner,
  call: CallPortal,
  { needsTotal = false }: { readonly needsTotal?: boolean } = {},
): Promise<Result<readonly number[], RestError | 'incomplete'>> {
  const rows = await listRows(owner, call, { needsTotal })
  if (!rows.ok) return rows
  // The documentation names no filter by entity for userfieldconfig.list, so it may have been ignored.
  const own = rows.value.filter(({ entityId }) => entityId === owner.entityId)
  return ok(own.map(({ id }) => id).toSorted((a, b) => a - b))
}

/**
 * Lists the entity ids of the smart processes that have user fields, `CRM_13` for example, sorted.
 * `incomplete` as for `listFields`.
 */
export async function listSmartProcesses(
  call: CallPortal,
): Promise<Result<readonly string[], RestError | 'incomplete'>> {
  const rows = await listRows({ family: 'type', entityId: null }, call, { needsTotal: false })
  if (!rows.ok) return rows
  const ids = new Set(rows.value.map(({ entityId }) => entityId))
  return ok([...ids].filter((id) => SMART_PROCESS.test(id)).toSorted())
}

// Facts: bitrix24.md section 6. Other entities of the module have methods of their own.
const SMART_PROCESS = /^CRM_(?:\d{1,9}|SMART_INVOICE|SMART_DOCUMENT)$/

/** Null stands for the smart processes of every kind. */
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
    // Also ends the loop: a page that does not lead further is no page.
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
    // The method of one entity cannot answer another's field.
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
  const id = readOrNull(IdSchema, item[idKey])
  const entityId = item[entityKey]
  return id === null || typeof entityId !== 'string' ? null : { id, entityId }
}

/** Returns null when absent, undefined when it is no count. */
function readCount(value: Json | undefined): number | null | undefined {
  if (value === undefined || value === null) return null
  const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isSafeInteger(count) ? count : undefined
}
