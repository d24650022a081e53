import { describe, expect, it } from 'vitest'
import { canonicalName } from '../../../src/core/events/event-names.ts'
import { baseOf, EVENT_FAMILIES, familyOf, familyOfKind } from '../../../src/core/events/topics.ts'
import { DOCUMENTED_EVENTS } from '../../support/builders/documented-events.ts'

describe('EVENT_FAMILIES', () => {
  it('has each kind and each event once', () => {
    const kinds = EVENT_FAMILIES.map(({ kind }) => kind)
    const names = EVENT_FAMILIES.flatMap(({ events, misspelt = {} }) =>
      Object.keys({ ...events, ...misspelt }),
    ).map((name) => name.toUpperCase())
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('familyOf()', () => {
  it('knows all 210 codes of the documentation', () => {
    const codes = DOCUMENTED_EVENTS.map(({ event }) => canonicalName(event) ?? '')
    expect(new Set(codes).size).toBe(210)
    expect(codes.filter((code) => familyOf(code) === null)).toEqual([])
  })

  it.each(DOCUMENTED_EVENTS)(
    'reads $meaning from line $line, $event',
    ({ event, spelling, meaning }) => {
      const found = familyOf(event.toUpperCase())
      expect(`${found?.family.kind} ${found?.verb}`).toBe(meaning)
      expect(found?.spelling).toBe(spelling)
    },
  )

  it.each(['ONSOMETHINGNEW', 'ONCRMDEALADD_2', 'ONCRMDYNAMICITEMADD_', 'constructor', '__proto__'])(
    'does not know %s',
    (code) => {
      expect(familyOf(code)).toBeNull()
    },
  )

  it('knows the events of all user fields and of sessions, which the pages leave out', () => {
    expect(familyOf('MAIN.ON.USER.TYPE.UPDATE')).toMatchObject({
      verb: 'updated',
      family: { kind: 'user_field' },
    })
    expect(familyOf('IMOPENLINES.SESSION.FINISH')).toMatchObject({
      verb: 'finished',
      family: { kind: 'open_line_session' },
    })
  })
})

describe('baseOf()', () => {
  it('gives the event of all types and the number of the type', () => {
    expect(baseOf('ONCRMDYNAMICITEMADD_147')).toEqual({
      code: 'ONCRMDYNAMICITEMADD',
      typeId: '147',
    })
  })

  it.each(['ONCRMDYNAMICITEMADD', 'ONCRMDEALADD_147', 'ONCRMDYNAMICITEMADD_X'])(
    'gives nothing for %s',
    (code) => {
      expect(baseOf(code)).toBeNull()
    },
  )
})

it('familyOfKind() finds the entry of a kind', () => {
  expect(familyOfKind('task')?.scope).toBe('task')
  expect(familyOfKind('toString')).toBeNull()
})
