/**
 * The requisite user fields of a simulated portal: names, defaults and label maps as Bitrix24 keeps
 * them. What changed is told to the caller as event codes; nothing is sent from here.
 */
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
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

const ENTITY_ID = 'CRM_REQUISITE'

/** Bitrix24's default settings by type (documentation of crm.requisite.userfield.list). */
const DEFAULT_SETTINGS: Readonly<Record<string, Params>> = {
  string: { SIZE: 20, ROWS: 1, REGEXP: '', MIN_LENGTH: 0, MAX_LENGTH: 0, DEFAULT_VALUE: '' },
  boolean: { DEFAULT_VALUE: 0, DISPLAY: 'CHECKBOX', LABEL: ['', ''], LABEL_CHECKBOX: '' },
  double: { PRECISION: 2, SIZE: 20, MIN_VALUE: 0, MAX_VALUE: 0, DEFAULT_VALUE: null },
  datetime: { DEFAULT_VALUE: { TYPE: 'NONE', VALUE: '' }, USE_SECOND: 'Y', USE_TIMEZONE: 'N' },
  enumeration: { DISPLAY: 'LIST', LIST_HEIGHT: 1, CAPTION_NO_VALUE: '', SHOW_NO_VALUE: 'Y' },
}

/** One value of a list field. */
export type EnumValue = Record<'ID' | 'SORT' | 'VALUE' | 'DEF' | 'XML_ID', string>

/** One user field as `crm.requisite.userfield.get` shows it; `LIST` only for list fields. */
export interface UserFieldRecord {
  readonly ID: string
  readonly ENTITY_ID: string
  readonly FIELD_NAME: string
  readonly USER_TYPE_ID: string
  readonly MULTIPLE: string
  readonly columns: Readonly<Record<string, string | null>>
  readonly SETTINGS: Params
  readonly labels: Readonly<Record<string, Readonly<Record<string, string | null>>>>
  readonly LIST: readonly EnumValue[] | null
}

/** The four user-field actions, as the last part of the event code. */
export type FieldActionCode = 'ADD' | 'UPDATE' | 'DELETE' | 'SETENUMVALUES'

/** What one call did: the field, and the events that Bitrix24 sends for it, in order. */
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

/** Creates a field; a list field with values tells SETENUMVALUES as well. */
export function addField(store: UserFieldStore, input: Params): Result<FieldChange, RestError> {
  const type = asText(input['USER_TYPE_ID']) ?? ''
  const settings = DEFAULT_SETTINGS[type]
  if (settings === undefined) return err(methodError('', 'User type not found'))
  const name = normalizeFieldName(asText(input['FIELD_NAME']) ?? '')
  if (name === null) return err(methodError('', 'The field name is not valid'))
  if ([...store.fields.values()].some((field) => field.FIELD_NAME === name)) {
    return err(methodError('', `The field ${name} already exists for the object ${ENTITY_ID}`))
  }
  const list =
    type === 'enumeration' ? makeList(store, { values: input['LIST'], former: [] }) : null
  const field: UserFieldRecord = {
    ID: String(store.nextId++),
    ENTITY_ID,
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

/** Changes a field. Bitrix24 tells UPDATE only when columns or labels were written, and values apart. */
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

function makeList(
  store: UserFieldStore,
  { values, former }: { values: ParamValue | undefined; former: readonly EnumValue[] },
): EnumValue[] {
  const entries = isParams(values) ? Object.values(values) : Array.isArray(values) ? values : []
  return entries.map((entry, index) => {
    const source = isParams(entry) ? entry : { VALUE: entry }
    const id = asText(source['ID'])
    const known = former.find((value) => value.ID === id || value.VALUE === source['VALUE'])
    return {
      ID: known?.ID ?? String(store.nextValueId++),
      SORT: asText(source['SORT']) ?? String((index + 1) * 100),
      VALUE: asText(source['VALUE']) ?? '',
      DEF: asText(source['DEF']) ?? 'N',
      XML_ID: asText(source['XML_ID']) ?? known?.XML_ID ?? '',
    }
  })
}

/** Bitrix24's answer for an id that does not exist. */
export function notFound(id: string): RestError {
  return methodError('ERROR_NOT_FOUND', `The entity with ID '${id}' is not found.`)
}

/** The field as `.get` shows it: labels as maps. */
export function formatField(field: UserFieldRecord): Record<string, unknown> {
  return { ...formatColumns(field), ...field.labels, ...formatList(field) }
}

/** The field as `.list` shows it: no labels, or plain strings in one language. */
export function formatListedField(
  field: UserFieldRecord,
  language: string | null,
): Record<string, unknown> {
  const labels = LABELS.map((key) => [key, field.labels[key]?.[language ?? ''] ?? null])
  return {
    ...formatColumns(field),
    ...(language === null ? {} : Object.fromEntries(labels)),
    ...formatList(field),
  }
}

function formatColumns({ ID, ENTITY_ID: entity, ...field }: UserFieldRecord) {
  const { XML_ID = null, SORT = null, ...flags } = field.columns
  return {
    ID,
    ENTITY_ID: entity,
    FIELD_NAME: field.FIELD_NAME,
    USER_TYPE_ID: field.USER_TYPE_ID,
    XML_ID,
    SORT,
    MULTIPLE: field.MULTIPLE,
    ...flags,
    SETTINGS: field.SETTINGS,
  }
}

function formatList(field: UserFieldRecord) {
  return field.LIST === null ? {} : { LIST: field.LIST }
}

/** Upper case with the prefix `UF_CRM_`; null when Bitrix24 would refuse it. */
function normalizeFieldName(input: string): string | null {
  const upper = input.toUpperCase()
  const name = upper.startsWith('UF_CRM_') ? upper : `UF_CRM_${upper}`
  return /^UF_CRM_[A-Z0-9_]{1,43}$/.test(name) ? name : null
}

function mergeColumns(base: Readonly<Record<string, string | null>>, input: Params) {
  const merged: Record<string, string | null> = { ...base }
  for (const key of COLUMNS) {
    if (input[key] !== undefined) merged[key] = asText(input[key])
  }
  return merged
}

function mergeSettings(base: Params, input: ParamValue | undefined): Params {
  return isParams(input) ? { ...base, ...input } : base
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
  return typeof value === 'number' ? String(value) : null
}
