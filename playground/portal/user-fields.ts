/**
 * The user fields of a simulated portal, of all families, with names, defaults and label maps as Bitrix24 keeps
 * them. Ids count over the whole portal. Each change returns the codes of its events; nothing is sent here.
 */
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { familyOfEntity } from './field-families.ts'
import type { FieldFamily } from '../../src/core/log/event.ts'
import type { FieldActionCode } from './field-families.ts'
import { isParams } from './php-query.ts'
import type { Params, ParamValue } from './php-query.ts'
import { methodError } from './rest-error.ts'
import type { RestError } from './rest-error.ts'

/** The label attributes, each a map of language to text. */
export const LABELS = [
  'EDIT_FORM_LABEL',
  'LIST_COLUMN_LABEL',
  'LIST_FILTER_LABEL',
  'ERROR_MESSAGE',
  'HELP_MESSAGE',
] as const

/** The plain columns that an update may write. */
const COLUMNS = [
  'XML_ID',
  'SORT',
  'MANDATORY',
  'SHOW_FILTER',
  'SHOW_IN_LIST',
  'EDIT_IN_LIST',
  'IS_SEARCHABLE',
] as const

const DEFAULT_COLUMNS = {
  XML_ID: null,
  SORT: '100',
  MANDATORY: 'N',
  SHOW_FILTER: 'N',
  SHOW_IN_LIST: 'Y',
  EDIT_IN_LIST: 'Y',
  IS_SEARCHABLE: 'N',
}

/** Bitrix24's default settings by type, as in the samples of https://apidocs.bitrix24.com/api-reference/crm/. */
const DEFAULT_SETTINGS: Readonly<Record<string, Params>> = {
  string: { SIZE: 20, ROWS: 1, REGEXP: '', MIN_LENGTH: 0, MAX_LENGTH: 0, DEFAULT_VALUE: '' },
  boolean: { DEFAULT_VALUE: 0, DISPLAY: 'CHECKBOX', LABEL: ['', ''], LABEL_CHECKBOX: '' },
  double: { PRECISION: 2, SIZE: 20, MIN_VALUE: 0, MAX_VALUE: 0, DEFAULT_VALUE: null },
  datetime: { DEFAULT_VALUE: { TYPE: 'NONE', VALUE: '' }, USE_SECOND: 'Y', USE_TIMEZONE: 'N' },
  date: { DEFAULT_VALUE: { TYPE: 'NONE', VALUE: '' } },
  integer: { SIZE: 20, MIN_VALUE: 0, MAX_VALUE: 0, DEFAULT_VALUE: null },
  url: { POPUP: 'Y', SIZE: 20, MIN_LENGTH: 0, MAX_LENGTH: 0, DEFAULT_VALUE: '', ROWS: 1 },
  money: { DEFAULT_VALUE: '' },
  enumeration: { DISPLAY: 'LIST', LIST_HEIGHT: 1, CAPTION_NO_VALUE: '', SHOW_NO_VALUE: 'Y' },
}

/** One value of a list field. */
export type EnumValue = Record<'ID' | 'SORT' | 'VALUE' | 'DEF' | 'XML_ID', string>

/** One user field; `LIST` only for list fields. */
export interface UserFieldRecord {
  readonly ID: string
  readonly family: FieldFamily
  readonly ENTITY_ID: string
  readonly FIELD_NAME: string
  readonly USER_TYPE_ID: string
  readonly MULTIPLE: string
  readonly columns: Readonly<Record<string, string | null>>
  readonly SETTINGS: Params
  readonly labels: Readonly<Record<string, Readonly<Record<string, string | null>>>>
  readonly LIST: readonly EnumValue[] | null
}

/** The result of one call: the field, and the events that Bitrix24 sends for it, in order. */
export interface FieldChange {
  readonly field: UserFieldRecord
  readonly events: readonly FieldActionCode[]
}

/** The fields of one portal and its counters. */
export interface UserFieldStore {
  /** In order of their ids. */
  readonly fields: Map<string, UserFieldRecord>
  /** The keys of every label map. */
  readonly languages: readonly string[]
  nextId: number
  nextValueId: number
}

/** Creates an empty store whose ids go up from `firstId`. */
export function createUserFieldStore({
  languages = ['en', 'de'],
  firstId = 235,
}: {
  languages?: readonly string[]
  firstId?: number
} = {}): UserFieldStore {
  return { fields: new Map(), languages, nextId: firstId, nextValueId: 101 }
}

/** Creates a field of `entityId`; a list field with values tells SETENUMVALUES as well. */
export function addField(
  store: UserFieldStore,
  input: Params,
  { entityId = 'CRM_REQUISITE' }: { entityId?: string } = {},
): Result<FieldChange, RestError> {
  const family = familyOfEntity(entityId)
  if (family === null) return err(methodError('', 'The entity is not known'))
  const type = asText(input['USER_TYPE_ID']) ?? ''
  const settings = DEFAULT_SETTINGS[type]
  if (settings === undefined) return err(methodError('', 'User type not found'))
  const prefix = family === 'module' ? 'UF_' : 'UF_CRM_'
  const name = normalizeFieldName(asText(input['FIELD_NAME']) ?? '', prefix)
  if (name === null) return err(methodError('', 'The field name is not valid'))
  if (hasField(store, { entityId, name })) {
    return err(methodError('', `The field ${name} already exists for the object ${entityId}`))
  }
  const list =
    type === 'enumeration' ? makeList(store, { values: input['LIST'], former: [] }) : null
  const field: UserFieldRecord = {
    ID: String(store.nextId++),
    family,
    ENTITY_ID: entityId,
    FIELD_NAME: name,
    USER_TYPE_ID: type,
    MULTIPLE: asText(input['MULTIPLE']) ?? 'N',
    columns: mergeColumns(DEFAULT_COLUMNS, input),
    SETTINGS: mergeSettings(settings, input['SETTINGS']),
    labels: mergeLabels(emptyLabels(store.languages), { input, languages: store.languages }),
    LIST: list,
  }
  const setsValues = list !== null && list.length > 0
  return saveField(store, { field, events: setsValues ? ['ADD', 'SETENUMVALUES'] : ['ADD'] })
}

function hasField(store: UserFieldStore, wanted: { entityId: string; name: string }): boolean {
  return [...store.fields.values()].some(
    (field) => field.ENTITY_ID === wanted.entityId && field.FIELD_NAME === wanted.name,
  )
}

/**
 * Changes a field. Bitrix24 sends UPDATE only when columns or labels were written, and SETENUMVALUES for the
 * values of a list (docs/bitrix24.md#user-fields).
 */
export function updateField(
  store: UserFieldStore,
  id: string,
  input: Params,
): Result<FieldChange, RestError> {
  const field = store.fields.get(id)
  if (field === undefined) return err(notFound(id))
  const writes = [...COLUMNS, ...LABELS, 'SETTINGS'].some((key) => input[key] !== undefined)
  const values = field.LIST === null ? undefined : input['LIST']
  const events: FieldActionCode[] = []
  if (writes) events.push('UPDATE')
  if (values !== undefined) events.push('SETENUMVALUES')
  const changed: UserFieldRecord = {
    ...field,
    columns: mergeColumns(field.columns, input),
    SETTINGS: mergeSettings(field.SETTINGS, input['SETTINGS']),
    labels: mergeLabels(field.labels, { input, languages: store.languages }),
    LIST: values === undefined ? field.LIST : makeList(store, { values, former: field.LIST ?? [] }),
  }
  return saveField(store, { field: changed, events })
}

/** Deletes a field. */
export function removeField(store: UserFieldStore, id: string): Result<FieldChange, RestError> {
  const field = store.fields.get(id)
  if (field === undefined) return err(notFound(id))
  store.fields.delete(id)
  return ok({ field, events: ['DELETE'] })
}

function saveField(store: UserFieldStore, change: FieldChange): Result<FieldChange, RestError> {
  store.fields.set(change.field.ID, change.field)
  return ok(change)
}

/**
 * Makes the values of a list. A value keeps its id when the id is given or, without one, when its text stays;
 * `DEL` removes it.
 */
function makeList(
  store: UserFieldStore,
  { values, former }: { values: ParamValue | undefined; former: readonly EnumValue[] },
): EnumValue[] {
  const entries = isParams(values) ? Object.values(values) : Array.isArray(values) ? values : []
  const sources = entries
    .map((entry) => (isParams(entry) ? entry : { VALUE: entry }))
    .filter((source) => source['DEL'] !== 'Y')
  const named = new Set(sources.map((source) => asText(source['ID'])))
  const free = former.filter(({ ID }) => !named.has(ID))
  return sources.map((source, index) => {
    const known = takeFormer(source, { former, free })
    return {
      ID: known?.ID ?? String(store.nextValueId++),
      SORT: asText(source['SORT']) ?? String((index + 1) * 100),
      VALUE: asText(source['VALUE']) ?? known?.VALUE ?? '',
      DEF: asText(source['DEF']) ?? known?.DEF ?? 'N',
      XML_ID: asText(source['XML_ID']) ?? known?.XML_ID ?? '',
    }
  })
}

function takeFormer(
  source: Params,
  { former, free }: { former: readonly EnumValue[]; free: EnumValue[] },
): EnumValue | undefined {
  const id = asText(source['ID'])
  if (id !== null) return former.find((value) => value.ID === id)
  const index = free.findIndex((value) => value.VALUE === source['VALUE'])
  return index < 0 ? undefined : free.splice(index, 1)[0]
}

/** Bitrix24's answer for an id that does not exist. */
export function notFound(id: string): RestError {
  return methodError('ERROR_NOT_FOUND', `The entity with ID '${id}' is not found.`)
}

/** Upper case with the prefix, `UF_CRM_` in the CRM; null when Bitrix24 would refuse it. */
function normalizeFieldName(input: string, prefix: string): string | null {
  const upper = input.toUpperCase()
  const name = upper.startsWith(prefix) ? upper : `${prefix}${upper}`
  return /^[A-Z0-9_]{1,43}$/.test(name.slice(prefix.length)) ? name : null
}

function mergeColumns(base: Readonly<Record<string, string | null>>, input: Params) {
  const merged: Record<string, string | null> = { ...base }
  for (const key of COLUMNS) {
    if (input[key] !== undefined) merged[key] = asText(input[key])
  }
  return merged
}

function mergeSettings(base: Params, input: ParamValue | undefined): Params {
  if (!isParams(input)) return base
  const cast = Object.entries(input).map(([key, value]) => [key, castLike(base[key], value)])
  return { ...base, ...Object.fromEntries(cast) }
}

/** Bitrix24 stores numbers as numbers, however a form body spelled them. */
function castLike(former: ParamValue | undefined, value: ParamValue): ParamValue {
  const isNumeric = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)
  return typeof former === 'number' && isNumeric ? Number(value) : value
}

function emptyLabels(languages: readonly string[]): UserFieldRecord['labels'] {
  const empty = Object.fromEntries(languages.map((language) => [language, null]))
  return Object.fromEntries(LABELS.map((key) => [key, empty]))
}

function mergeLabels(
  base: UserFieldRecord['labels'],
  { input, languages }: { input: Params; languages: readonly string[] },
): UserFieldRecord['labels'] {
  const merged = { ...base }
  for (const key of LABELS) {
    const value = input[key]
    if (value === undefined) continue
    const texts = languages.map((language) => [
      language,
      isParams(value)
        ? (asText(value[language]) ?? merged[key]?.[language] ?? null)
        : asText(value),
    ])
    merged[key] = Object.fromEntries(texts)
  }
  return merged
}

function asText(value: ParamValue | undefined): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'Y' : 'N'
  return typeof value === 'number' ? String(value) : null
}
