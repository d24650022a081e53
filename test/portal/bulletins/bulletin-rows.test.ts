import { describe, expect, it } from 'vitest'
import { NEW_DESK } from '../../../src/core/bulletins/desk.ts'
import { parseBulletin, parseDesk } from '../../../src/portal/bulletins/bulletin-rows.ts'
import { NOW } from '../../support/time.ts'

const ROW = { type: 'relay.recovered', about: null, at: NOW, data: { from: 'x' }, to: ['ops'] }

describe('parseBulletin()', () => {
  it('completes what may be missing, and refuses what tells nothing', () => {
    expect(parseBulletin(3, { ...ROW, fates: 7 })).toEqual({ n: 3, ...ROW, fates: {} })
    expect(parseBulletin(3, { ...ROW, to: 'ops' })).toMatchObject({ to: [] })
    for (const wrong of [undefined, null, [], { ...ROW, at: 'x' }, { ...ROW, data: [] }]) {
      expect(parseBulletin(3, wrong)).toBeNull()
    }
  })

  it('takes a type that only another version knows', () => {
    expect(parseBulletin(1, { ...ROW, type: 'relay.moon' })).toMatchObject({ type: 'relay.moon' })
  })
})

describe('parseDesk()', () => {
  it('takes a whole desk only: a part of one would tell things twice', () => {
    expect(parseDesk(NEW_DESK)).toEqual(NEW_DESK)
    const { refused: _refused, ...needed } = NEW_DESK
    for (const key of Object.keys(needed)) {
      expect(parseDesk({ ...NEW_DESK, [key]: 'x' })).toBeNull()
    }
  })

  it('takes the desk of a version that stored no refused calls', () => {
    const { refused: _refused, ...former } = NEW_DESK
    expect(parseDesk(former)).toEqual(NEW_DESK)
    expect(parseDesk({ ...former, refused: 'x' })).toEqual(NEW_DESK)
  })
})
