/** Receivers, parcels and options for the tests of `sendParcel`. */
import { NO_MEMORY } from '../../../src/core/lanes/state/receiver-memory.ts'
import type { Fetch } from '../../../src/core/fetch.ts'
import type { OutgoingRequest, Receiver } from '../../../src/destinations/receiver.ts'
import type { SendOptions } from '../../../src/destinations/send.ts'
import { aDelivery } from './a-delivery.ts'

/** The address of `aReceiver`. */
export const URL_TEXT = 'https://receiver.example.com/hook'
/** The request that `aReceiver` prepares. */
export const REQUEST: OutgoingRequest = {
  url: URL_TEXT,
  headers: { 'content-type': 'text/plain', 'x-one': '1' },
  body: 'the body',
}
/** A parcel with one delivery. */
export const PARCEL = { deliveries: [aDelivery()], dashboard: null } as const
/** The outcome of a connection that breaks. */
export const NO_ANSWER = {
  kind: 'unreachable',
  reason: 'network_error',
  status: null,
  retryAfterMs: null,
  detail: null,
} as const

/** A receiver that prepares `REQUEST` and judges every answer as unreachable, with its body as the detail. */
export function aReceiver(partial: Partial<Receiver> = {}): Receiver {
  return {
    prepare: async () => REQUEST,
    judge: ({ status, body }) => ({
      kind: 'unreachable',
      reason: `http_${status}`,
      status,
      retryAfterMs: null,
      detail: body,
    }),
    secrets: [],
    policy: { allowLocal: false },
    paceKey: URL_TEXT,
    pace: () => [],
    host: 'receiver.example.com',
    carefulMs: 0,
    needsBody: true,
    handshake: null,
    ...partial,
  }
}

/** One second for each exchange, at the time 1000. */
export function optionsOf(fetch: Fetch): SendOptions {
  return { fetch, now: () => 1000, timeoutMs: 1000, memory: NO_MEMORY }
}
