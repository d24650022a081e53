/**
 * Turns the changes of a field's definition into the few lines that a person wants to read: changes that
 * say nothing new are left out, and languages that say the same are one line.
 */
import type { Change, FieldAction, Json } from '../../../core/log/event.ts'
import type { Catalogue } from '../../language/catalogue.ts'
import {
  formatLanguages,
  isAddedOrRemovedValue,
  describeChange,
  rankOf,
  splitAttribute,
  type DescribedChange,
  type ListValues,
} from './attributes.ts'
import { isDefault } from './field-defaults.ts'
import { continueLine } from '../letter-case.ts'
import { safeText } from '../text/safe-text.ts'
import { MAX_LABEL } from '../wording.ts'
import { fillSpans, own, plainText, type Line } from '../text/line.ts'
import type { ChangeLine } from '../message.ts'

// A longer list says no more than its first values.
const MAX_LIST_VALUES = 10

// The labels of a field. One label at the creation fills all of them in every language (`LABEL` of
// crm.deal.userfield.add).
const LABELS: readonly string[] = [
  'EDIT_FORM_LABEL',
  'LIST_COLUMN_LABEL',
  'LIST_FILTER_LABEL',
  'HELP_MESSAGE',
  'ERROR_MESSAGE',
]

// The attributes that stand in the headline already.
const IN_HEADLINE: readonly string[] = ['ID', 'ENTITY_ID', 'FIELD_NAME']

/** The facts beside the changes. */
export interface ChangeTerms {
  readonly action: FieldAction
  /** The label that the headline tells; null when it tells none. */
  readonly label?: string | null
  readonly listValues?: ListValues
}

/** The lines for a list of changes, most telling first. */
export function listChangeLines(
  changes: readonly Change[],
  { action, label = null, listValues = {} }: ChangeTerms,
  words: Catalogue,
): readonly ChangeLine[] {
  const isWhole = action === 'added' || action === 'deleted'
  const byName = new Map(changes.map((change) => [change.attribute, change]))
  const cameOrWent = wholeListValues(changes)
  const lines = changes
    .filter((change) => !(isWhole && isToldByField(change, { byName, label })))
    .filter((change) => !repeatsLabel(change, byName))
    .filter(({ attribute }) => !isPartOf(cameOrWent, attribute))
    .toSorted((one, other) => rankOf(one.attribute) - rankOf(other.attribute))
    .map((change): RawLine => ({
      ...describeChange(change, words, listValues),
      attribute: change.attribute,
      isWhole: isWhole || isAddedOrRemovedValue(change),
    }))
    .filter(({ before, after }) => before !== null || after !== null)
  const told = joinLanguages(isWhole ? joinListValues(lines, words) : lines)
  return told.map((line) => ({
    text: writeChange(line, words),
    brief: writeBrief(line, words),
    label: line.label,
    before: line.before,
    after: line.after,
  }))
}

type ChangesByName = ReadonlyMap<string, Change>

/**
 * Whether a field that came or went as a whole tells this anyway: its headline names it, Bitrix24 fills the other
 * labels of a new field with the first one and its texts with the field's code, and the rest is as in every field.
 */
function isToldByField(
  change: Change,
  { byName, label }: { readonly byName: ChangesByName; readonly label: string | null },
): boolean {
  const { attribute } = change
  if (IN_HEADLINE.includes(attribute)) return true
  const [root] = splitAttribute(attribute)
  const isText = root === 'HELP_MESSAGE' || root === 'ERROR_MESSAGE'
  const source = isText ? byName.get('FIELD_NAME') : copiedLabel(attribute, byName)
  const isCopied = source !== undefined && wholeValue(change) === wholeValue(source)
  return isCopied || isDefault(change) || (LABELS.includes(root) && isLabel(change, label))
}

function isLabel(change: Change, label: string | null): boolean {
  const value = wholeValue(change)
  return label !== null && typeof value === 'string' && safeText(value, MAX_LABEL) === label
}

/** Bitrix24's editor changes the labels of columns and filters together with the form's. */
function repeatsLabel(change: Change, byName: ChangesByName): boolean {
  const label = copiedLabel(change.attribute, byName)
  return label !== undefined && label.before === change.before && label.after === change.after
}

/** The change of the form's label in the same language, which the labels of columns and filters copy. */
function copiedLabel(attribute: string, byName: ChangesByName): Change | undefined {
  const [root, ...rest] = splitAttribute(attribute)
  if (root !== 'LIST_COLUMN_LABEL' && root !== 'LIST_FILTER_LABEL') return undefined
  return byName.get(['EDIT_FORM_LABEL', ...rest].join('.'))
}

function wholeValue({ before, after }: Change): Json {
  return after ?? before
}

/** The list values that came or went, as `LIST.15.`: their order, default and code need no lines. */
function wholeListValues(changes: readonly Change[]): ReadonlySet<string> {
  const texts = changes.filter(isAddedOrRemovedValue)
  return new Set(texts.map(({ attribute }) => attribute.slice(0, -'VALUE'.length)))
}

function isPartOf(listValues: ReadonlySet<string>, attribute: string): boolean {
  const prefix = attribute.slice(0, attribute.lastIndexOf('.') + 1)
  return listValues.has(prefix) && !attribute.endsWith('.VALUE')
}

interface RawLine extends DescribedChange {
  readonly attribute: string
  /** True when something came or went as a whole, so that only its one value is worth telling. */
  readonly isWhole: boolean
}

/** Only lines by language are joined; every other attribute is a line of its own. */
function joinLanguages(lines: readonly RawLine[]): readonly RawLine[] {
  const groups = new Map<string, { line: RawLine; languages: string[] }>()
  for (const line of lines) {
    const { label, before, after, isWhole, language, attribute } = line
    const key = JSON.stringify([label, before, after, isWhole, language === null ? attribute : ''])
    const group = groups.get(key) ?? { line, languages: [] }
    if (language !== null) group.languages.push(language)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ line, languages }) =>
    languages.length === 0
      ? line
      : { ...line, label: [...line.label, ...formatLanguages(languages)] },
  )
}

/** The values of a list that came or went with its field: one line for all of them. */
function joinListValues(lines: readonly RawLine[], words: Catalogue): readonly RawLine[] {
  const isValue = ({ attribute }: RawLine): boolean => /^LIST\.[^.]+\.VALUE$/.test(attribute)
  const [first, ...others] = lines.filter(isValue)
  if (first === undefined || others.length === 0) return lines
  const texts = [first, ...others].map(({ before, after }) => after ?? before ?? [])
  const shown = texts
    .slice(0, MAX_LIST_VALUES)
    .flatMap((text, index) => (index === 0 ? text : [own(', '), ...text]))
  const more = texts.length - MAX_LIST_VALUES
  const all = more > 0 ? [...shown, own(` +${more}`)] : shown
  const joined: RawLine = {
    ...first,
    label: [own(words.list.all)],
    before: first.after === null ? all : null,
    after: first.after === null ? null : all,
  }
  return lines.flatMap((line) => (line === first ? [joined] : isValue(line) ? [] : [line]))
}

type Told = Pick<RawLine, 'label' | 'before' | 'after' | 'isWhole'>

function writeChange(line: Told, words: Catalogue): Line {
  return fillSpans(words.labelled, { label: line.label, value: writeValues(line, words) })
}

/** The change as a sentence goes on with it: `required no → yes`. */
function writeBrief(line: Told, words: Catalogue): Line {
  const [first, ...rest] = line.label
  if (first === undefined) return []
  const text = first.isForeign ? first.text : continueLine(first.text, words.locale)
  return [{ ...first, text }, ...rest, own(' '), ...writeValues(line, words)]
}

function writeValues({ before, after, isWhole }: Told, words: Catalogue): Line {
  const empty = own(words.values.empty, 'faint')
  if (isWhole) return after ?? before ?? [empty]
  if (before !== null && after !== null && plainText(before) === plainText(after)) {
    return [...after, own(` ${words.values.differs}`)]
  }
  return [...(before ?? [empty]), own(' → '), ...(after ?? [empty])]
}
