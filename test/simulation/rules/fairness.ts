/**
 * In a calm history only receivers misbehave: no receiver that works waits for another one, and a slow one that
 * works is not starved.
 */
import { SLOW_MS, type VirtualReceiver } from '../cast/receiver.ts'
import type { Evidence, PortalEvidence } from '../evidence.ts'

/** A failing attempt takes ten seconds at most. */
const FAILING_ATTEMPT_MS = 10_000

/** Three seconds for what changed, one attempt of another receiver, and one more for the events in front of it. */
const LONGEST_DELAY_MS = 3000 + 2 * FAILING_ATTEMPT_MS

/** A machine that works throughout a calm history has each event within 23 seconds, and a slow one its turn. */
export function noneIsKeptWaiting({ played, portals }: Evidence): readonly string[] {
  if (!played.history.isCalm) return []
  const working = played.receivers.filter(
    (receiver) => receiver.type === 'webhook' && worksThroughout(receiver) && !isStopped(receiver),
  )
  const slow = played.receivers.filter(({ name }) => name.startsWith('slow'))
  return portals.flatMap((found) => [
    ...working.flatMap((receiver) => delaysOf(receiver, found)),
    ...slow.flatMap((receiver) => missedTurnsOf(receiver, found, longestTurnMs(played))),
  ])

  function isStopped({ name }: VirtualReceiver): boolean {
    return played.history.moments.some(
      ({ step }) => (step.kind === 'pause' || step.kind === 'park') && step.who === name,
    )
  }
}

function worksThroughout({ behaviours }: VirtualReceiver): boolean {
  return behaviours.every(({ mode }) => mode === 'works')
}

/**
 * The longest time between two answers of a slow receiver for which events wait. Slow lanes share four connections,
 * of which failing ones may hold two. So two at a time have their turn, after a failing attempt at most.
 */
function longestTurnMs({ receivers }: Evidence['played']): number {
  const slow = receivers.filter((receiver) => !worksThroughout(receiver))
  return Math.ceil(slow.length / 2) * SLOW_MS + FAILING_ATTEMPT_MS
}

/** The events that a slow receiver got long after they and its last answer were there. */
function missedTurnsOf(
  receiver: VirtualReceiver,
  { log, portal }: PortalEvidence,
  longestMs: number,
): readonly string[] {
  const receivedAt = new Map(log.map((row) => [row.sequence, row.receivedAt]))
  let freeAt = 0
  return receiver.seen.flatMap(({ sequence, at, memberId }) => {
    if (sequence === null || memberId !== portal.memberId) return []
    const ms = at - Math.max(freeAt, receivedAt.get(sequence) ?? 0)
    freeAt = at
    if (ms <= longestMs) return []
    return [`${receiver.name}: ${sequence} of ${portal.domain} missed its turn by ${ms} ms`]
  })
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
