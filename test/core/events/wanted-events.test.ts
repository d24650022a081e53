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

  it.each([
    ['a dotted name', 'CATALOG.PRODUCT.ON.ADD', 'CATALOG.PRODUCT.ON.ADD'],
    ['an event of another module by a glob', 'ontask*', 'ONTASKUPDATE'],
    ['a name that nobody knows', 'partner:visit', 'PARTNER:VISIT'],
    ['an event of one type', 'onCrmDynamicItemUpdate_147', 'ONCRMDYNAMICITEMUPDATE_147'],
    ['a glob over types', 'onCrmDynamicItemUpdate_*', 'ONCRMDYNAMICITEMUPDATE'],
  ])('adds %s that a destination names', (_, pattern, code) => {
    expect(wantedEvents(null, [[pattern]])).toContain(code)
  })

  it.each(['relay.portal.installed', 'robot_hint', 'onAppPayment'])(
    'adds nothing for %s, which no portal can be bound to',
    (name) => {
      expect(wantedEvents(null, [[name]])).toEqual([...ALWAYS, ...REQUISITE])
    },
  )

  it('binds the event of all types only, where one type of it is named as well', () => {
    const wanted = wantedEvents(['onCrmDynamicItemAdd_147', 'onCrmDynamicItemAdd'], [])
    expect(wanted).toEqual([...ALWAYS, 'ONCRMDYNAMICITEMADD'])
  })

  it('takes globs in the configured list', () => {
    expect(wantedEvents(['onCrmCurrency*'], [])).toEqual([
      ...ALWAYS,
      'ONCRMCURRENCYADD',
      'ONCRMCURRENCYUPDATE',
      'ONCRMCURRENCYDELETE',
    ])
  })
})
