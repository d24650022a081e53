import { describe, expect, it } from 'vitest'
import { wantedEvents } from '../../../src/core/events/wanted-events.ts'

const ALWAYS = ['ONAPPUNINSTALL', 'ONAPPUPDATE']
const REQUISITE = [
  'ONCRMREQUISITEUSERFIELDADD',
  'ONCRMREQUISITEUSERFIELDUPDATE',
  'ONCRMREQUISITEUSERFIELDDELETE',
  'ONCRMREQUISITEUSERFIELDSETENUMVALUES',
]

describe('wantedEvents()', () => {
  it('binds the requisite user-field events and the lifecycle where nothing is configured', () => {
    expect(wantedEvents(null, [])).toEqual([...ALWAYS, ...REQUISITE])
  })

  it('adds every known event that a destination names', () => {
    const wanted = wantedEvents(null, [
      ['onCrmRequisiteUserField*'],
      ['ONCRMDEALUPDATE', 'onCrmLead*'],
    ])
    expect(wanted).toContain('ONCRMDEALUPDATE')
    expect(wanted).toContain('ONCRMLEADUSERFIELDADD')
    expect(wanted).not.toContain('ONCRMCONTACTADD')
    expect(new Set(wanted).size).toBe(wanted.length)
  })

  it.each([['*'], ['**']])('adds nothing for the bare glob %s', (glob) => {
    expect(wantedEvents(null, [[glob]])).toEqual([...ALWAYS, ...REQUISITE])
  })

  it('takes the configured list instead, and still hears of the end of the install', () => {
    expect(wantedEvents(['onCrmDealUpdate'], [['onCrmLead*']])).toEqual([
      ...ALWAYS,
      'ONCRMDEALUPDATE',
    ])
  })
})
