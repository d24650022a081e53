import { describe, expect, test } from 'vitest'
import type { Enrichment } from '../../../src/core/log/event.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { catalogueOf, LANGUAGES } from '../../../src/destinations/language/languages.ts'
import { describeUser, nameOf, withPeople } from '../../../src/destinations/message/people.ts'
import { own } from '../../../src/destinations/message/text/line.ts'
import { aDelivery, anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'
import { showLine } from '../../support/messages/show-line.ts'

const ANNA = { id: 1, name: 'Anna Petrova' }
const MAX = { id: 2, name: 'Max Weber' }
const NOBODY = { id: 3, name: null }
const EVE = { id: 4, name: 'Eve Stone' }

describe('describeUser()', () => {
  test.each([
    [1, 'Anna Petrova', '*«Anna Petrova»*'],
    [1, null, '*user 1*'],
    [1, '\u200B ', '*user 1*'],
    [null, null, '*unknown user*'],
    [null, 'Anna Petrova', '*unknown user*'],
  ])('calls user %s with the name %j "%s"', (userId, userName, expected) => {
    const delivery = aDelivery({
      event: anEvent({ userId }),
      enrichment: anEnrichment({ userName }),
    })
    expect(showLine(describeUser(delivery, en))).toBe(expected)
  })
})

describe('an event of the application without a user', () => {
  const userless = (name = 'ONCRMDEALADD', partial = {}) =>
    aDelivery({
      event: anEvent({ name, userId: null, isUserless: true, field: null }),
      enrichment: anEnrichment({ userName: null }),
      ...partial,
    })
  const show = (delivery: Parameters<typeof describeUser>[0]): string =>
    showLine(withPeople([own('Created')], [delivery], en))

  test.each([
    'ONCRMDEALADD',
    'ONCRMREQUISITEUSERFIELDUPDATE',
    'ONTASKUPDATE',
    'CATALOG.PRODUCT.ON.ADD',
    'MAIN.ON.USER.TYPE.ADD',
  ])('%s is the deed of an automation', (name) => {
    expect(show(userless(name))).toBe('Created — *automation*')
    expect(showLine(describeUser(userless(name), en))).toBe('*automation*')
  })

  test.each(['ONVOXIMPLANTCALLEND', 'ONIMBOTMESSAGEADD', 'ONSALEORDERSAVED', 'ONUNKNOWN'])(
    '%s may be the deed of a customer, so that nobody is named',
    (name) => {
      expect(show(userless(name))).toBe('Created')
      expect(showLine(describeUser(userless(name), en))).toBe('*unknown user*')
    },
  )

  test('is told beside the people whose events one read has told with it', () => {
    const enrichment = anEnrichment({ userName: null, covers: [42, 43], users: [ANNA] })
    expect(show(userless('ONCRMDEALUSERFIELDUPDATE', { enrichment }))).toBe(
      'Created — *automation*, *«Anna Petrova»*',
    )
  })

  test('says nothing of a change that a comparison has found', () => {
    expect(show(userless('ONCRMDEALUSERFIELDUPDATE', { origin: 'reconciled' }))).toBe('Created')
  })

  test('has a word of its own in each language', () => {
    const words = LANGUAGES.map((language) =>
      showLine(describeUser(userless(), catalogueOf(language))),
    )
    expect(new Set(words).size).toBe(LANGUAGES.length)
  })
})

describe('the system user of the application', () => {
  const system = { systemUserId: 512, event: anEvent({ userId: 512 }) }

  test('is named as such, alone, among others and in every language', () => {
    const alone = aDelivery({ ...system, enrichment: anEnrichment({ userName: null }) })
    expect(showLine(describeUser(alone, en))).toBe('*system user 512*')
    const users = [ANNA, { id: 512, name: null }]
    const enrichment = anEnrichment({ userName: null, covers: [42, 43], users })
    const together = aDelivery({ ...system, enrichment })
    expect(showLine(withPeople([own('Created')], [together], en))).toBe(
      'Created — *«Anna Petrova»*, *system user 512*',
    )
    const words = LANGUAGES.map((language) => showLine(describeUser(alone, catalogueOf(language))))
    expect(new Set(words).size).toBe(LANGUAGES.length)
  })

  test('is anybody else when the portal tells a name', () => {
    const named = aDelivery({ ...system, enrichment: anEnrichment({ userName: 'CRM Robot' }) })
    expect(showLine(describeUser(named, en))).toBe('*«CRM Robot»*')
  })
})

describe('withPeople()', () => {
  test.each<readonly [Enrichment['users'], string]>([
    [[MAX], 'Created — *«Max Weber»*'],
    [[ANNA, MAX], 'Created — *«Anna Petrova»*, *«Max Weber»*'],
    [[ANNA, NOBODY], 'Created — *«Anna Petrova»*, *user 3*'],
    [[ANNA, MAX, NOBODY, EVE], 'Created — *«Anna Petrova»*, *«Max Weber»* +2'],
    [[ANNA, { id: 9, name: '\u200B' }], 'Created — *«Anna Petrova»*, *user 9*'],
  ])('names the people of all events that one read has told: %j', (users, expected) => {
    const delivery = aDelivery({ enrichment: anEnrichment({ users, covers: [42, 43] }) })
    expect(showLine(withPeople([own('Created')], [delivery], en))).toBe(expected)
  })

  test('names everybody once, and nobody where nobody is known', () => {
    const [anna, max] = [ANNA, MAX].map(({ id, name }) =>
      aDelivery({ event: anEvent({ userId: id }), enrichment: anEnrichment({ userName: name }) }),
    )
    const nobody = aDelivery({ event: anEvent({ userId: null }) })
    const show = (...deliveries: Parameters<typeof withPeople>[1]): string =>
      showLine(withPeople([own('Created')], deliveries, en))
    if (anna === undefined || max === undefined) throw new Error('Cannot happen')
    expect(show(max, anna, nobody, max)).toBe('Created — *«Max Weber»*, *«Anna Petrova»*')
    expect(show(nobody)).toBe('Created')
  })

  test.each([
    ['en', 'X — *«Anna Petrova»*'],
    ['ru', 'X · *«Anna Petrova»*'],
    ['de', 'X – *«Anna Petrova»*'],
  ] as const)('puts a name behind what happened, in no case, in %s', (language, expected) => {
    const delivery = aDelivery({ enrichment: anEnrichment() })
    expect(showLine(withPeople([own('X')], [delivery], catalogueOf(language)))).toBe(expected)
  })
})

test('nameOf() cuts a name of any length', () => {
  expect(showLine(nameOf({ id: 1, name: 'x'.repeat(81) }, en))).toBe(`*«${'x'.repeat(79)}…»*`)
})
