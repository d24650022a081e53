/** In a calm history only receivers misbehave: no receiver that works waits for another one. */
import type { VirtualReceiver } from '../cast/receiver.ts'
import type { Evidence, PortalEvidence } from '../evidence.ts'

/**
 * Three seconds for what changed, one attempt of another receiver (10 s at most), and as long for the events in
 * front of it.
 */
const LONGEST_DELAY_MS = 20_000

/** A machine that works throughout a calm history has each event within 20 seconds. */
export function noneIsKeptWaiting({ played, portals }: Evidence): readonly string[] {
  if (!played.history.isCalm) return []
  const working = played.receivers.filter(
    (receiver) => receiver.type === 'webhook' && worksThroughout(receiver) && !isStopped(receiver),
  )
  return working.flatMap((receiver) => portals.flatMap((found) => delaysOf(receiver, found)))

  function isStopped({ name }: VirtualReceiver): boolean {
    return played.history.moments.some(
      ({ step }) => (step.kind === 'pause' || step.kind === 'park') && step.who === name,
    )
  }
}

function worksThroughout({ behaviours }: VirtualReceiver): boolean {
  return behaviours.every(({ mode }) => mode === 'works')
}

function delaysOf(receiver: VirtualReceiver, { log, portal }: PortalEvidence): readonly string[] {
  const firstAt = new Map<number, number>()
  for (const { sequence, at, memberId } of receiver.seen) {
    if (sequence === null || memberId !== portal.memberId || firstAt.has(sequence)) continue
    firstAt.set(sequence, at)
  }
  return log.flatMap(({ sequence, receivedAt }) => {
    const ms = (firstAt.get(sequence) ?? receivedAt) - receivedAt
    if (ms <= LONGEST_DELAY_MS) return []
    return [
      `${receiver.name}: ${sequence} of ${portal.domain} came after ${(ms / 1000).toFixed(0)} s`,
    ]
  })
}
