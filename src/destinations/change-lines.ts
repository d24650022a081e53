/**
 * Turns the changes of a field's definition into the few lines that a person wants to read: attributes
 * in words, flags as yes and no, languages that say the same joined, list values as a whole.
 */
import type { Change, FieldAction, Json } from '../core/event.ts'
import { safeText, safeValue } from './safe-text.ts'

const MAX_ATTRIBUTE = 80
const MAX_VALUE = 160

/** One line: what it is about, and its value before and after. Null means that there was nothing. */
export interface ChangeLine {
  readonly label: string
  readonly before: string | null
  readonly after: string | null
  /** True when something came or went as a whole, so that only its one value is worth telling. */
  readonly isWhole: boolean
}

interface Word {
  readonly label: string
  /** Bitrix24's codes in words. */
  readonly values?: Readonly<Record<string, string>>
  /** True when the second part of the attribute is a language. */
  readonly byLanguage?: true
}

const YES_NO = { Y: 'yes', N: 'no' }
const FILTER_MODES = { N: 'no', I: 'exact match', E: 'mask', S: 'substring' }

// In the order in which the lines are shown; attributes: crm.requisite.userfield.add.
const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['EDIT_FORM_LABEL', { label: 'Label', byLanguage: true }],
  ['LIST_COLUMN_LABEL', { label: 'Column label', byLanguage: true }],
  ['LIST_FILTER_LABEL', { label: 'Filter label', byLanguage: true }],
  ['USER_TYPE_ID', { label: 'Type' }],
  ['LIST', { label: 'List value' }],
  ['MANDATORY', { label: 'Mandatory', values: YES_NO }],
  ['MULTIPLE', { label: 'Multiple', values: YES_NO }],
  ['SHOW_IN_LIST', { label: 'Shown in list', values: YES_NO }],
  ['EDIT_IN_LIST', { label: 'Editable', values: YES_NO }],
  ['SHOW_FILTER', { label: 'Filter', values: FILTER_MODES }],
  ['IS_SEARCHABLE', { label: 'Searchable', values: YES_NO }],
  ['SORT', { label: 'Sort order' }],
  ['HELP_MESSAGE', { label: 'Help text', byLanguage: true }],
  ['ERROR_MESSAGE', { label: 'Error text', byLanguage: true }],
  ['XML_ID', { label: 'External code' }],
  ['SETTINGS', { label: 'Setting' }],
])
const ORDER = [...WORDS.keys()]

// They stand in the headline already.
const IN_HEADLINE: readonly string[] = ['ID', 'ENTITY_ID', 'FIELD_NAME']

const LIST_KEYS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['SORT', { label: 'sort order' }],
  ['DEF', { label: 'default', values: YES_NO }],
  ['XML_ID', { label: 'external code' }],
])

/** The lines for a list of changes, most telling first; what says nothing is left out. */
export function listChangeLines(
  changes: readonly Change[],
  action: FieldAction,
): readonly ChangeLine[] {
  const isWhole = action === 'added' || action === 'deleted'
  const items = wholeListItems(changes)
  const values = new Map(changes.map((change) => [change.attribute, wholeValue(change)]))
  const lines = changes
    .filter(({ attribute }) => !(isWhole && IN_HEADLINE.includes(attribute)))
    .filter((change) => !(isWhole && saysNothingNew(change, values)))
    .filter(({ attribute }) => !isPartOf(items, attribute))
    .toSorted((one, other) => rank(one.attribute) - rank(other.attribute))
    .map((change) => toLine(change, isWhole))
    .filter(({ line }) => line.before !== null || line.after !== null)
  return joinLanguages(lines)
}

function wholeValue({ before, after }: Change): Json {
  return after ?? before
}

/** Bitrix24 fills a new field's other labels with the first one, and its texts with the field's code. */
function saysNothingNew(change: Change, values: ReadonlyMap<string, Json>): boolean {
  const [root = '', ...rest] = change.attribute.split('.')
  const value = wholeValue(change)
  if (root === 'LIST_COLUMN_LABEL' || root === 'LIST_FILTER_LABEL') {
    return value === values.get(['EDIT_FORM_LABEL', ...rest].join('.'))
  }
  const isText = root === 'HELP_MESSAGE' || root === 'ERROR_MESSAGE'
  return isText && value === values.get('FIELD_NAME')
}

/** The ids of list items that came or went: their order, default and code need no lines of their own. */
function wholeListItems(changes: readonly Change[]): ReadonlySet<string> {
  const whole = changes.filter(
    ({ attribute, before, after }) =>
      /^LIST\.[^.]+\.VALUE$/.test(attribute) && (before === null || after === null),
  )
  return new Set(whole.map(({ attribute }) => attribute.slice(0, -'VALUE'.length)))
}

function isPartOf(items: ReadonlySet<string>, attribute: string): boolean {
  const prefix = attribute.slice(0, attribute.lastIndexOf('.') + 1)
  return items.has(prefix) && !attribute.endsWith('.VALUE')
}

function rank(attribute: string): number {
  const index = ORDER.indexOf(rootOf(attribute))
  return index < 0 ? ORDER.length : index
}

function rootOf(attribute: string): string {
  return attribute.split('.', 1)[0] ?? ''
}

interface RawLine {
  readonly attribute: string
  readonly line: ChangeLine
  /** Null where the attribute has none. */
  readonly language: string | null
}

function joinLanguages(lines: readonly RawLine[]): readonly ChangeLine[] {
  const groups = new Map<string, { line: ChangeLine; languages: string[] }>()
  for (const { attribute, line, language } of lines) {
    // Only lines by language are joined; every other attribute is a group of its own.
    const key = JSON.stringify([line, language === null ? attribute : null])
    const group = groups.get(key) ?? { line, languages: [] }
    if (language !== null) group.languages.push(language)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ line, languages }) => {
    const label = languages.length === 0 ? line.label : `${line.label} (${languages.join(', ')})`
    return { ...line, label: safeText(label, MAX_ATTRIBUTE) }
  })
}

function toLine({ attribute, before, after }: Change, isWholeField: boolean): RawLine {
  const [root = '', ...rest] = attribute.split('.')
  const word = WORDS.get(root)
  const isList = root === 'LIST' && rest.length === 2
  const values = isList ? LIST_KEYS.get(rest[1] ?? '')?.values : word?.values
  const isWholeItem = isList && rest[1] === 'VALUE' && (before === null || after === null)
  return {
    attribute,
    line: {
      label: isList ? listLabel(rest, { before, after }) : plainLabel(attribute, word),
      before: formatValue(before, values),
      after: formatValue(after, values),
      isWhole: isWholeField || isWholeItem,
    },
    language: word?.byLanguage === true && rest.length === 1 ? (rest[0] ?? '') : null,
  }
}

function plainLabel(attribute: string, word: Word | undefined): string {
  if (word === undefined) return attribute
  const rest = attribute.split('.').slice(1)
  if (word.byLanguage === true && rest.length === 1) return word.label
  return [word.label, rest.join('.')].join(' ').trim()
}

function listLabel(
  [id = '', key = '']: readonly string[],
  { before, after }: Pick<Change, 'before' | 'after'>,
): string {
  if (key !== 'VALUE') return `List value ${id}, ${LIST_KEYS.get(key)?.label ?? key}`
  if (before === null) return 'New list value'
  return after === null ? 'Removed list value' : 'List value'
}

function formatValue(value: Json, words: Word['values']): string | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const inWords = words !== undefined && Object.hasOwn(words, text) ? words[text] : undefined
  const shown = inWords ?? safeValue(text, MAX_VALUE)
  return shown === '' ? null : shown
}
