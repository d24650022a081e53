import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nameType } from '../../playground/session-state.ts'

const PAGE = readFileSync(new URL('../../playground/page/index.html', import.meta.url), 'utf8')

test('the form for a new field calls the types as the messages do', () => {
  const [select = ''] = /<select name="type">.*?<\/select>/su.exec(PAGE) ?? []
  const options = [...select.matchAll(/<option value="(\w+)">([^<]+)<\/option>/gu)]
  expect(options.map(([, type = '', text]) => [text, nameType(type)])).toEqual([
    ['Text', 'Text'],
    ['Number', 'Number'],
    ['Yes/no', 'Yes/no'],
    ['Date and time', 'Date and time'],
    ['List', 'List'],
  ])
})

test('a type without words keeps its code', () => {
  expect(nameType('rest_5_colour')).toBe('Rest_5_colour')
})
