import { expect, it } from 'vitest'
import { arrivalIn, asOf, type AppendRequest } from '../../../src/portal/log/append-request.ts'
import { NOW } from '../../support/time.ts'

const REQUEST: AppendRequest = {
  receipt: 'receipt-1',
  digest: 'd'.repeat(64),
  receivedAt: NOW,
  tokenHash: 't'.repeat(64),
  event: '{}',
  quarantined: false,
  drained: false,
}

it('asOf() judges the token of a live event now, and of a drained one as of its receipt', () => {
  expect([asOf(REQUEST), asOf({ ...REQUEST, drained: true })]).toEqual([null, NOW])
})

it('arrivalIn() takes the digest of a request for the content hash of its event', () => {
  const arrival = { receipt: 'receipt-1', contentHash: 'd'.repeat(64), receivedAt: NOW }
  expect(arrivalIn(REQUEST)).toEqual(arrival)
})
