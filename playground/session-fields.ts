/** What a person of the page does to the fields of the portal. */
import { readId, readString, readValues, type ActionInput } from './action-input.ts'
import type { ChangeResult } from './portal/field-actions.ts'
import type { Params } from './portal/php-query.ts'
import type { EnumValue } from './portal/user-fields.ts'
import type { Session } from './session.ts'

/** Null when the action was done, else a sentence for the person. */
export type ActionProblem = string | null

const TYPES: readonly unknown[] = ['string', 'boolean', 'double', 'datetime', 'enumeration']
const BURST_EDITS = 30

/** Creates a field of company details. */
export async function createField({ portal }: Session, input: ActionInput): Promise<ActionProblem> {
  const label = readString(input, 'label').trim()
  const type = input['type']
  if (label === '') return 'The field needs a label'
  if (!TYPES.includes(type)) return 'The field needs a type'
  const taken = portal.fields.map((field) => field.FIELD_NAME)
  const fields: Params = {
    FIELD_NAME: nameField(label, taken),
    USER_TYPE_ID: String(type),
    MANDATORY: input['mandatory'] === true ? 'Y' : 'N',
    EDIT_FORM_LABEL: label,
    LIST_COLUMN_LABEL: label,
  }
  if (type === 'enumeration') fields['LIST'] = readValues(input)
  return problemOf(await portal.createField(fields))
}

/** Writes only the columns that the page names; the simulated portal then decides which events follow. */
export async function updateField({ portal }: Session, input: ActionInput): Promise<ActionProblem> {
  const fields: Params = {}
  const label = readString(input, 'label').trim()
  if (label !== '') {
    fields['EDIT_FORM_LABEL'] = label
    fields['LIST_COLUMN_LABEL'] = label
  }
  if (typeof input['mandatory'] === 'boolean') fields['MANDATORY'] = input['mandatory'] ? 'Y' : 'N'
  if (Array.isArray(input['values'])) {
    const former = portal.fields.find(({ ID }) => ID === readId(input))?.LIST ?? []
    fields['LIST'] = keepValueIds(former, readValues(input))
  }
  return problemOf(await portal.updateField(readId(input), fields))
}

/**
 * A text that stays keeps the id of its value. A new text in the place of a removed one renames that value.
 */
function keepValueIds(former: readonly EnumValue[], texts: readonly string[]): Params[] {
  return texts.map((VALUE, index) => {
    const replaced = former[index]
    const isRenamed = replaced !== undefined && !texts.includes(replaced.VALUE)
    const known =
      former.find((value) => value.VALUE === VALUE) ?? (isRenamed ? replaced : undefined)
    // A text written twice is two values.
    const isRepeated = texts.indexOf(VALUE) < index
    return known === undefined || isRepeated ? { VALUE } : { ID: known.ID, VALUE }
  })
}

/** The fields of an import, which causes many events within a second. */
export const IMPORTED_LABELS: readonly string[] = [
  'Bank name',
  'IBAN',
  'SWIFT code',
  'Registration court',
  'Customs number',
  'Invoice e-mail',
]

/** Creates the imported fields; when they are there, deletes them. */
export async function importFields(session: Session): Promise<ActionProblem> {
  const { portal } = session
  const names = IMPORTED_LABELS.map((label) => nameField(label, []))
  const present = portal.fields.filter((field) => names.includes(field.FIELD_NAME))
  if (present.length > 0) {
    for (const { ID } of present) await portal.deleteField(ID)
    return null
  }
  for (const label of IMPORTED_LABELS) await createField(session, { label, type: 'string' })
  return null
}

/**
 * Renames one field again and again, as a script would, so that pacing and digests can be seen. Bitrix24 writes
 * time in seconds, so some of these events are equal, and the relay counts equal ones once
 * (docs/bitrix24.md#duplicates).
 */
export async function editInBurst({ portal }: Session): Promise<ActionProblem> {
  const [field] = portal.fields
  if (field === undefined) return 'There is no field to edit'
  const label = (field.labels['EDIT_FORM_LABEL']?.['en'] ?? field.FIELD_NAME).replace(
    / \(edit \d+\)$/,
    '',
  )
  for (let edit = 1; edit <= BURST_EDITS; edit++) {
    const name = `${label} (edit ${edit})`
    const change = { EDIT_FORM_LABEL: name, LIST_COLUMN_LABEL: name }
    const problem = problemOf(await portal.updateField(field.ID, change))
    if (problem !== null) return problem
  }
  return null
}

function problemOf(result: ChangeResult): ActionProblem {
  return result.ok ? null : (result.error.description ?? String(result.error.error))
}

/** A code in Bitrix24's alphabet from the label, made unique with a number. */
function nameField(label: string, taken: readonly string[]): string {
  const ascii = label
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
  const base = `UF_CRM_${ascii.replace(/^_+|_+$/g, '').slice(0, 30) || Math.floor(Date.now() / 1000)}`
  let name = base
  for (let count = 2; taken.includes(name); count++) name = `${base}_${count}`
  return name
}

/** Deletes a field. */
export async function deleteField({ portal }: Session, input: ActionInput): Promise<ActionProblem> {
  return problemOf(await portal.deleteField(readId(input)))
}
