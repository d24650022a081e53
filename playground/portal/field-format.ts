/**
 * A user field as the portal's methods show it: upper case in `crm.*.userfield.*`, camel case in
 * `userfieldconfig.*`, with label maps in `.get` and without them, or in one language, in `.list`.
 */
import type { FieldFamily } from '../../src/core/log/event.ts'
import { LABELS } from './user-fields.ts'
import type { UserFieldRecord } from './user-fields.ts'

/** The portal's own truth about one field, for comparing with what was told about it. */
export interface FieldDescription {
  readonly id: string
  readonly family: FieldFamily
  /** For example `CRM_REQUISITE`. */
  readonly entityId: string
  readonly fieldName: string
  /** The definition in the upper-case form of `crm.*.userfield.get`, whatever the family. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** The `result` that the family's own `.get` answers with. */
  readonly answer: unknown
}

/** Describes one field as it stands. */
export function describeField(field: UserFieldRecord): FieldDescription {
  const attributes = formatField(field)
  return {
    id: field.ID,
    family: field.family,
    entityId: field.ENTITY_ID,
    fieldName: field.FIELD_NAME,
    attributes,
    answer: ['type', 'module'].includes(field.family) ? { field: formatConfig(field) } : attributes,
  }
}

/** The field as `crm.*.userfield.get` shows it: labels as maps. */
export function formatField(field: UserFieldRecord): Record<string, unknown> {
  return { ...formatColumns(field), ...field.labels, ...formatList(field) }
}

/** The field as `crm.*.userfield.list` shows it: no labels, or plain strings in one language. */
export function formatListedField(
  field: UserFieldRecord,
  language: string | null,
): Record<string, unknown> {
  return { ...formatColumns(field), ...formatLabels(field, language), ...formatList(field) }
}

/** The field as `userfieldconfig.get`, `.add` and `.update` show it. */
export function formatConfig(field: UserFieldRecord): Record<string, unknown> {
  const languages = Object.keys(field.labels['EDIT_FORM_LABEL'] ?? {})
  return {
    ...camelKeys(formatColumns(field)),
    languageId: Object.fromEntries(languages.map((language) => [language, language])),
    ...camelKeys(field.labels),
    ...formatEnum(field),
  }
}

/** The field as `userfieldconfig.list` shows it: neither values nor, without a language, labels. */
export function formatListedConfig(
  field: UserFieldRecord,
  language: string | null,
): Record<string, unknown> {
  return camelKeys({ ...formatColumns(field), ...formatLabels(field, language) })
}

/** Turns a key like `XML_ID` into `xmlId`; the value of the key stays as it is. */
export function camelKeys(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(values).map(([key, value]) => [
    key.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(entries)
}

function formatLabels(field: UserFieldRecord, language: string | null): Record<string, unknown> {
  if (language === null) return {}
  return Object.fromEntries(LABELS.map((key) => [key, field.labels[key]?.[language] ?? null]))
}

function formatColumns(field: UserFieldRecord): Record<string, unknown> {
  const { XML_ID = null, SORT = null, ...flags } = field.columns
  return {
    ID: field.ID,
    ENTITY_ID: field.ENTITY_ID,
    FIELD_NAME: field.FIELD_NAME,
    USER_TYPE_ID: field.USER_TYPE_ID,
    XML_ID,
    SORT,
    MULTIPLE: field.MULTIPLE,
    ...flags,
    SETTINGS: field.SETTINGS,
  }
}

function formatList({ LIST }: UserFieldRecord) {
  return LIST === null ? {} : { LIST }
}

function formatEnum({ ID, LIST }: UserFieldRecord) {
  if (LIST === null) return {}
  const values = LIST.map((value) => ({
    id: value.ID,
    userFieldId: ID,
    value: value.VALUE,
    def: value.DEF,
    sort: value.SORT,
    xmlId: value.XML_ID,
  }))
  return { enum: values }
}
