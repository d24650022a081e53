import { expect, test } from 'vitest'
import { beginLine, continueLine } from '../../../src/destinations/message/letter-case.ts'

test.each([
  ['settings changed', 'en', 'Settings changed'],
  ['изменены настройки', 'ru', 'Изменены настройки'],
  ['Listenwerte geändert', 'de', 'Listenwerte geändert'],
  ['', 'en', ''],
])('beginLine() of %j in %s is %j', (text, locale, expected) => {
  expect(beginLine(text, locale)).toBe(expected)
})

test.each([
  ['Required', 'en', 'required'],
  ['Обязательное', 'ru', 'обязательное'],
  ['Wert', 'de', 'Wert'],
  ['Étiquette', 'fr', 'étiquette'],
])('continueLine() of %j in %s is %j', (text, locale, expected) => {
  expect(continueLine(text, locale)).toBe(expected)
})
