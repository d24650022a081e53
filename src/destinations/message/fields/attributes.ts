/**
 * The attributes of a field's definition in words, and the values that stand in them. An attribute has
 * parts: `EDIT_FORM_LABEL.en` is a label in one language, `LIST.15.VALUE` the text of the list value 15.
 */
import { isChecksum } from '../../../core/fields/checksum.ts'
import type { Change, Json } from '../../../core/log/event.ts'
import type { AttributeName, Catalogue } from '../../language/catalogue.ts'
import { fillSpans, foreign, own, type Line } from '../text/line.ts'
import { safeText, safeValue } from '../text/safe-text.ts'

const MAX_ATTRIBUTE = 80
const MAX_VALUE = 160

type ValueKind = 'flag' | 'filter' | 'mode' | 'type' | 'text'

interface Attribute {
  readonly values: ValueKind
  /** True when the second part of the attribute is a language. */
  readonly byLanguage: boolean
}

const FLAG: Attribute = { values: 'flag', byLanguage: false }
const TEXT: Attribute = { values: 'text', byLanguage: false }
const BY_LANGUAGE: Attribute = { values: 'text', byLanguage: true }

// In the order in which the lines are shown. The names are those of crm.requisite.userfield.add
// (https://apidocs.bitrix24.com/api-reference/crm/requisites/user-fields/crm-requisite-userfield-add.html).
const ATTRIBUTES: Readonly<Record<AttributeName | 'LIST', Attribute>> = {
  EDIT_FORM_LABEL: BY_LANGUAGE,
  LIST_COLUMN_LABEL: BY_LANGUAGE,
  LIST_FILTER_LABEL: BY_LANGUAGE,
  USER_TYPE_ID: { values: 'type', byLanguage: false },
  LIST: TEXT,
  MANDATORY: FLAG,
  MULTIPLE: FLAG,
  SHOW_IN_LIST: FLAG,
  EDIT_IN_LIST: FLAG,
  SHOW_FILTER: { values: 'filter', byLanguage: false },
  IS_SEARCHABLE: FLAG,
  SORT: TEXT,
  HELP_MESSAGE: BY_LANGUAGE,
  ERROR_MESSAGE: BY_LANGUAGE,
  XML_ID: TEXT,
  SETTINGS: TEXT,
}
const ORDER = Object.keys(ATTRIBUTES)

/** A change whose attribute and values are in words. */
export interface DescribedChange {
  readonly label: Line
  /** The value before; null when there was none, or none that can be seen. */
  readonly before: Line | null
  readonly after: Line | null
  /** The language of a text; null where the attribute has none. */
  readonly language: string | null
}

/** The place of an attribute among the lines of a message; attributes without words come last. */
export function rankOf(attribute: string): number {
  const index = ORDER.indexOf(splitAttribute(attribute)[0])
  return index < 0 ? ORDER.length : index
}

/** The name of an attribute and the parts behind it: `LIST`, `15`, `VALUE`. */
export function splitAttribute(attribute: string): readonly [root: string, ...rest: string[]] {
  const [root = '', ...rest] = attribute.split('.')
  return [root, ...rest]
}

/** Whether a text of a list value came or went: then nothing else of that value is worth telling. */
export function isAddedOrRemovedValue({ attribute, before, after }: Change): boolean {
  return /^LIST\.[^.]+\.VALUE$/.test(attribute) && (before === null || after === null)
}

/** The texts of list values by their ids, as far as they are known. */
export type ListValues = Readonly<Record<string, string>>

/** Puts a change into words; an attribute without a word of its own keeps its name. */
export function describeChange(
  change: Change,
  words: Catalogue,
  listValues: ListValues = {},
): DescribedChange {
  const [root, ...rest] = splitAttribute(change.attribute)
  const known = isNamed(root) ? ATTRIBUTES[root] : null
  const isList = root === 'LIST' && rest.length === 2
  const kind = isList ? (rest[1] === 'DEF' ? 'flag' : 'text') : kindOf(change, known)
  const isWhole = isChecksum(change.before) || isChecksum(change.after)
  const language = known?.byLanguage === true && rest.length === 1 ? (rest[0] ?? '') : null
  return {
    label: isList
      ? listLabel(rest, change, { words, listValues })
      : plainLabel(root, language === null ? rest : [], { words, isWhole }),
    before: formatValue(change.before, kind, words),
    after: formatValue(change.after, kind, words),
    language,
  }
}

/** The languages of a label that says the same in all of them: ` (en, de)`. */
export function formatLanguages(languages: readonly string[]): Line {
  return [own(' ('), foreign(safeText(languages.join(', '), MAX_ATTRIBUTE)), own(')')]
}

function isNamed(root: string): root is AttributeName {
  return root !== 'LIST' && Object.hasOwn(ATTRIBUTES, root)
}

function plainLabel(
  root: string,
  rest: readonly string[],
  { words, isWhole }: { readonly words: Catalogue; readonly isWhole: boolean },
): Line {
  const list = isWhole ? words.list.all : words.list.value
  if (root === 'SETTINGS') return settingLabel(rest, words)
  const name = root === 'LIST' ? list : isNamed(root) ? words.attributes[root] : null
  if (name === null) return [foreign(safeText([root, ...rest].join('.'), MAX_ATTRIBUTE))]
  const word = own(name)
  if (rest.length === 0) return [word]
  return [word, own(' '), foreign(safeText(rest.join('.'), MAX_ATTRIBUTE))]
}

/** A setting by its word; one without a word keeps its name behind the word for settings. */
function settingLabel([name = '', ...rest]: readonly string[], words: Catalogue): Line {
  const word = lookUp(words.settings, name)
  const [label, parts] =
    word === undefined ? [words.attributes.SETTINGS, [name, ...rest]] : [word, rest]
  const code = safeText(parts.join('.'), MAX_ATTRIBUTE)
  return code === '' ? [own(label)] : [own(label), own(' '), foreign(code)]
}

/** A filter has three modes. A reader is told the mode only when it has changed. */
function kindOf({ before, after }: Change, known: Attribute | null): ValueKind {
  if (known?.values !== 'filter') return known?.values ?? 'text'
  return isMode(before) && isMode(after) ? 'mode' : 'filter'
}

function isMode(value: Json): boolean {
  return value === 'I' || value === 'E' || value === 'S'
}

function listLabel(
  [id = '', key = '']: readonly string[],
  { before, after }: Pick<Change, 'before' | 'after'>,
  { words: { list }, listValues }: { readonly words: Catalogue; readonly listValues: ListValues },
): Line {
  if (key !== 'VALUE') {
    const names: ReadonlyMap<string, string> = new Map([
      ['SORT', list.sort],
      ['DEF', list.default],
      ['XML_ID', list.code],
    ])
    const name = names.get(key)
    return fillSpans(list.keyOfValue, {
      value: [foreign(safeText(lookUp(listValues, id) ?? id, MAX_ATTRIBUTE), 'code')],
      key: [name === undefined ? foreign(safeText(key, MAX_ATTRIBUTE)) : own(name)],
    })
  }
  if (before === null) return [own(list.added)]
  return [own(after === null ? list.removed : list.value)]
}

function formatValue(value: Json, kind: ValueKind, words: Catalogue): Line | null {
  const { values } = words
  if (value === null) return null
  const code = typeof value === 'boolean' ? (value ? 'Y' : 'N') : value
  const inWords = typeof code === 'string' ? wordsOf(code, kind, words) : null
  if (typeof value === 'boolean' || inWords !== null) {
    return [own(inWords ?? (value === true ? values.yes : values.no), 'code')]
  }
  const text = safeValue(typeof value === 'string' ? value : JSON.stringify(value), MAX_VALUE)
  // The code style keeps a value apart from our own words, whatever it says.
  return text === '' ? null : [foreign(text, 'code')]
}

/** Bitrix24's codes in words; null for a code without one. */
function wordsOf(code: string, kind: ValueKind, { values, types }: Catalogue): string | null {
  const { yes, no, exact, mask, substring } = values
  switch (kind) {
    case 'text':
      return null
    case 'type':
      return lookUp(types, code) ?? null
    case 'flag':
      return lookUp({ Y: yes, N: no }, code) ?? null
    case 'filter':
      return lookUp({ Y: yes, I: yes, E: yes, S: yes, N: no }, code) ?? null
    case 'mode':
      return lookUp({ I: exact, E: mask, S: substring }, code) ?? null
  }
}

function lookUp(texts: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined
}
