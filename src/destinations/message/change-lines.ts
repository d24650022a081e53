/**
 * Turns the changes of a field's definition into the few lines that a person wants to read: changes that
 * say nothing new are left out, and languages that say the same are one line.
 */
import type { Change, FieldAction, Json } from '../../core/log/event.ts'
import type { Catalogue } from '../language/catalogue.ts'
import {
  formatLanguages,
  isAddedOrRemovedValue,
  describeChange,
  rankOf,
  splitAttribute,
  type DescribedChange,
} from './attributes.ts'
import { fillSpans, own, plainText, type Line } from './text/line.ts'
import type { ChangeLine } from './message.ts'

// They stand in the headline already.
const IN_HEADLINE: readonly string[] = ['ID', 'ENTITY_ID', 'FIELD_NAME']

/** The lines for a list of changes, most telling first. */
export function listChangeLines(
  changes: readonly Change[],
  action: FieldAction,
  words: Catalogue,
): readonly ChangeLine[] {
  const isWhole = action === 'added' || action === 'deleted'
  const byName = new Map(changes.map((change) => [change.attribute, change]))
  const listValues = wholeListValues(changes)
  const lines = changes
    .filter((change) => !(isWhole && isToldByField(change, byName)))
    .filter((change) => !repeatsLabel(change, byName))
    .filter(({ attribute }) => !isPartOf(listValues, attribute))
    .toSorted((one, other) => rankOf(one.attribute) - rankOf(other.attribute))
    .map((change): RawLine => ({
      ...describeChange(change, words),
      attribute: change.attribute,
      isWhole: isWhole || isAddedOrRemovedValue(change),
    }))
    .filter(({ before, after }) => before !== null || after !== null)
  return joinLanguages(lines).map(({ label, before, after, isWhole: whole }) => ({
    text: writeChange({ label, before, after }, whole, words),
    label,
    before,
    after,
  }))
}

type ChangesByName = ReadonlyMap<string, Change>

/**
 * Whether a field that came or went as a whole tells this anyway: its headline names it, and Bitrix24 fills
 * the other labels of a new field with the first one, and its texts with the field's code.
 */
function isToldByField(change: Change, byName: ChangesByName): boolean {
  const { attribute } = change
  if (IN_HEADLINE.includes(attribute)) return true
  const [root] = splitAttribute(attribute)
  const isText = root === 'HELP_MESSAGE' || root === 'ERROR_MESSAGE'
  const source = isText ? byName.get('FIELD_NAME') : copiedLabel(attribute, byName)
  return source !== undefined && wholeValue(change) === wholeValue(source)
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

function writeChange(
  { label, before, after }: Omit<ChangeLine, 'text'>,
  isWhole: boolean,
  words: Catalogue,
): Line {
  const write = (value: Line): Line => fillSpans(words.labelled, { label, value })
  const empty = own(words.values.empty, 'faint')
  if (isWhole) return write(after ?? before ?? [empty])
  if (before !== null && after !== null && plainText(before) === plainText(after)) {
    return write([...after, own(` ${words.values.differs}`)])
  }
  return write([...(before ?? [empty]), own(' → '), ...(after ?? [empty])])
}
