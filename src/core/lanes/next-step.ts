/**
 * Decides what a lane does next: send its front, send an event that an operator wants again, wait until a
 * time, or nothing. On the way the cursor moves in memory over events that the destination does not get.
 */
import type { LogEntry } from '../log/event.ts'
import { nextEntries, nextReplayed, readWaiting } from './lane-reader.ts'
import { hasParts } from './state/gathering.ts'
import type { LaneState } from './state/lane-state.ts'
import { planDigest, type AttemptEntries } from './plan-digest.ts'
import type { WalkPorts } from './walk-ports.ts'

/** An attempt that is due now. */
export type Attempt =
  | { readonly kind: 'live'; readonly entries: AttemptEntries }
  | { readonly kind: 'replay'; readonly entry: LogEntry }

/** A wait until a time, in unix milliseconds. */
interface Wait {
  readonly kind: 'wait'
  readonly at: number
}

/** The next step of a lane: it attempts a delivery, waits until a time, or has nothing to do. */
export type Step = Attempt | Wait | { readonly kind: 'idle' }

const IDLE = { kind: 'idle' } as const

/**
 * The next step of a lane. Live events and replays take turns: after a live event (`liveWasLast`) comes a
 * replay that is due. While a live event is retried no replay is sent.
 */
export function nextStep(ports: WalkPorts, { liveWasLast }: { liveWasLast: boolean }): Step {
  const { status } = ports.book.lane()
  if (status === 'paused' || status === 'removed') return IDLE
  const entries = nextEntries(ports)
  if (status === 'disabled') return nextProbe(ports, entries)
  const replay = ports.book.lane().attempts > 0 ? null : nextReplay(ports)
  const live = entries === null ? null : planLive(ports, entries)
  if (replay === null) return live ?? IDLE
  if (live === null) return replay
  if (live.kind === 'wait') return replay.kind === 'wait' ? sooner(live, replay) : replay
  return liveWasLast && replay.kind === 'replay' ? replay : live
}

/**
 * A disabled lane tries its front once a day, where the receiver's rules allow it. While no live event waits
 * it tries its first replay, so that a replay job does not have to wait for the next event.
 */
function nextProbe(ports: WalkPorts, entries: AttemptEntries | null): Step {
  const lane = ports.book.lane()
  if (lane.status !== 'disabled' || lane.probeAt === null) return IDLE
  const step = entries === null ? nextReplay(ports) : ({ kind: 'live', entries } as const)
  return step === null ? IDLE : notBefore(Math.max(lane.probeAt, lane.notBefore), step, ports)
}

/** The attempt with the front alone, or with the events behind it as well: now, or when its wait is over. */
function planLive(ports: WalkPorts, entries: AttemptEntries): Attempt | Wait {
  const { book, receiver, clock } = ports
  const lane = book.lane()
  const [front] = entries
  const rule = receiver.digestRule
  const { gathering } = lane
  const isSingle = front.sequence <= gathering.singlyUpTo
  const isDecided = hasParts(gathering) || lane.attempts > 0 || isSingle
  if (rule === null || isDecided) {
    return notBefore(liveDueAt(lane), { kind: 'live', entries }, ports)
  }
  const waiting = readWaiting(ports, { front, rule })
  const plan = planDigest(waiting, rule, { lane, now: clock.now() })
  if (plan.kind === 'send') {
    return notBefore(liveDueAt(lane), { kind: 'live', entries: plan.entries }, ports)
  }
  const { until } = plan
  if (gathering.until !== until) book.setInMemory({ ...lane, gathering: { ...gathering, until } })
  return { kind: 'wait', at: Math.max(until, liveDueAt(lane)) }
}

function nextReplay(ports: WalkPorts): Attempt | Wait | null {
  const next = nextReplayed(ports)
  if (next === null) return null
  // Many events were passed. Appends have their turn, and then the search goes on.
  if (next === 'further') return { kind: 'wait', at: ports.clock.now() }
  const { entry, job } = next
  const at = Math.max(job.retryAt ?? 0, ports.book.lane().notBefore)
  return notBefore(at, { kind: 'replay', entry }, ports)
}

function liveDueAt(lane: LaneState): number {
  return Math.max(lane.retryAt ?? 0, lane.notBefore)
}

function notBefore(at: number, step: Attempt | Wait, { clock }: WalkPorts): Attempt | Wait {
  return at > clock.now() ? { kind: 'wait', at } : step
}

function sooner(live: Wait, replay: Wait): Wait {
  return live.at < replay.at ? live : replay
}
