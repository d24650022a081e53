import { describe, expect, test } from 'vitest'
import {
  agree,
  formsOf,
  nounsOf,
  type Gender,
} from '../../../src/destinations/language/event-words.ts'
import { catalogueOf, type Language } from '../../../src/destinations/language/languages.ts'

test('nounsOf() gives every noun its gender', () => {
  expect(nounsOf('f', { task: 'Задача', deal: 'Сделка' })).toEqual({
    task: { text: 'Задача', gender: 'f' },
    deal: { text: 'Сделка', gender: 'f' },
  })
})

describe('formsOf()', () => {
  test('puts the id behind a noun', () => {
    expect(formsOf({ text: 'Tâche', gender: 'f' })).toEqual({
      withId: 'Tâche {id}',
      alone: 'Tâche',
    })
  })

  test('puts the id where a noun has a place for it', () => {
    expect(formsOf({ text: 'Prix {id} du catalogue', gender: 'm' })).toEqual({
      withId: 'Prix {id} du catalogue',
      alone: 'Prix du catalogue',
    })
  })
})

describe('agree()', () => {
  test('gives each gender its ending', () => {
    const endings = ['o', 'a', 'o', 'os', 'as'] as const
    expect(agree('{subject} cread*', endings)).toEqual({
      m: '{subject} creado',
      f: '{subject} creada',
      n: '{subject} creado',
      mp: '{subject} creados',
      fp: '{subject} creadas',
    })
  })

  test('leaves a sentence that agrees with nothing as it is', () => {
    expect(new Set(Object.values(agree('{subject} changed')))).toEqual(
      new Set(['{subject} changed']),
    )
  })
})

// A reader's check of the genders: the article or the ending that a dictionary gives for each.
test.each<readonly [Language, 'task' | 'deal' | 'order' | 'quote' | 'requisite', Gender, string]>([
  ['ru', 'task', 'f', '{subject} создана'],
  ['ru', 'quote', 'n', '{subject} создано'],
  ['ru', 'order', 'm', '{subject} создан'],
  ['ru', 'requisite', 'mp', '{subject} созданы'],
  ['es', 'deal', 'f', '{subject} creada'],
  ['es', 'requisite', 'mp', '{subject} creados'],
  ['pt', 'deal', 'm', '{subject} criado'],
  ['pt', 'requisite', 'fp', '{subject} criadas'],
  ['fr', 'order', 'f', '{subject} créée'],
  ['fr', 'requisite', 'fp', '{subject} créées'],
])('in %s a %s is %s, so it is told as %s', (language, kind, gender, expected) => {
  const { nouns, deeds } = catalogueOf(language).events
  expect(nouns[kind].gender).toBe(gender)
  expect(deeds.added[nouns[kind].gender]).toBe(expected)
})
