/**
 * Brings the definition of a field into one form for every family. The methods of the CRM answer in that
 * form already. `userfieldconfig`, for smart processes, answers the same attributes in camelCase and calls
 * the list values `enum` (docs/bitrix24.md#user-fields).
 */
import type { FieldFamily, Json } from '../../core/log/event.ts'
import { boundDefinition } from '../../core/fields/checksum.ts'
import type { FieldAttributes } from '../../core/fields/field-read.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import { IdSchema, parseOrNull } from '../wire/wire-schemas.ts'

// Attributes that are maps. PHP answers an empty map as a list (docs/bitrix24.md#rest-calls).
const MAPS: ReadonlySet<string> = new Set([
  'EDIT_FORM_LABEL',
  'LIST_COLUMN_LABEL',
  'LIST_FILTER_LABEL',
  'ERROR_MESSAGE',
  'HELP_MESSAGE',
  'SETTINGS',
])

// Attributes of `userfieldconfig` alone that repeat others: the languages of the labels, the field's own id.
const LEFT_OUT: ReadonlySet<string> = new Set(['LANGUAGE_ID', 'USER_FIELD_ID'])

/**
 * Returns the definition in the `result` of a family's `.get` method. Null when it is not a usable one: no
 * map, no id, too many attributes, or a list value without an id, which would look deleted in a comparison. A
 * definition that is too large has checksums for its largest attributes.
 */
export function attributesOf(family: FieldFamily, result: Json): FieldAttributes | null {
  const raw = family === 'type' || family === 'module' ? configField(result) : result
  if (!isJsonObject(raw) || parseOrNull(IdSchema, raw['ID']) === null) return null
  const attributes: Record<string, Json> = {}
  for (const [name, value] of Object.entries(raw)) {
    attributes[name] = MAPS.has(name) && isEmptyList(value) ? {} : value
  }
  const { LIST: list } = raw
  if (list !== undefined && list !== null) {
    const values = listValues(list)
    if (values === null) return null
    attributes['LIST'] = values
  }
  return boundDefinition(attributes)
}

function configField(result: Json): JsonObject | null {
  const field = isJsonObject(result) ? result['field'] : null
  if (!isJsonObject(field)) return null
  const { enum: list, ...rest } = field
  const attributes = inUpperCase(rest)
  if (list === undefined || list === null) return attributes
  const values = Object.values(list)
  return {
    ...attributes,
    LIST: values.map((value: Json) => (isJsonObject(value) ? inUpperCase(value) : value)),
  }
}

function inUpperCase(field: JsonObject): JsonObject {
  const attributes: Record<string, Json> = {}
  for (const [key, value] of Object.entries(field)) {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
    if (!LEFT_OUT.has(name)) attributes[name] = value
  }
  return attributes
}

function listValues(list: Json): readonly Json[] | null {
  if (typeof list !== 'object' || list === null) return null
  const values: readonly Json[] = Object.values(list)
  const areValues = values.every(
    (value) => isJsonObject(value) && parseOrNull(IdSchema, value['ID']) !== null,
  )
  return areValues ? values : null
}

function isEmptyList(value: Json): boolean {
  return Array.isArray(value) && value.length === 0
}
