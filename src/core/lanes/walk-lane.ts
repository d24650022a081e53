/**
 * Walks one lane along the log.
 *
 * The order rule of this program stands here. Events 7, 8 and 9 wait in a lane. The walk sends 7 and waits
 * for the outcome.
 * - The receiver takes 7: the cursor moves to 7, and 8 is next.
 * - The receiver cannot be reached: 7 is tried again, after 1 s, then 5 s, then 30 s. 8 and 9 wait behind it,
 *   however long.
 * - The receiver refuses 7 for good, or the retries end: 7 is parked with its reason, the cursor moves to 7,
 *   and 8 is next.
 * - The receiver is gone: the lane is disabled at 7, and tried once a day. 7, 8 and 9 wait.
 * - The destination's filter leaves 8 out: the cursor moves over 8 without a send.
 *
 * So live events leave strictly in the order of their sequences, one message at a time, and the cursor never
 * passes an event that was not delivered, parked or left out. A digest is one message with several events, for a
 * machine a batch; it obeys the same rule.
 *
 * An operator wants event 3 again. It is sent between two live events, never while the lane retries one, and
 * the cursor stays.
 */
import type { LogEntry } from '../log/event.ts'
import { tallyLaneHour } from '../tallies/lane-hours.ts'
import { noteClock } from './state/clock.ts'
import { epochAt, keepEpoch } from './state/epochs.ts'
import type { DeliveryOutcome } from './state/outcome.ts'
import { nextStep, type Attempt } from './next-step.ts'
import type { AttemptEntries } from './plan-digest.ts'
import { findPreviousSequence } from './previous-sequence.ts'
import { isEnded, sendInTurn, type Walk } from './send-in-turn.ts'
import { tallyAttempt } from './state/tally.ts'
import { settle, type SettleTerms } from './settle/settle.ts'
import { settleDigest } from './settle/settle-digest.ts'
import { settleReplay } from './settle/settle-replay.ts'
import type { WalkPorts } from './walk-ports.ts'

/**
 * Events that a crash may repeat: those whose sends storage does not know, and the one under way (G3). A digest is
 * stored before it is sent, and comes again as it was, however many events it tells.
 */
export const MAX_REPEATS = { person: 1, machine: 10 } as const

/** The longest wait that the walk itself sleeps, in milliseconds; longer ones are left to the alarm. */
export const MAX_WAIT_IN_WALK_MS = 1500

/**
 * Sends what is due, until nothing is, until a wait is too long to be slept here, until the deadline, or
 * until the log is erased. An outcome never throws; only storage that fails does.
 */
export async function walkLane(ports: WalkPorts, deadline: number): Promise<void> {
  const { book, clock } = ports
  // Nothing further is sent before the outcomes of former sends are stored: after a restart these would be sent
  // again.
  book.catchUp()
  const begun = { deadline, erasures: book.erasures(), liveWasLast: false, upForReplay: null }
  const walk: Walk = { ...ports, ...begun }
  while (!isEnded(walk)) {
    const { cursor } = book.lane()
    const step = nextStep(walk, { liveWasLast: walk.liveWasLast })
    if (step.kind === 'idle') {
      const hasPassed = book.lane().cursor > cursor
      if (!hasPassed || book.lane().cursor >= ports.log.head()) return
      // Many events were passed, and the front is not found yet. Appends have their turn before the search goes on.
      await clock.sleep(0)
      continue
    }
    if (step.kind === 'wait') {
      const ms = step.at - clock.now()
      if (ms > MAX_WAIT_IN_WALK_MS) return
      await clock.sleep(ms)
    } else if (step.kind === 'replay' && walk.upForReplay?.sequence !== step.entry.sequence) {
      // The step is decided anew with the previous sequence that was found, since the lane may have changed
      // meanwhile.
      await findPrevious(walk, step.entry.sequence)
    } else {
      await sendInTurn(walk, step, send)
    }
  }
}

/** Finds out what the delivery of a replayed event has to tell beside the event, unless the walk ends before. */
async function findPrevious(walk: Walk, sequence: number): Promise<void> {
  const found = await findPreviousSequence(walk, sequence, () => isEnded(walk))
  if (found !== null) walk.upForReplay = { sequence, ...found }
}

function send(walk: Walk, attempt: Attempt): Promise<void> {
  return attempt.kind === 'live' ? sendLive(walk, attempt.entries) : sendReplay(walk, attempt.entry)
}

async function sendLive(walk: Walk, entries: AttemptEntries): Promise<void> {
  const { book, receiver, clock } = walk
  const sequences = entries.map(({ sequence }) => sequence)
  const [front] = entries
  const last = entries.at(-1) ?? front
  saveBeforeSend(walk, sequences)
  const { lastMeant, fingerprint, cursor } = book.lane()
  // A digest may hold events of several epochs. A changed filter begins behind the digest, since that is stored in
  // the lane.
  const decided = entries.length > 1 ? null : epochAt(book.lane(), front.sequence)
  const since = clock.now()
  const context = { previousSequence: lastMeant, replayed: false }
  const outcome = ofPresentReceiver(walk, fingerprint, await receiver.send(entries, context))
  if (outcome === null) return
  walk.liveWasLast = true
  // A digest is given up only when the youngest of its events would be.
  const result = { outcome, terms: termsOf(walk, last.receivedAt) }
  const { lane, fates, digestRecord } =
    entries.length > 1
      ? settleDigest(book.lane(), sequences, result)
      : { ...settle(book.lane(), front.sequence, result), digestRecord: null }
  const isPassed = decided !== null && lane.cursor === last.sequence
  const settled = isPassed ? keepEpoch(lane, { upTo: last.sequence, decided }) : lane
  // The cursor alone tells a plain success, so it may be stored together with the next ones. Every other
  // outcome is stored at once.
  const isPlain =
    outcome.kind === 'delivered' && fates.length === 0 && digestRecord === null && settled === lane
  const now = clock.now()
  const agesMs = entries.map(({ receivedAt }) => now - receivedAt)
  const tallied = tallyAttempt(settled, outcome, { events: entries.length, fates, agesMs })
  const delivered = outcome.kind === 'delivered' ? agesMs : []
  const waiting = Math.max(entries.length, walk.log.head() - cursor)
  const hours = tallyLaneHour(tallied.hours, { now, waiting, agesMs: delivered })
  const noted = noteClock({ ...tallied, hours }, { since, now })
  if (isPlain) book.saveSoon(noted, sequences.length)
  else book.saveOutcome(noted, { fates, digestRecord })
}

/**
 * The outcome as far as it concerns the lane as it is now; null for nothing. The settings may have changed during the
 * attempt. Then the receiver was another one: when it has taken the event, the event is delivered, but its
 * failures and its waits are not those of the present receiver.
 */
function ofPresentReceiver(
  { book, erasures }: Walk,
  fingerprint: string,
  outcome: DeliveryOutcome,
): DeliveryOutcome | null {
  if (book.erasures() !== erasures) return null
  if (book.lane().fingerprint === fingerprint) return outcome
  return outcome.kind === 'delivered' ? { kind: 'delivered', status: outcome.status } : null
}

async function sendReplay(walk: Walk, entry: LogEntry): Promise<void> {
  const { log, book, receiver, clock, upForReplay } = walk
  const job = book.lane().replays[0]
  // Another event has come to the front of the job meanwhile, and what is before it is looked for first.
  if (job === undefined || upForReplay?.sequence !== entry.sequence) return
  const attemptsBefore = log.attemptsOf(entry.sequence)
  saveBeforeSend(walk, [entry.sequence])
  const { fingerprint } = book.lane()
  const since = clock.now()
  const context = { previousSequence: upForReplay.previous, replayed: true }
  const outcome = ofPresentReceiver(walk, fingerprint, await receiver.send([entry], context))
  if (outcome === null) return
  walk.liveWasLast = false
  const terms = termsOf(walk, job.startedAt)
  const settled = settleReplay(book.lane(), entry.sequence, { outcome, terms, attemptsBefore })
  // Retention may have dropped the event meanwhile. Then no fate is written: it would stay parked for ever, and a
  // replay of it would find nothing.
  const fates = log.entry(entry.sequence) === null ? [] : settled.fates
  const tallied = tallyAttempt(settled.lane, outcome, { events: 1, fates })
  book.saveOutcome(noteClock(tallied, { since, now: clock.now() }), { fates })
}

/**
 * A digest is stored before it is sent for the first time, and with it every outcome before it. Where a person
 * reads, an outcome is stored before the next send. A machine may see up to ten events again after a crash, so its
 * outcomes wait for each other and for those of the portal's other lanes, and one write stores them all.
 */
function saveBeforeSend({ book, receiver }: Walk, sequences: readonly number[]): void {
  const lane = book.lane()
  const unsaved = book.unsavedEvents()
  const isNewDigest = sequences.length > 1 && lane.gathering.underWay === null
  const gathering = { ...lane.gathering, underWay: sequences }
  if (isNewDigest) book.save({ ...lane, gathering })
  else if (unsaved > 0 && unsaved + sequences.length > MAX_REPEATS[receiver.reader]) book.save(lane)
  else if (unsaved > 0) book.saveInTime()
}

function termsOf({ clock, receiver }: Walk, since: number): SettleTerms {
  return {
    now: clock.now(),
    random: clock.random(),
    deadline: since + receiver.retryMs,
    minIntervalMs: receiver.minIntervalMs(),
    splitsDigests: receiver.digestRule?.isSplit ?? false,
    isBatch: receiver.digestRule?.room !== undefined,
  }
}
