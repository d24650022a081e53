/**
 * Shows an operator the message that a destination would get from this portal, or sends it a test message with the
 * portal's values.
 */
import { findPreviousSequence } from '../../core/lanes/previous-sequence.ts'
import type { DeliveryOutcome } from '../../core/lanes/state/outcome.ts'
import { NO_MEMORY } from '../../core/lanes/state/receiver-memory.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { unusableEndpoint } from '../../destinations/answers/outcomes.ts'
import { previewParcel, sampleParcel, type Preview } from '../../destinations/preview.ts'
import type { Parcel, Receiver } from '../../destinations/receiver.ts'
import type { Destination } from '../../destinations/settings/destination.ts'
import { sendTestMessageTo } from '../../destinations/test-message.ts'
import type { PortalParts } from '../parts.ts'

/** The parts that open a receiver of this portal. */
type OpenParts = Pick<PortalParts, 'memberId' | 'state' | 'receivers' | 'domains' | 'world'>

/** The parts that make the message of a stored event. They are nine, since they make what a lane would make. */
type PreviewParts = OpenParts & Pick<PortalParts, 'log' | 'book' | 'rules' | 'parcels'>

/**
 * The reason why nothing can be shown: the portal, the destination or the event is not known, or the destination
 * cannot be used.
 */
export type PreviewRefusal = 'unknown' | 'unusable'

/** The message of a stored event, or of an invented one (null), as the destination would get it. */
export async function previewMessage(
  parts: PreviewParts,
  name: string,
  sequence: number | null,
): Promise<Result<Preview, PreviewRefusal>> {
  const { world, receivers } = parts
  const destination = receivers.findDestination(name)
  if (!parts.state.isKnown() || destination === null) return err('unknown')
  const receiver = open(parts, destination)
  if (receiver === null) return err('unusable')
  const parcel =
    sequence === null
      ? sampleParcel(portalOf(parts), world.now())
      : await parcelOf(parts, name, sequence)
  if (parcel === null) return err('unknown')
  const memory = parts.book.findLane(name)?.memory ?? NO_MEMORY
  return ok(await previewParcel(receiver, parcel, { now: world.now(), memory }))
}

/** Sends a test message; null when the portal or the destination is not known. */
export async function sendTestMessage(
  parts: OpenParts,
  name: string,
): Promise<DeliveryOutcome | null> {
  const { world, receivers } = parts
  const destination = receivers.findDestination(name)
  if (!parts.state.isKnown() || destination === null) return null
  const receiver = open(parts, destination)
  if (receiver === null) {
    return unusableEndpoint(receivers.hasValues(destination) ? 'misconfigured' : 'no_value')
  }
  const { timeoutMs } = destination
  return sendTestMessageTo(receiver, portalOf(parts), { ...world, timeoutMs })
}

function open({ receivers }: OpenParts, destination: Destination): Receiver | null {
  return receivers.hasValues(destination) ? receivers.open(destination) : null
}

function portalOf({ memberId, domains }: OpenParts) {
  return { memberId, domain: domains.present() }
}

/** The event alone, with the one before it that the destination was meant to get. */
async function parcelOf(
  { log, book, rules, parcels, world }: PreviewParts,
  name: string,
  sequence: number,
): Promise<Parcel | null> {
  const entry = log.entry(sequence)
  if (entry === null) return null
  const lane = book.findLane(name)
  const receiver = { match: rules.match, tellerOf: rules.tellerOf }
  const found =
    lane === null
      ? null
      : await findPreviousSequence(
          { log, book: { lane: () => lane }, receiver, clock: world },
          sequence,
        )
  const told = lane === null ? entry : rules.asToldTo(lane, entry)
  return parcels.create([told], { previousSequence: found?.previous ?? null, replayed: false })
}
