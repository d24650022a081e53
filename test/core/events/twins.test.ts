import { expect, it } from 'vitest'
import { hasTwinByData, namesOf, sharedName, withoutTwins } from '../../../src/core/events/twins.ts'

const ITEM = { FIELDS: { ID: '22', ENTITY_TYPE_ID: '147' } }

it('namesOf() gives an event of all types the name of its type as well, and the other way round', () => {
  expect(namesOf({ name: 'ONCRMDYNAMICITEMADD', data: ITEM })).toEqual([
    'ONCRMDYNAMICITEMADD',
    'ONCRMDYNAMICITEMADD_147',
  ])
  expect(namesOf({ name: 'ONCRMDYNAMICITEMADD_147', data: null })).toEqual([
    'ONCRMDYNAMICITEMADD_147',
    'ONCRMDYNAMICITEMADD',
  ])
})

it.each([
  ['ONCRMDEALADD', { FIELDS: { ID: '22', ENTITY_TYPE_ID: '2' } }],
  ['ONCRMDYNAMICITEMADD', { FIELDS: { ID: '22', ENTITY_TYPE_ID: 'x*' } }],
  ['ONSOMETHINGNEW_147', ITEM],
])('namesOf() gives %s one name', (name, data) => {
  expect(namesOf({ name, data })).toEqual([name])
})

it.each([
  ['ONCRMDYNAMICITEMADD', true],
  ['ONCRMDYNAMICITEMADD_147', false],
  ['ONCRMDEALADD', false],
  ['ONSOMETHINGNEW', false],
])('hasTwinByData() of %s is %s', (name, expected) => {
  expect(hasTwinByData(name)).toBe(expected)
})

it('sharedName() is the name of all types', () => {
  expect(sharedName('ONCRMDYNAMICITEMADD_147')).toBe('ONCRMDYNAMICITEMADD')
  expect(sharedName('ONCRMDEALADD')).toBe('ONCRMDEALADD')
})

it('withoutTwins() keeps the event of all types, and one of a type that stands alone', () => {
  const names = ['ONCRMDYNAMICITEMADD_147', 'ONCRMDYNAMICITEMADD', 'ONCRMDYNAMICITEMUPDATE_147']
  expect(withoutTwins(names)).toEqual(['ONCRMDYNAMICITEMADD', 'ONCRMDYNAMICITEMUPDATE_147'])
})
