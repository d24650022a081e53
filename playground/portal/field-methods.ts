/**
 * The methods that read and write user fields: `crm.<family>.userfield.*`, each over its own entity, and
 * `userfieldconfig.*` over all of them.
 */
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { defaultEntityId, MODULE_SCOPES, moduleOfEntity, NAMED_FAMILIES } from './field-families.ts'
import type { FieldFamily } from '../../src/core/log/event.ts'
import { formatConfig, formatField, formatListedConfig, formatListedField } from './field-format.ts'
import { filterRows, sortRows } from './list-query.ts'
import { isParams, readParams, readText } from './php-query.ts'
import type { Params, ParamValue } from './php-query.ts'
import type { FieldChangeListener, PortalState } from './portal-state.ts'
import { methodError, restError } from './rest-error.ts'
import type { RestError } from './rest-error.ts'
import type { RestCall, RestMethod, RestResult } from './rest-call.ts'
import { addField, notFound, removeField, updateField } from './user-fields.ts'
import type { FieldChange, UserFieldRecord } from './user-fields.ts'

/** The number of fields on one page of `userfieldconfig.list`. */
const PAGE_SIZE = 50

const ACCESS_DENIED = methodError('', 'Access denied.')
/** The answer for a field that is gone, and equally for missing rights (docs/bitrix24.md#deleted-fields). */
const VIEW_DENIED = methodError('', 'You are not allowed to view custom field settings')

/** The parts of the portal that the methods work on. */
export interface FieldMethodDeps {
  readonly state: PortalState
  readonly onFieldChange: FieldChangeListener
}

/** All user-field methods, by lower-case name. */
export function createFieldMethods(deps: FieldMethodDeps): [string, RestMethod][] {
  return [
    ...NAMED_FAMILIES.flatMap((family) => createFamilyMethods(deps, family)),
    ...createConfigMethods(deps),
  ]
}

function createFamilyMethods(deps: FieldMethodDeps, family: FieldFamily): [string, RestMethod][] {
  const { store } = deps.state
  const entityId = defaultEntityId(family)
  const find = (call: RestCall) => findField(deps, readText(call.params, 'id') ?? '', family)
  const prefix = `crm.${family}.userfield`
  return [
    [`${prefix}.get`, (call) => getFamilyField(deps, call, family)],
    [`${prefix}.list`, (call) => listFamilyFields(deps, call, family)],
    [
      `${prefix}.add`,
      (call) => {
        const change = () => addField(store, readParams(call.params, 'fields'), { entityId })
        const added = write(deps, call, { change, denied: ACCESS_DENIED })
        return added.ok ? ok({ result: Number(added.value.ID) }) : added
      },
    ],
    [
      `${prefix}.update`,
      (call) => {
        const change = () => {
          const field = find(call)
          return field.ok
            ? updateField(store, field.value.ID, readParams(call.params, 'fields'))
            : field
        }
        return asTrue(write(deps, call, { change, denied: ACCESS_DENIED }))
      },
    ],
    [
      `${prefix}.delete`,
      (call) => {
        const change = () => {
          const field = find(call)
          return field.ok ? removeField(store, field.value.ID) : field
        }
        return asTrue(write(deps, call, { change, denied: ACCESS_DENIED }))
      },
    ],
  ]
}

/** Changes a field for an administrator and tells the handlers. */
function write(
  { onFieldChange }: FieldMethodDeps,
  call: RestCall,
  { change, denied }: { change: () => Result<FieldChange, RestError>; denied: RestError },
): Result<UserFieldRecord, RestError> {
  if (!call.user.admin) return err(denied)
  const changed = change()
  if (!changed.ok) return changed
  onFieldChange(changed.value, call.user.id)
  return ok(changed.value.field)
}

function asTrue(done: Result<unknown, RestError>): RestResult {
  return done.ok ? ok({ result: true }) : done
}

function findField(
  { state }: FieldMethodDeps,
  id: string,
  family: FieldFamily,
): Result<UserFieldRecord, RestError> {
  const field = state.store.fields.get(id)
  return field?.family === family ? ok(field) : err(notFound(id))
}

function getFamilyField(deps: FieldMethodDeps, call: RestCall, family: FieldFamily): RestResult {
  const id = readText(call.params, 'id') ?? ''
  if (deps.state.conditions.fieldRights !== 'full') return err(ACCESS_DENIED)
  if (!/^[1-9]\d*$/.test(id)) return err(methodError('', 'ID is not defined or invalid.'))
  const field = findField(deps, id, family)
  return field.ok ? ok({ result: formatField(field.value) }) : field
}

/** Lists all fields on one page, as the documentation's samples do. The filter `LANG` leaves out no field. */
function listFamilyFields(
  { state }: FieldMethodDeps,
  { params }: RestCall,
  family: FieldFamily,
): RestResult {
  const { fieldRights, cutListsAt } = state.conditions
  if (fieldRights === 'denied') return err(ACCESS_DENIED)
  const { LANG: language, ...filter } = readParams(params, 'filter')
  const fields = fieldRights === 'hidden' ? [] : [...state.store.fields.values()]
  const rows = fields
    .filter((field) => field.family === family)
    .map((field) => formatListedField(field, typeof language === 'string' ? language : null))
  const listed = sortRows(filterRows(rows, filter), readParams(params, 'order'))
  return ok({ result: listed.slice(0, cutListsAt ?? listed.length), total: listed.length })
}

function createConfigMethods(deps: FieldMethodDeps): [string, RestMethod][] {
  const { state } = deps
  const { store } = state
  const methods: [string, RestMethod][] = [
    ['get', (call) => getConfig(deps, call)],
    ['list', (call) => listConfigs(deps, call)],
    [
      'add',
      (call) => {
        const input = readConfig(call)
        const entityId = readText(input, 'ENTITY_ID') ?? ''
        const denied = methodError('', 'You are not allowed to add custom field settings')
        const change = () => addField(store, input, { entityId })
        return asConfig(write(deps, call, { change, denied }))
      },
    ],
    [
      'update',
      (call) => {
        const denied = methodError('', 'You are not allowed to edit custom field settings')
        const change = () => {
          const id = readText(call.params, 'id') ?? ''
          return store.fields.has(id) ? updateField(store, id, readConfig(call)) : err(denied)
        }
        return asConfig(write(deps, call, { change, denied }))
      },
    ],
    [
      'delete',
      (call) => {
        const denied = methodError('', 'You are not allowed to delete custom field settings')
        const change = () => {
          const id = readText(call.params, 'id') ?? ''
          return store.fields.has(id) ? removeField(store, id) : err(denied)
        }
        const removed = write(deps, call, { change, denied })
        return removed.ok ? ok({ result: null }) : removed
      },
    ],
  ]
  return methods.map(([name, method]) => [`userfieldconfig.${name}`, guardModule(method)])
}

/** Both scopes and the module are needed, whatever the method. */
function guardModule(method: RestMethod): RestMethod {
  return (call) => {
    if (!call.scope.includes('userfieldconfig')) return err(restError('insufficient_scope'))
    const scope = MODULE_SCOPES[readText(call.params, 'moduleId') ?? '']
    if (scope === undefined) return err(methodError('', 'The module is not known'))
    if (!call.scope.includes(scope)) return err(restError('insufficient_scope'))
    return method(call)
  }
}

function asConfig(done: Result<UserFieldRecord, RestError>): RestResult {
  return done.ok ? ok({ result: { field: formatConfig(done.value) } }) : done
}

function getConfig({ state }: FieldMethodDeps, { params }: RestCall): RestResult {
  const field = state.store.fields.get(readText(params, 'id') ?? '')
  const { fieldRights, goneConfig } = state.conditions
  if (fieldRights !== 'full') return err(VIEW_DENIED)
  if (field === undefined) return goneConfig === 'null' ? ok({ result: null }) : err(VIEW_DENIED)
  if (moduleOfEntity(field.ENTITY_ID) !== readText(params, 'moduleId')) return err(VIEW_DENIED)
  return ok({ result: { field: formatConfig(field) } })
}

function listConfigs({ state }: FieldMethodDeps, { params }: RestCall): RestResult {
  const { fieldRights, cutListsAt } = state.conditions
  if (fieldRights === 'denied') return err(VIEW_DENIED)
  const { language, columns } = readSelect(params['select'])
  const module = readText(params, 'moduleId')
  const fields = fieldRights === 'hidden' ? [] : [...state.store.fields.values()]
  const ofModule = fields.filter(({ ENTITY_ID: owner }) => moduleOfEntity(owner) === module)
  const rows = ofModule.map((field) => formatListedConfig(field, language))
  const isShown = ([key]: [string, unknown]) => columns === null || columns.includes(key)
  const found = sortRows(
    filterRows(rows, readParams(params, 'filter')),
    readParams(params, 'order'),
  )
  // Bitrix24 rounds the start down to a whole page.
  const start = Math.floor(Number(readText(params, 'start') ?? 0) / PAGE_SIZE) * PAGE_SIZE
  const end = Math.min(start + PAGE_SIZE, cutListsAt ?? found.length)
  const page = found
    .slice(start, end)
    .map((row) => Object.fromEntries(Object.entries(row).filter(isShown)))
  return ok({
    result: { fields: page },
    total: found.length,
    ...(end === start + PAGE_SIZE && end < found.length ? { next: end } : {}),
  })
}

/** `select` names columns; a key `language` in it asks for labels, and `*` or nothing for every column. */
function readSelect(select: ParamValue | undefined): {
  readonly language: string | null
  readonly columns: readonly string[] | null
} {
  const entries = isParams(select) || Array.isArray(select) ? Object.entries(select) : []
  const language = entries.find(([key]) => key === 'language')?.[1]
  const columns = entries.flatMap(([key, value]) =>
    key !== 'language' && typeof value === 'string' ? [value] : [],
  )
  const isEverything = columns.length === 0 || columns.includes('*')
  return {
    language: typeof language === 'string' ? language : null,
    columns: isEverything ? null : columns,
  }
}

/** The parameter `field` in the store's own form: `editFormLabel` to EDIT_FORM_LABEL, `enum` to LIST. */
function readConfig({ params }: RestCall): Params {
  const { enum: values, ...field } = readParams(params, 'field')
  const input: Params = upperKeys(field)
  if (values === undefined) return input
  const entries = isParams(values) ? Object.values(values) : Array.isArray(values) ? values : []
  input['LIST'] = entries.map((entry) => (isParams(entry) ? upperKeys(entry) : entry))
  return input
}

function upperKeys(values: Params): Params {
  const entries = Object.entries(values).map(([key, value]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
    value,
  ])
  return Object.fromEntries(entries)
}
