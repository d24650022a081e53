import { unmatchedOf } from '../../../src/core/events/missing-events.ts'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_GLOB,
  DEFAULT_WANTED,
  expandWanted,
  isByGlob,
  KNOWN_OFFER,
  matchesOf,
  readWanted,
  wantedEvents,
} from '../../../src/core/events/wanted-events.ts'

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

  it.each([
    ['onApprovalAdd', 'ONAPPROVALADD'],
    ['robotics.part.add', 'ROBOTICS.PART.ADD'],
  ])('adds %s of a module, whose name begins like one that is never bound', (name, code) => {
    expect(wantedEvents(null, [[name]])).toContain(code)
  })

  it('binds what a glob stands for beside events that are never bound', () => {
    const wanted = readWanted(null, [['robot*', 'onApp*', 'relay.*']])
    const offered = ['ROBOTICS.PART.ADD', 'ONAPPROVALADD', 'ONAPPTEST', 'RELAY.VISIT']
    expect(expandWanted(wanted, offered).slice(-2)).toEqual(['ROBOTICS.PART.ADD', 'ONAPPROVALADD'])
    expect(unmatchedOf(wanted, { own: [], all: [] })).toEqual([])
  })

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

describe('readWanted()', () => {
  it('tells names, globs and entries that are neither', () => {
    const wanted = readWanted(null, [
      ['partner:visit', 'onTask*'],
      ['on crm', 'onTask*', '*'],
    ])
    expect(wanted.names).toEqual([...ALWAYS, ...REQUISITE, 'PARTNER:VISIT'])
    expect([wanted.globs, wanted.noNames]).toEqual([['onTask*'], ['on crm']])
  })

  it('asks no portal for the default of a destination, which stands for exactly the default events', () => {
    expect(readWanted(null, [[DEFAULT_GLOB]]).globs).toEqual([])
    const matching = matchesOf(DEFAULT_GLOB, KNOWN_OFFER)
    expect(matching).toEqual(DEFAULT_WANTED.map((name) => name.toUpperCase()))
  })
})

describe('expandWanted()', () => {
  const wanted = readWanted(['onCrmDynamicItemAdd_*', 'module.*', '*Test', 'partner:visit'], [])

  it('matches globs with what the portal offers, known here or not', () => {
    const offered = ['ONAPPTEST', 'MODULE.VISIT', 'ONCRMDYNAMICITEMADD', 'ONCRMDYNAMICITEMADD_147']
    expect(expandWanted(wanted, offered)).toEqual([
      ...ALWAYS,
      'PARTNER:VISIT',
      'ONCRMDYNAMICITEMADD',
      'MODULE.VISIT',
    ])
  })

  it('binds the event of one type where the portal offers no event of all types', () => {
    expect(expandWanted(wanted, ['ONCRMDYNAMICITEMADD_147'])).toContain('ONCRMDYNAMICITEMADD_147')
  })

  it('adds the deletion of smart processes to the events about their fields', () => {
    const fields = readWanted(['onCrmTypeUserFieldUpdate'], [])
    expect(expandWanted(fields, KNOWN_OFFER)).toContain('ONCRMTYPEDELETE')
    expect(expandWanted(fields, ['ONCRMTYPEUSERFIELDUPDATE'])).not.toContain('ONCRMTYPEDELETE')
  })

  it('says whether a glob stands for an event', () => {
    expect(['MODULE.VISIT', 'ONTASKADD'].map((event) => isByGlob(event, wanted))).toEqual([
      true,
      false,
    ])
  })
})
