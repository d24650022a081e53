import { describe, expect, test } from 'vitest'
import {
  CATALOGUES,
  DEFAULT_LANGUAGE,
  LANGUAGES,
  catalogueOf,
  fill,
  fillPlural,
} from '../../../src/destinations/language/languages.ts'

const { en, ru, fr } = CATALOGUES

describe('LANGUAGES', () => {
  test('names every catalogue, in the order in which errors list them', () => {
    expect(LANGUAGES).toEqual(Object.keys(CATALOGUES))
    expect(DEFAULT_LANGUAGE).toBe('en')
  })

  test.each(LANGUAGES)('leads with %s to the catalogue of that locale', (language) => {
    expect(catalogueOf(language)).toBe(CATALOGUES[language])
    expect(catalogueOf(language).locale).toBe(language)
  })
})

describe('fill()', () => {
  test.each<readonly [string, Readonly<Record<string, string | number>>, string]>([
    ['{first} and {last}', { first: 'Anna', last: 'Max' }, 'Anna and Max'],
    ['{a}{b}{a}', { a: 'x', b: 'y' }, 'xyx'],
    ['field {id}', { id: 0 }, 'field 0'],
    ['({label})', { label: '' }, '()'],
    ['{known} {unknown}', { known: 'yes' }, 'yes {unknown}'],
    ['{ id } {} {id', { id: 7 }, '{ id } {} {id'],
    ['no placeholder', { id: 7 }, 'no placeholder'],
  ])('fills %j from %j as %j', (text, values, expected) => {
    expect(fill(text, values)).toBe(expected)
  })

  test('takes a value that looks like a placeholder or a replacement pattern as it is', () => {
    const values = { first: '{last}', last: '$& $1 $$' }
    expect(fill('{first} and {last}', values)).toBe('{last} and $& $1 $$')
  })
})

describe('fillPlural()', () => {
  test.each<readonly [number, string, string]>([
    [1, '1 поле', 'удалено 1'],
    [2, '2 поля', 'удалено 2'],
    [5, '5 полей', 'удалено 5'],
    [11, '11 полей', 'удалено 11'],
    [21, '21 поле', 'удалено 21'],
    [1_000_000, '1000000 полей', 'удалено 1000000'],
  ])('picks the Russian form for %d', (count, fields, deleted) => {
    expect(fillPlural(ru, ru.digest.fields, { count })).toBe(fields)
    expect(fillPlural(ru, ru.digest.deleted, { count })).toBe(deleted)
  })

  test.each<readonly [number, string, string]>([
    [0, '0 champ', '0 modifié'],
    [1, '1 champ', '1 modifié'],
    [2, '2 champs', '2 modifiés'],
    [5, '5 champs', '5 modifiés'],
    [21, '21 champs', '21 modifiés'],
    [1_000_000, '1000000 de champs', '1000000 modifiés'],
  ])('picks the French form for %d', (count, fields, updated) => {
    expect(fillPlural(fr, fr.digest.fields, { count })).toBe(fields)
    expect(fillPlural(fr, fr.digest.updated, { count })).toBe(updated)
  })

  test.each<readonly [number, string]>([
    [0, '0 fields'],
    [1, '1 field'],
    [2, '2 fields'],
    [21, '21 fields'],
  ])('picks the English form for %d', (count, expected) => {
    const plural = { one: '{count} field', other: '{count} fields' }
    expect(fillPlural(en, plural, { count })).toBe(expected)
  })

  test('picks the dual of a language that has one', () => {
    const plural = { one: 'one', two: 'two', few: 'few', other: 'other' }
    expect(fillPlural({ ...en, locale: 'sl' }, plural, { count: 2 })).toBe('two')
  })

  test.each([
    ['one that the plural lacks', 'ru', 2],
    ['zero, which plurals do not hold', 'ar', 0],
  ])('falls back to the general form for the category %s', (_name, locale, count) => {
    const plural = { one: 'one', other: '{count} other' }
    expect(fillPlural({ ...ru, locale }, plural, { count })).toBe(`${count} other`)
  })

  test('fills the other placeholders too', () => {
    const plural = { one: '{names} +{count}', other: '{names} +{count}' }
    expect(fillPlural(ru, plural, { names: 'Anna, Max', count: 2 })).toBe('Anna, Max +2')
  })
})
