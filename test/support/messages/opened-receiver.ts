/** Receivers that are opened as the relay opens them, and the requests that they make. */
import { NO_MEMORY } from '../../../src/core/lanes/state/receiver-memory.ts'
import type { AddressPolicy } from '../../../src/core/safety/address.ts'
import type {
  Delivery,
  DestinationType,
  OutgoingRequest,
  Parcel,
  Receiver,
  ReceiverTerms,
  Settings,
} from '../../../src/destinations/receiver.ts'
import { SENT_AT, aDelivery } from '../builders/a-delivery.ts'

/** Public addresses only. */
export const STRICT: AddressPolicy = { allowLocal: false }

/** Addresses on this machine as well, as with simulated receivers. */
export const LOCAL: AddressPolicy = { allowLocal: true }

/** English without a template, at public addresses only. */
const OPEN_TERMS: ReceiverTerms = { policy: STRICT, language: 'en', template: null }

/** The receiver of these settings; throws where they are refused. */
export function opened(
  type: DestinationType,
  settings: Settings,
  terms: Partial<ReceiverTerms> = {},
): Receiver {
  const receiver = type.create(settings, { ...OPEN_TERMS, ...terms })
  if (!receiver.ok) throw new Error(JSON.stringify(receiver.error))
  return receiver.value
}

/** Everything that is wrong with the settings, as `setting: problem`. */
export function problemsOf(
  type: DestinationType,
  settings: Settings,
  terms: Partial<ReceiverTerms> = {},
): readonly string[] {
  const receiver = type.create(settings, { ...OPEN_TERMS, ...terms })
  return receiver.ok ? [] : receiver.error.map(({ setting, problem }) => `${setting}: ${problem}`)
}

/** A parcel of one delivery, or of several. */
export function aParcel(
  deliveries: Delivery | Parcel['deliveries'] = aDelivery(),
  dashboard: string | null = null,
): Parcel {
  return { deliveries: 'id' in deliveries ? [deliveries] : deliveries, dashboard }
}

/** The request that the receiver makes of a parcel. */
export function requestOf(
  receiver: Receiver,
  parcel: Parcel = aParcel(),
  now = SENT_AT,
): Promise<OutgoingRequest> {
  return receiver.prepare(parcel, { now, memory: NO_MEMORY })
}

/** The JSON of that request. */
export async function bodyOf(
  receiver: Receiver,
  parcel: Parcel = aParcel(),
  now = SENT_AT,
): Promise<unknown> {
  return JSON.parse((await requestOf(receiver, parcel, now)).body)
}
