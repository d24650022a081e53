/**
 * Turns the changes of a field's definition into the few lines that a person wants to read: attributes
 * in words, flags as yes and no, languages that say the same joined, list values as a whole.
 */
import type { Change, FieldAction, Json } from '../../core/log/event.ts'
import type { AttributeName, Catalogue } from '../language/catalogue.ts'
import { type ChangeLine } from './message.ts'
import { safeText, safeValue } from './safe-text.ts'
import { fillSpans, foreign, own, plainText, type Line } from './line.ts'

const MAX_ATTRIBUTE = 80
const MAX_VALUE = 160

type ValueKind = 'flag' | 'filter' | 'text'

interface Attribute {
  readonly values: ValueKind
  /** True when the second part of the attribute is a language. */
  readonly byLanguage: boolean
}

const FLAG: Attribute = { values: 'flag', byLanguage: false }
const TEXT: Attribute = { values: 'text', byLanguage: false }
const BY_LANGUAGE: Attribute = { values: 'text', byLanguage: true }

// In the order in which the lines are shown; attributes: crm.requisite.userfield.add.
const ATTRIBUTES: Readonly<Record<AttributeName | 'LIST', Attribute>> = {
  EDIT_FORM_LABEL: BY_LANGUAGE,
  LIST_COLUMN_LABEL: BY_LANGUAGE,
  LIST_FILTER_LABEL: BY_LANGUAGE,
  USER_TYPE_ID: TEXT,
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

// They stand in the headline already.
const IN_HEADLINE: readonly string[] = ['ID', 'ENTITY_ID', 'FIELD_NAME']

/** The lines for a list of changes, most telling first; what says nothing is left out. */
export function listChangeLines(
  changes: readonly Change[],
  action: FieldAction,
  words: Catalogue,
): readonly ChangeLine[] {
  const isWhole = action === 'added' || action === 'deleted'
  const items = wholeListItems(changes)
  const values = new Map(changes.map((change) => [change.attribute, wholeValue(change)]))
  const lines = changes
    .filter(({ attribute }) => !(isWhole && IN_HEADLINE.includes(attribute)))
    .filter((change) => !(isWhole && saysNothingNew(change, values)))
    .filter((change) => !repeatsLabel(change, changes))
    .filter(({ attribute }) => !isPartOf(items, attribute))
    .toSorted((one, other) => rank(one.attribute) - rank(other.attribute))
    .map((change) => describeChange(change, { isWhole, words }))
    .filter(({ before, after }) => before !== null || after !== null)
  return joinLanguages(lines).map(({ label, before, after, isWhole: whole }) => ({
    text: writeChange({ label, before, after }, whole, words),
    label,
    before,
    after,
  }))
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

/** Bitrix24's editor changes the labels of columns and filters together with the form's. */
function repeatsLabel(change: Change, changes: readonly Change[]): boolean {
  const [root = '', ...rest] = change.attribute.split('.')
  if (root !== 'LIST_COLUMN_LABEL' && root !== 'LIST_FILTER_LABEL') return false
  const name = ['EDIT_FORM_LABEL', ...rest].join('.')
  const label = changes.find(({ attribute }) => attribute === name)
  return label !== undefined && label.before === change.before && label.after === change.after
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

type Parts = Omit<ChangeLine, 'text'>

interface RawLine extends Parts {
  readonly attribute: string
  /** True when something came or went as a whole, so that only its one value is worth telling. */
  readonly isWhole: boolean
  /** Null where the attribute has none. */
  readonly language: string | null
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
  return [...groups.values()].map(({ line, languages }) => {
    if (languages.length === 0) return line
    const names = foreign(safeText(languages.join(', '), MAX_ATTRIBUTE))
    return { ...line, label: [...line.label, own(' ('), names, own(')')] }
  })
}

function describeChange(
  { attribute, before, after }: Change,
  { isWhole, words }: { isWhole: boolean; words: Catalogue },
): RawLine {
  const [root = '', ...rest] = attribute.split('.')
  const known = attributeOf(root)
  const isList = root === 'LIST' && rest.length === 2
  const kind = isList ? (rest[1] === 'DEF' ? 'flag' : 'text') : (known?.values ?? 'text')
  const isWholeItem = isList && rest[1] === 'VALUE' && (before === null || after === null)
  const isByLanguage = known?.byLanguage === true && rest.length === 1
  return {
    attribute,
    label: isList
      ? listLabel(rest, { before, after }, words)
      : plainLabel(root, isByLanguage ? [] : rest, words),
    before: formatValue(before, kind, words),
    after: formatValue(after, kind, words),
    isWhole: isWhole || isWholeItem,
    language: isByLanguage ? (rest[0] ?? '') : null,
  }
}

function attributeOf(root: string): Attribute | null {
  return isNamed(root) || root === 'LIST' ? ATTRIBUTES[root] : null
}

function isNamed(root: string): root is AttributeName {
  return root !== 'LIST' && Object.hasOwn(ATTRIBUTES, root)
}

/** What has no word of its own is called by its attribute. */
function plainLabel(root: string, rest: readonly string[], words: Catalogue): Line {
  const name = root === 'LIST' ? words.list.value : isNamed(root) ? words.attributes[root] : null
  if (name === null) return [foreign(safeText([root, ...rest].join('.'), MAX_ATTRIBUTE))]
  const word = own(name)
  if (rest.length === 0) return [word]
  return [word, own(' '), foreign(safeText(rest.join('.'), MAX_ATTRIBUTE))]
}

function listLabel(
  [id = '', key = '']: readonly string[],
  { before, after }: Pick<Change, 'before' | 'after'>,
  { list }: Catalogue,
): Line {
  if (key !== 'VALUE') {
    const names: ReadonlyMap<string, string> = new Map([
      ['SORT', list.sort],
      ['DEF', list.default],
      ['XML_ID', list.code],
    ])
    const name = names.get(key)
    return fillSpans(list.keyOfValue, {
      id: [foreign(safeText(id, MAX_ATTRIBUTE))],
      key: [name === undefined ? foreign(safeText(key, MAX_ATTRIBUTE)) : own(name)],
    })
  }
  if (before === null) return [own(list.added)]
  return [own(after === null ? list.removed : list.value)]
}

function formatValue(value: Json, kind: ValueKind, { values }: Catalogue): Line | null {
  if (value === null) return null
  const code = typeof value === 'boolean' ? (value ? 'Y' : 'N') : value
  const inWords = typeof code === 'string' ? wordsOf(code, kind, values) : null
  if (typeof value === 'boolean' || inWords !== null) {
    return [own(inWords ?? (value === true ? values.yes : values.no), 'code')]
  }
  const text = safeValue(typeof value === 'string' ? value : JSON.stringify(value), MAX_VALUE)
  // The code style keeps a value apart from our own words, whatever it says.
  return text === '' ? null : [foreign(text, 'code')]
}

/** Bitrix24's codes in words. */
function wordsOf(code: string, kind: ValueKind, values: Catalogue['values']): string | null {
  if (kind === 'text') return null
  if (kind === 'flag') return code === 'Y' ? values.yes : code === 'N' ? values.no : null
  const modes: Readonly<Record<string, string>> = {
    N: values.no,
    I: values.exact,
    E: values.mask,
    S: values.substring,
  }
  return Object.hasOwn(modes, code) ? (modes[code] ?? null) : null
}

function writeChange({ label, before, after }: Parts, isWhole: boolean, words: Catalogue): Line {
  const start = [...label, own(': ')]
  const empty = own(words.values.empty, 'faint')
  if (isWhole) return [...start, ...(after ?? before ?? [empty])]
  if (before !== null && after !== null && plainText(before) === plainText(after)) {
    return [...start, ...after, own(` ${words.values.differs}`)]
  }
  return [...start, ...(before ?? [empty]), own(' → '), ...(after ?? [empty])]
}
