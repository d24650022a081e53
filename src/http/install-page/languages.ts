/** The languages of the application's page, and the choice among them. */
import { ENGLISH } from './texts-en.ts'
import { FRENCH } from './texts-fr.ts'
import { GERMAN } from './texts-de.ts'
import type { PageTexts } from './texts.ts'
import { PORTUGUESE } from './texts-pt.ts'
import { RUSSIAN } from './texts-ru.ts'
import { SPANISH } from './texts-es.ts'

/** The languages of the page, as tags of BCP 47. */
export type PageLanguage = 'en' | 'ru' | 'de' | 'es' | 'pt' | 'fr'

/** Every text in every language. */
export const PAGE_TEXTS: Readonly<Record<PageLanguage, PageTexts>> = {
  en: ENGLISH,
  ru: RUSSIAN,
  de: GERMAN,
  es: SPANISH,
  pt: PORTUGUESE,
  fr: FRENCH,
}

/**
 * Bitrix24's own codes (docs/bitrix24.md, "Frame page"): `la` is the Spanish of Latin America, `br` the
 * Portuguese of Brazil.
 */
const LANGUAGES: ReadonlyMap<string, PageLanguage> = new Map([
  ['ru', 'ru'],
  ['de', 'de'],
  ['es', 'es'],
  ['la', 'es'],
  ['pt', 'pt'],
  ['br', 'pt'],
  ['fr', 'fr'],
])

/** The page's language for a `LANG` of Bitrix24, upper or lower case; English for every other value. */
export function pageLanguage(sent: string | null): PageLanguage {
  return LANGUAGES.get(sent?.toLowerCase() ?? '') ?? 'en'
}
