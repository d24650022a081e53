import { describe, expect, it } from 'vitest'
import { lifeOfEntry } from '../../../src/core/bulletins/life-of-entry.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { anEntry } from '../../support/builders/a-lane.ts'

function lifeOf(name: string, data: Json) {
  const event = anEvent({ name, data, field: null })
  const { type, data: told } = lifeOfEntry({ ...anEntry({ sequence: 7 }), event }) ?? {}
  return { type, told }
}

describe('lifeOfEntry()', () => {
  it('tells a payment, and its end, with the event that told it', () => {
    const data = { STATUS: 'P', PAYMENT_EXPIRED: 'N', DAYS: 30 }
    expect(lifeOf('ONAPPPAYMENT', data)).toEqual({
      type: 'relay.portal.paid',
      told: { sequence: 7, applicationStatus: 'P', days: '30' },
    })
    expect(lifeOf('ONAPPPAYMENT', { ...data, PAYMENT_EXPIRED: 'Y' }).type).toBe(
      'relay.portal.payment_ended',
    )
  })

  it('tells a method that an administrator has decided about', () => {
    expect(lifeOf('ONAPPMETHODCONFIRM', { METHOD: 'voximplant.user.get', CONFIRMED: '1' })).toEqual(
      {
        type: 'relay.portal.method_confirm',
        told: { sequence: 7, method: 'voximplant.user.get', confirmed: true },
      },
    )
  })

  it('tells nothing of any other event', () => {
    expect(lifeOfEntry(anEntry())).toBeNull()
    expect(lifeOfEntry({ ...anEntry(), event: anEvent({ name: 'ONAPPTEST' }) })).toBeNull()
  })
})
