/** The test message of a destination. */
import { expect, it } from 'vitest'
import { buildEventBody } from '../../src/destinations/event-body.ts'
import { NO_PORTAL, testParcel } from '../../src/destinations/test-message.ts'
import { NOW } from '../support/time.ts'

it('testParcel() is `relay.test`, without a sequence', () => {
  const { deliveries } = testParcel(NO_PORTAL, { receipt: 'r1', now: NOW })
  expect(deliveries[0]).toMatchObject({ id: 'test-r1', memberId: 'relay-test', sequence: null })
  expect(buildEventBody(deliveries[0])).toMatchObject({
    type: 'relay.test',
    data: { sequence: null },
  })
})
