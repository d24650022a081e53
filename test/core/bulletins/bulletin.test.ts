import { describe, expect, it } from 'vitest'
import {
  asEntry,
  bulletinId,
  BULLETIN_TYPES,
  isBulletinName,
} from '../../../src/core/bulletins/bulletin.ts'
import { compileFilter } from '../../../src/core/lanes/filters/filter.ts'
import { deliveryId } from '../../../src/core/log/delivery-id.ts'
import { KNOWN_OFFER } from '../../../src/core/events/wanted-events.ts'
import { NOW } from '../../support/time.ts'

describe('a bulletin', () => {
  it('has an id of its own: no event has it, whatever its number is', () => {
    expect(bulletinId('m', 7)).toBe('m-relay-7')
    expect(bulletinId('m', 7)).not.toBe(deliveryId('m', 7))
  })

  it('is an entry of its log under its number, and names the destination that it is about', () => {
    const entry = asEntry({
      n: 3,
      type: 'relay.lane.disabled',
      about: 'erp',
      at: NOW,
      data: { reason: 'gone' },
      to: ['ops'],
      fates: {},
    })
    expect(entry).toMatchObject({
      sequence: 3,
      receivedAt: NOW,
      event: {
        name: 'relay.lane.disabled',
        data: { destination: 'erp', reason: 'gone' },
        field: null,
        quarantined: null,
      },
    })
  })

  it('is no event of the log for any filter of a destination but by its own globs', () => {
    const matches = compileFilter({ events: ['relay.*'], fields: [] })
    for (const name of KNOWN_OFFER) {
      const { event, enrichment } = asEntry({
        n: 1,
        type: 'relay.recovered',
        about: null,
        at: NOW,
        data: {},
        to: [],
        fates: {},
      })
      expect(matches({ event: { ...event, name }, enrichment }).matches).toBe(false)
    }
  })
})

describe('isBulletinName()', () => {
  it('tells bulletins from the names of events, which are in upper case, and from test messages', () => {
    expect(BULLETIN_TYPES.every(isBulletinName)).toBe(true)
    for (const name of ['ONCRMDEALADD', 'RELAYTEST', 'RELAY.LANE', 'relay']) {
      expect(isBulletinName(name)).toBe(false)
    }
  })
})
