import { describe, expect, test } from 'vitest'
import {
  CATALOGUES,
  LANGUAGES,
  type Language,
} from '../../../src/destinations/language/languages.ts'

const TRANSLATIONS = LANGUAGES.filter((language) => language !== 'en')

// Words that are the same in English: borrowed, Latin, or made of signs only.
const SAME_AS_ENGLISH: Readonly<Record<Language, readonly string[]>> = {
  en: [],
  ru: ['inPortal', 'labelled'],
  de: [
    'events.facts.name',
    'events.facts.status',
    ...nouns('bot', 'chat', 'dialog', 'funnel', 'job', 'lead', 'workflow'),
    'inPortal',
    'labelled',
  ],
  es: [
    'attributes.EDIT_IN_LIST',
    'by',
    'durations.days',
    'durations.hours',
    'durations.minutes',
    ...nouns('bot', 'chat'),
    'inPortal',
    'labelled',
    'values.no',
  ],
  pt: [
    'by',
    'durations.days',
    'durations.hours',
    'durations.minutes',
    'events.facts.status',
    ...nouns('bot', 'lead'),
    'inPortal',
    'labelled',
    'types.url',
  ],
  fr: [
    'attributes.MULTIPLE',
    'attributes.USER_TYPE_ID',
    'by',
    'durations.hours',
    'durations.minutes',
    ...nouns('application', 'application_payment', 'bot', 'chat', 'contact', 'funnel', 'message'),
    ...nouns('smart_document'),
    'inPortal',
    'types.date',
  ],
}

function nouns(...kinds: readonly string[]): readonly string[] {
  return kinds.map((kind) => `events.nouns.${kind}.text`)
}

// German writes nouns with a capital, and full sentences behind a colon (`reasons`).
const NOUNS_IN_GERMAN: readonly string[] = [
  'deeds.enum_values_set',
  'deeds.updated',
  'event',
  'events.directions.callback',
  'events.directions.information',
  'events.payments.demo',
  'events.payments.trial',
  'fieldNumber',
  'list.default',
  'list.sort',
  'people.automation',
  'people.systemUser',
  'people.user',
  'reasons',
  'types',
  'values.mask',
  'values.substring',
]

/** One text of a catalogue; all forms of a plural have the same key. */
interface Entry {
  readonly key: string
  /** Null for a text that is no plural. */
  readonly category: string | null
  readonly text: string
}

function listEntries(node: object, path: readonly string[] = []): readonly Entry[] {
  const isPlural = 'other' in node
  return Object.entries(node).flatMap(([name, value]: [string, unknown]): readonly Entry[] => {
    if (typeof value === 'object' && value !== null) return listEntries(value, [...path, name])
    const text = String(value)
    if (isPlural) return [{ key: path.join('.'), category: name, text }]
    return [{ key: [...path, name].join('.'), category: null, text }]
  })
}

/** Everything but the tag of the language and the genders of its nouns, which are no texts. */
function entriesOf(language: Language): readonly Entry[] {
  return listEntries(CATALOGUES[language]).filter(
    ({ key }) => key !== 'locale' && !key.endsWith('.gender'),
  )
}

function keysOf(language: Language): readonly string[] {
  const keys = entriesOf(language).map(({ key, category }) =>
    category === null ? key : `${key} …`,
  )
  return [...new Set(keys)].toSorted()
}

/** Whether a text is a noun, in which the id has a place of its own where the language wants it. */
function isNoun(key: string): boolean {
  return key.startsWith('events.nouns.')
}

function placeholdersOf(text: string): readonly string[] {
  return (text.match(/\{\w+\}/g) ?? []).toSorted()
}

/** Each text that a check finds fault with, so that a failure names it. */
function listFaulty(language: Language, isFaulty: (entry: Entry) => boolean): readonly string[] {
  return entriesOf(language)
    .filter(isFaulty)
    .map(({ key, category, text }) => `${key} ${category ?? ''}: ${text}`)
}

/** The English text of a key; of a plural its general form. */
function english(key: string): string {
  const found = entriesOf('en').filter((entry) => entry.key === key)
  const entry = found.find(({ category }) => category === 'other') ?? found[0]
  return entry?.text ?? `no text at ${key} in English`
}

// These names have capitals wherever they stand.
const NAME = /^(?:Bitrix24|Битрикс24|CRM)/

function caseOf(text: string): 'upper' | 'lower' | 'none' {
  const first = text.charAt(0)
  if (!/\p{L}/u.test(first) || NAME.test(text)) return 'none'
  return first === first.toLowerCase() ? 'lower' : 'upper'
}

describe('English', () => {
  test('has texts and plurals to compare with', () => {
    expect(keysOf('en')).toContain('notes.detailsUnknown')
    expect(keysOf('en')).toContain('digest.fields …')
    expect(keysOf('en').length).toBeGreaterThan(80)
  })
})

describe.each(LANGUAGES)('the catalogue in %s', (language) => {
  const entries = entriesOf(language)

  test('has the keys of English at every depth', () => {
    expect(keysOf(language)).toEqual(keysOf('en'))
  })

  test('has every plural category of the language and no other', () => {
    const { locale } = CATALOGUES[language]
    const expected = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted()
    const plurals = new Map<string, string[]>()
    for (const { key, category } of entries) {
      if (category !== null) plurals.set(key, [...(plurals.get(key) ?? []), category].toSorted())
    }
    expect(plurals.size).toBeGreaterThan(0)
    expect(plurals).toEqual(new Map([...plurals.keys()].map((key) => [key, expected])))
  })

  test('has the placeholders of English in every text and every plural form, each once', () => {
    const faulty = listFaulty(language, ({ key, text }) => {
      if (isNoun(key)) return !['', '{id}'].includes(placeholdersOf(text).join())
      return placeholdersOf(text).join() !== placeholdersOf(english(key)).join()
    })
    expect(faulty).toEqual([])
  })

  test('has no empty text, and no blanks at an end or side by side', () => {
    const faulty = listFaulty(language, ({ text }) => !/^\S+(?:\s\S+)*$/u.test(text))
    expect(faulty).toEqual([])
  })

  test('has nothing that a receiver reads as markup, no braces but placeholders, one line each', () => {
    const faulty = listFaulty(language, ({ text }) => {
      const bare = text.replaceAll(/\{\w+\}/g, '')
      return /[*_~`<>[\]|#\\@"{}&\p{Cc}\p{Cf}]/u.test(bare)
    })
    expect(faulty).toEqual([])
  })

  test('ends no text with a full stop, except abbreviated units', () => {
    const faulty = listFaulty(language, ({ key, text }) => {
      return !key.startsWith('durations.') && /[.!?:;,]$/.test(text)
    })
    expect(faulty).toEqual([])
  })

  test.each(['kinds', 'deeds', 'reasons', 'attributes', 'values', 'types', 'settings'] as const)(
    'tells all %s apart',
    (group) => {
      const texts = Object.values(CATALOGUES[language][group])
      expect([...new Set(texts)]).toEqual(texts)
    },
  )
})

describe.each(TRANSLATIONS)('the translation into %s', (language) => {
  test('differs from English, but for the words that are the same', () => {
    const same = entriesOf(language).filter(({ key, text }) => {
      return entriesOf('en').some((entry) => entry.key === key && entry.text === text)
    })
    const keys = [...new Set(same.map(({ key }) => key))].toSorted()
    expect(keys).toEqual(SAME_AS_ENGLISH[language])
  })

  test('starts its texts in upper or lower case where English does, but for German nouns', () => {
    const differing = entriesOf(language).filter(({ key, text }) => {
      const cases = new Set([caseOf(text), caseOf(english(key))])
      return cases.size > 1 && !cases.has('none')
    })
    const upper = differing
      .filter(({ text }) => caseOf(text) === 'upper')
      .map(({ key }) => key.replace(/^(reasons|types)\..*/, '$1'))
    const others = differing.filter(({ text }) => caseOf(text) !== 'upper')
    expect(others).toEqual([])
    expect([...new Set(upper)].toSorted()).toEqual(language === 'de' ? NOUNS_IN_GERMAN : [])
  })
})

test('the catalogue in fr has a space that does not break before each mark that wants one', () => {
  expect(listFaulty('fr', ({ text }) => /(?<!\u00A0)[:;!?](?=\s|$)/u.test(text))).toEqual([])
})
