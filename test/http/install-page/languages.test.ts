/** The texts of the application's page: complete in every language, and translated. */
import { describe, expect, it } from 'vitest'
import { PAGE_TEXTS, pageLanguage } from '../../../src/http/install-page/languages.ts'
import type { PageTexts } from '../../../src/http/install-page/texts.ts'

function flat({ subjects, labels }: PageTexts): Record<string, string> {
  const words = Object.entries(subjects).flatMap(([name, { title, text }]) => [
    [`${name}.title`, title],
    [`${name}.text`, text],
  ])
  return Object.fromEntries([...words, ...Object.entries(labels)])
}

const ENGLISH = flat(PAGE_TEXTS.en)

describe('PAGE_TEXTS', () => {
  it.each(Object.entries(PAGE_TEXTS))('%s has every text, without markup', (_, texts) => {
    const all = flat(texts)
    expect(Object.keys(all).toSorted()).toEqual(Object.keys(ENGLISH).toSorted())
    expect(Object.values(all).filter((text) => text.trim() === '' || /[<>{}]/.test(text))).toEqual(
      [],
    )
  })

  it.each(Object.entries(PAGE_TEXTS).filter(([language]) => language !== 'en'))(
    '%s has left no text in English',
    (_, texts) => {
      const left = Object.entries(flat(texts)).filter(([key, text]) => text === ENGLISH[key])
      expect(left).toEqual([])
    },
  )
})

describe('the words of the page', () => {
  it.each([
    ['ru', /ретрансл/i],
    ['es', /relé/i],
    ['fr', /(?<!\u00A0)[:;!?](?=\s|$)/u],
  ] as const)('in %s are none that a reader would stumble over (%s)', (language, wrong) => {
    const found = Object.values(flat(PAGE_TEXTS[language])).filter((text) => wrong.test(text))
    expect(found).toEqual([])
  })
})

describe('pageLanguage()', () => {
  it.each([
    ['ru', 'ru'],
    ['De', 'de'],
    ['es', 'es'],
    ['la', 'es'],
    ['pt', 'pt'],
    ['BR', 'pt'],
    ['fr', 'fr'],
    ['en', 'en'],
    ['ua', 'en'],
    ['by', 'en'],
    ['kz', 'en'],
    ['constructor', 'en'],
    ['', 'en'],
    [null, 'en'],
  ])('reads %j as %s', (sent, language) => {
    expect(pageLanguage(sent)).toBe(language)
  })
})
