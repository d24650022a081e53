import { describe, expect, it } from 'vitest'
import { canonicalName } from '../../../src/core/events/event-names.ts'
import { baseOf, EVENT_TOPICS, meaningOf, topicOfKind } from '../../../src/core/events/topics.ts'
import { DOCUMENTED_EVENTS } from '../../support/builders/documented-events.ts'

describe('EVENT_TOPICS', () => {
  it('has each kind and each event once', () => {
    const kinds = EVENT_TOPICS.map(({ kind }) => kind)
    const names = EVENT_TOPICS.flatMap(({ events, misspelt = {} }) =>
      Object.keys({ ...events, ...misspelt }),
    ).map((name) => name.toUpperCase())
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('meaningOf()', () => {
  it('knows all 210 codes of the documentation', () => {
    const codes = DOCUMENTED_EVENTS.map(({ event }) => canonicalName(event) ?? '')
    expect(new Set(codes).size).toBe(210)
    expect(codes.filter((code) => meaningOf(code) === null)).toEqual([])
  })

  it.each(DOCUMENTED_EVENTS)(
    'reads $meaning from line $line, $event',
    ({ event, spelling, meaning }) => {
      const found = meaningOf(event.toUpperCase())
      expect(`${found?.topic.kind} ${found?.verb}`).toBe(meaning)
      expect(found?.spelling).toBe(spelling)
    },
  )

  it.each(['ONSOMETHINGNEW', 'ONCRMDEALADD_2', 'ONCRMDYNAMICITEMADD_', 'constructor', '__proto__'])(
    'does not know %s',
    (code) => {
      expect(meaningOf(code)).toBeNull()
    },
  )

  it('knows the events of all user fields and of sessions, which the pages leave out', () => {
    expect(meaningOf('MAIN.ON.USER.TYPE.UPDATE')).toMatchObject({
      verb: 'updated',
      topic: { kind: 'user_field' },
    })
    expect(meaningOf('IMOPENLINES.SESSION.FINISH')).toMatchObject({
      verb: 'finished',
      topic: { kind: 'open_line_session' },
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

it('topicOfKind() finds the entry of a kind', () => {
  expect(topicOfKind('task')?.scope).toBe('task')
  expect(topicOfKind('toString')).toBeNull()
})
