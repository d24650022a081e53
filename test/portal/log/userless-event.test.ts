import { expect, it } from 'vitest'
import { noteMissingUser } from '../../../src/portal/log/userless-event.ts'
import { parseEvent } from '../../../src/portal/log/rows/event-schemas.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'

function aRequest(event: string) {
  const arrival = { receipt: 'r', digest: 'd', receivedAt: 1, tokenHash: 'h' }
  return { ...arrival, event, quarantined: false, drained: false }
}

it('notes at an event without a user that it has none, and changes nothing else', () => {
  const event = anEvent({ userId: null })
  const request = aRequest(JSON.stringify(event))
  const noted = noteMissingUser(request)
  expect(parseEvent(noted.event)).toEqual({ ...event, isUserless: true })
  expect({ ...noted, event: '' }).toEqual({ ...request, event: '' })
})

it.each([
  ['with a user', JSON.stringify(anEvent())],
  ['whose data only look like it', JSON.stringify(anEvent({ data: { userId: null } }))],
  ['that is none', '"userId":null'],
])('leaves an event %s as it is', (_what, event) => {
  const request = aRequest(event)
  expect(noteMissingUser(request)).toBe(request)
})
