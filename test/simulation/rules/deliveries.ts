/** The rules about what receivers got: order, repeats, the chain of `previousSequence`, ids. */
import type { Seen, VirtualReceiver } from '../cast/receiver.ts'
import type { Evidence, PortalEvidence } from '../evidence.ts'
import type { Played } from '../play.ts'
import { contentOf } from './chat.ts'

/** A crash may repeat ten deliveries to a machine or one batch as it was, and one message in a chat (G3). */
const REPEATS_PER_CRASH = { webhook: 10, slack: 1 } as const

/** A delivery whose sequence is known. */
type Delivered = Seen & { readonly sequence: number }

/** One portal's messages at one receiver. */
interface Stream {
  readonly receiver: VirtualReceiver
  readonly found: PortalEvidence
  /** How the stream is called in a sentence. */
  readonly name: string
  /** All deliveries with a sequence, also those that were refused. */
  readonly all: readonly Delivered[]
  /** The live ones that were taken: replays stand outside of the order. */
  readonly live: readonly Delivered[]
}

function streamsOf({ played, portals }: Evidence): readonly Stream[] {
  return played.receivers.flatMap((receiver) =>
    portals.map((found) => {
      const { memberId, domain } = found.portal
      const all = receiver.seen.filter(
        (one): one is Delivered => one.sequence !== null && one.memberId === memberId,
      )
      const live = all.filter(({ isReplayed, isTaken }) => isTaken && !isReplayed)
      return { receiver, found, name: `${receiver.name} of ${domain}`, all, live }
    }),
  )
}

/** A receiver meets the events of a portal in the order of their sequences. */
export function ordered(evidence: Evidence): readonly string[] {
  return streamsOf(evidence).flatMap(({ name, live }) => {
    const known = new Set<number>()
    let last = 0
    return live.flatMap(({ sequence }) => {
      const isNew = !known.has(sequence)
      known.add(sequence)
      const isLate = isNew && sequence < last
      last = Math.max(last, sequence)
      return isLate ? [`${name} met ${sequence} first after ${last}`] : []
    })
  })
}

/**
 * A receiver that said that it took a message gets it again only after a crash: ten deliveries or one batch for a
 * machine, one message for people. The events of a batch count one by one.
 */
export function repeatsAreFew(evidence: Evidence): readonly string[] {
  const { played } = evidence
  const machines = streamsOf(evidence).flatMap(({ name, live, found, receiver }) => {
    const told = live.filter(({ isTold }) => isTold).map(({ sequence }) => sequence)
    const cut = live.length - told.length
    const repeats = told.length - new Set(told).size
    const { crashes } = played.objectOf(found.portal)
    const sizes = [...requestsOf(live).values()].map((batch) => batch.length)
    const allowed = crashes * Math.max(REPEATS_PER_CRASH.webhook, ...sizes) + cut
    const limit = receiver.type === 'slack' ? Number.POSITIVE_INFINITY : allowed
    return repeats > limit ? [`${name} was told ${repeats} twice after ${crashes} crashes`] : []
  })
  const chats = played.receivers.filter(({ type }) => type === 'slack')
  return [...machines, ...chats.flatMap((chat) => chatRepeats(played, chat))]
}

function chatRepeats(played: Played, chat: VirtualReceiver): readonly string[] {
  const crashes = played.portals.reduce((sum, one) => sum + played.objectOf(one).crashes, 0)
  // A message in the operator's own wording names no time, so two events may have the same one.
  const messages = chat.taken.filter(
    ({ id, isReplayed, body }) => id === null && !isReplayed && /!date\^\d/.test(body),
  )
  const cut = messages.filter(({ isTold }) => !isTold).length
  const told = messages.filter(({ isTold }) => isTold).map(contentOf)
  const repeats = told.length - new Set(told).size
  const allowed = crashes * REPEATS_PER_CRASH.slack + cut
  const what = `${chat.name} was told ${repeats} messages twice after ${crashes} crashes`
  return repeats > allowed ? [what] : []
}

/**
 * `previousSequence` names the event before that the receiver was meant to get: the last one that is neither
 * filtered nor unchanged there. It is the same on every attempt and replay.
 */
export function chained(evidence: Evidence): readonly string[] {
  return streamsOf(evidence).flatMap(({ name, receiver, found, all }) => {
    const lane = found.lanes.find(({ destination }) => destination === receiver.name)
    const [begun] = lane?.epochs ?? []
    const meant = found.log
      .map(({ sequence }) => sequence)
      .filter((sequence) => {
        // It may have got older ones since, because the operator wanted that.
        if (begun !== undefined && sequence < begun.from) return false
        const state = found.events.get(sequence)?.fates[receiver.name]?.state
        return state !== 'filtered' && state !== 'unchanged'
      })
    const first = found.log[0]?.sequence ?? Number.POSITIVE_INFINITY
    const faults = all.flatMap(({ sequence, previousSequence: named }) => {
      const before = meant.findLast((one) => one < sequence) ?? null
      // What stood before the log was erased is not known any more.
      const isKnown = sequence >= first && (before !== null || first === 1)
      if (!isKnown || named === before) return []
      return [`${name}: ${sequence} names ${named} before it, and not ${before}`]
    })
    return [...new Set(faults)]
  })
}

/** The deliveries of each request. */
function requestsOf(deliveries: readonly Delivered[]): ReadonlyMap<number, readonly Delivered[]> {
  return Map.groupBy(deliveries, ({ request }) => request)
}

/**
 * A batch is sent again as it was, or in parts, and never with events that it did not hold. Its id names its first
 * and its last event. An event that went out alone may come again in a batch, after a crash.
 */
export function batchesStay(evidence: Evidence): readonly string[] {
  return streamsOf(evidence).flatMap(({ name, all }) => {
    const batches = new Map<number, ReadonlySet<number>>()
    return [...requestsOf(all.filter(({ isReplayed }) => !isReplayed)).values()].flatMap((held) => {
      const sequences = held.map(({ sequence }) => sequence)
      const text = sequences.join(' ')
      const strangers = sequences.flatMap((sequence) => {
        const former = batches.get(sequence)
        return former === undefined || sequences.every((one) => former.has(one)) ? [] : [sequence]
      })
      if (held.length > 1) for (const one of sequences) batches.set(one, new Set(sequences))
      const [first] = held
      const id = `${first?.memberId}-${first?.sequence}-${held.at(-1)?.sequence}`
      const isNamed = held.length === 1 || first?.requestId === id
      return [
        ...strangers.map((one) => `${name}: ${one} was in another batch before ${text}`),
        ...(isNamed ? [] : [`${name}: the batch ${text} is called ${first?.requestId}`]),
      ]
    })
  })
}

/** One id is one event, with one content on every attempt and replay; one sequence has one id. */
export function idsAreUnique(evidence: Evidence): readonly string[] {
  return streamsOf(evidence).flatMap(({ name, all }) => {
    const contents = new Map<string, string>()
    const ids = new Map<number, string | null>()
    return all.flatMap(({ id, sequence, data }) => {
      // Sound: the content of a webhook is an object.
      const { replayed: _, ...content } = data as Readonly<Record<string, unknown>>
      const text = JSON.stringify(content)
      const known = contents.get(id ?? '') ?? text
      const knownId = ids.get(sequence) ?? id
      contents.set(id ?? '', text)
      ids.set(sequence, id)
      if (knownId !== id) return [`${name}: ${sequence} has two ids`]
      return known === text ? [] : [`${name}: ${id} was first ${known}, and then ${text}`]
    })
  })
}

/** A replay that was granted brings every event that it has promised; no filter and no log that is erased is in its way. */
export function grantsAreKept({ played, portals }: Evidence): readonly string[] {
  const receiver = played.receiver('late')
  return portals.flatMap(({ portal }) => {
    const isErased = played.history.moments.some(
      ({ step }) =>
        step.kind === 'uninstall' && step.clean && played.portal(step.portal) === portal,
    )
    if (isErased) return []
    return played.grants.flatMap(({ portal: granted, at: since, from, to, promised }) => {
      if (granted !== portal) return []
      const brought = receiver.seen.filter(
        ({ at, memberId, sequence, isReplayed }) =>
          isReplayed && at >= since && memberId === portal.memberId && isWithin(sequence, from, to),
      )
      const count = new Set(brought.map(({ sequence }) => sequence)).size
      if (count >= promised) return []
      return [`late of ${portal.domain} got ${count} of ${promised} events from ${from} to ${to}`]
    })
  })
}

function isWithin(sequence: number | null, from: number, to: number): boolean {
  return sequence !== null && sequence >= from && sequence <= to
}
