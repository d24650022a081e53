/** The languages of messages. A new language is a catalogue file, and its import and two words here. */
import type { Catalogue } from './catalogue.ts'
import type { Plural } from './plural.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { pt } from './pt.ts'
import { ru } from './ru.ts'

/** Every language, in the order in which errors list them. */
export const CATALOGUES = { en, ru, de, es, pt, fr } as const

/** A word of `language = "…"`. */
export type Language = keyof typeof CATALOGUES

/** The language of a destination that sets none. */
export const DEFAULT_LANGUAGE: Language = 'en'

/** The words of `language = "…"`. */
export const LANGUAGES: readonly Language[] = ['en', 'ru', 'de', 'es', 'pt', 'fr']

/** The texts of a language. */
export function catalogueOf(language: Language): Catalogue {
  return CATALOGUES[language]
}

/** Fills the `{name}` placeholders of a text; unknown ones stay as they are, and values are not escaped. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The form of a plural for a count, with `{count}` and the other placeholders filled. */
export function fillPlural(
  { locale }: Catalogue,
  plural: Plural,
  values: Readonly<Record<string, string | number>> & { readonly count: number },
): string {
  const category = new Intl.PluralRules(locale).select(values.count)
  const form = category === 'zero' ? undefined : plural[category]
  return fill(form ?? plural.other, values)
}
