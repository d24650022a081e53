/** The test message of a destination. */
import { expect, it } from 'vitest'
import { buildEventBody } from '../../src/destinations/event-body.ts'
import type { Parcel } from '../../src/destinations/receiver.ts'
import { NO_PORTAL, sendTestMessageTo, testParcel } from '../../src/destinations/test-message.ts'
import { aReceiver, optionsOf, REQUEST } from '../support/builders/send-builders.ts'
import { NOW } from '../support/time.ts'

it('testParcel() is `relay.test`, without a sequence', () => {
  const { deliveries } = testParcel(NO_PORTAL, { receipt: 'r1', now: NOW })
  expect(deliveries[0]).toMatchObject({ id: 'test-r1', memberId: 'relay-test', sequence: null })
  expect(buildEventBody(deliveries[0])).toMatchObject({
    type: 'relay.test',
    data: { sequence: null },
  })
})

it('sendTestMessageTo() sends one of the portal, and tells what the receiver made of it', async () => {
  const prepared: Parcel[] = []
  const receiver = aReceiver({
    prepare: async (parcel) => {
      prepared.push(parcel)
      return REQUEST
    },
  })
  const portal = { memberId: 'a'.repeat(32), domain: 'acme.bitrix24.com' }
  const options = optionsOf(async () => new Response('busy', { status: 503 }))
  const outcome = await sendTestMessageTo(receiver, portal, { ...options, newReceipt: () => 'r1' })
  expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'http_503', detail: 'busy' })
  expect(prepared).toEqual([testParcel(portal, { receipt: 'r1', now: options.now() })])
})
