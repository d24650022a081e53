/** What a receiver is told about stored events beside the events themselves. */
import { describe, expect, it } from 'vitest'
import {
  NO_INSTALL,
  type ApplicationInstall,
} from '../../../../src/core/access/installs/install.ts'
import { Parcels } from '../../../../src/portal/lanes/sending/parcels.ts'
import { anEvent } from '../../../support/builders/a-delivery.ts'
import { anApplication } from '../../../support/builders/an-install.ts'
import { anEntry } from '../../../support/builders/a-lane.ts'
import { MEMBER_ID } from '../../../support/identity.ts'

const CONTEXT = { previousSequence: 6, replayed: false }

function parcels({
  publicUrl = null,
  handlerUrl = null,
  domain = 'acme.bitrix24.com',
  application = null,
}: {
  publicUrl?: string | null
  handlerUrl?: string | null
  domain?: string | null
  application?: ApplicationInstall | null
} = {}): Parcels {
  return new Parcels({
    memberId: MEMBER_ID,
    config: { fieldLinks: new Map([['requisite', 'https://{domain}/field/{id}/']]), publicUrl },
    state: { install: () => ({ ...NO_INSTALL, handlerUrl, application }) },
    domains: { present: () => domain, at: () => domain },
  })
}

describe('Parcels.create()', () => {
  it('holds one delivery for one event', () => {
    const entry = anEntry({ sequence: 7 })
    const { deliveries } = parcels().create([entry], CONTEXT)
    const { receivedAt, event, enrichment } = entry
    expect(deliveries).toEqual([
      {
        id: `${MEMBER_ID}-7`,
        memberId: MEMBER_ID,
        domain: 'acme.bitrix24.com',
        sequence: 7,
        previousSequence: 6,
        origin: 'event',
        receivedAt,
        event,
        enrichment,
        link: 'https://acme.bitrix24.com/field/235/',
        replayed: false,
        systemUserId: null,
      },
    ])
  })

  it('links the page of a record, on the present domain', () => {
    const data = { FIELDS: { ID: '6641' } }
    const event = anEvent({ name: 'ONCRMDEALADD', field: null, data })
    const [delivery] = parcels().create([anEntry({ event })], CONTEXT).deliveries
    expect(delivery.link).toBe('https://acme.bitrix24.com/crm/deal/details/6641/')
    const [lost] = parcels({ domain: null }).create([anEntry({ event })], CONTEXT).deliveries
    expect(lost.link).toBeNull()
  })

  it("knows the application's system user", () => {
    const made = parcels({ application: anApplication({ systemUserId: 512 }) })
    expect(made.create([anEntry()], CONTEXT).deliveries[0].systemUserId).toBe(512)
  })

  it('holds the events of a digest in their order', () => {
    const entries = [anEntry({ sequence: 7 }), anEntry({ sequence: 9 })] as const
    const { deliveries } = parcels().create(entries, { previousSequence: 6, replayed: true })
    expect(deliveries.map(({ sequence, replayed }) => [sequence, replayed])).toEqual([
      [7, true],
      [9, true],
    ])
  })

  it('tells of each event of a digest the one before it, as if it were alone', () => {
    const entries = [
      anEntry({ sequence: 7 }),
      anEntry({ sequence: 9 }),
      anEntry({ sequence: 12 }),
    ] as const
    const { deliveries } = parcels().create(entries, { previousSequence: null, replayed: false })
    expect(deliveries.map(({ previousSequence }) => previousSequence)).toEqual([null, 7, 9])
    const alone = parcels().create([entries[2]], { previousSequence: 9, replayed: false })
    expect(deliveries[2]).toEqual(alone.deliveries[0])
  })
})

describe('the link of a delivery', () => {
  const { field } = anEvent()

  it.each([
    ['a field that is gone', { field: field && { ...field, action: 'deleted' as const } }, 'acme'],
    ['an event about no field', { field: null }, 'acme'],
    ['a portal without a known domain', { field }, null],
  ])('is none for %s', (_name, event, domain) => {
    const made = parcels({ domain }).create([anEntry({ event })], CONTEXT)
    expect(made.deliveries[0].link).toBeNull()
  })
})

describe('the dashboard of a parcel', () => {
  it.each([
    [
      'the configured address',
      { publicUrl: 'https://relay.example.com' },
      'https://relay.example.com',
    ],
    [
      'the address that the portal was told to call',
      { handlerUrl: 'https://called.example.com/bitrix24/event' },
      'https://called.example.com',
    ],
    [
      'the configured address before the called one',
      { publicUrl: 'https://relay.example.com', handlerUrl: 'https://called.example.com/' },
      'https://relay.example.com',
    ],
  ])('is the page of the portal on %s', (_name, options, origin) => {
    const { dashboard } = parcels(options).create([anEntry()], CONTEXT)
    expect(dashboard).toBe(`${origin}/admin/portals/${MEMBER_ID}`)
  })

  it('is none while the relay does not know its own address', () => {
    expect(parcels().create([anEntry()], CONTEXT).dashboard).toBeNull()
  })
})
