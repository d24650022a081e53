/** The rules about the receipt of events: whatever was answered 200 is in the log. */
import type { SentEvent } from '../cast/portal.ts'
import type { Evidence } from '../evidence.ts'
import type { LogRow } from '../lanes.ts'

const LONGEST_ANSWER_MS = 30_000
/** Answers that the contract knows for an event. */
const STATUSES = [200, 403, 429, 503]

/**
 * An event that was answered 200 stands in the log, unless its portal has asked for the whole log to be erased
 * since (CLEAN=1), or its object was full and has let go what every receiver had.
 */
export function acknowledgedIsStored({ portals }: Evidence): readonly string[] {
  return portals.flatMap(({ portal, log, isShortened }) => {
    const [first] = log
    const stored = new Set(
      log.map(({ event }) => `${event.name} ${event.field?.id ?? '-'} ${event.ts ?? '-'}`),
    )
    return portal.sent
      .filter(({ answer, sentAt }) => {
        const isErased = portal.erasedAt.some((at) => at >= sentAt)
        const mayBeGone = isShortened && isBefore(first, { answer, sentAt })
        return answer?.status === 200 && !isErased && !mayBeGone
      })
      .filter(({ name, fieldId, ts }) => !stored.has(`${name} ${fieldId} ${ts}`))
      .map(({ name, fieldId, ts, answer }) => {
        const how = JSON.stringify(answer?.body)
        return `${portal.domain}: ${name} of ${fieldId} at ${ts} was answered ${how} and is nowhere`
      })
  })
}

/** Whether an event was stored before the first one that is left. A spilled event has no sequence, and clocks jump. */
function isBefore(
  first: LogRow | undefined,
  { answer, sentAt }: Pick<SentEvent, 'answer' | 'sentAt'>,
): boolean {
  if (first === undefined) return true
  // Sound: an answer of the contract names the sequence of an event that was stored.
  const { sequence } = (answer?.body ?? {}) as { readonly sequence?: number }
  return sequence === undefined ? sentAt <= first.receivedAt : sequence < first.sequence
}

/** Every event gets an answer of the contract, within 30 seconds. */
export function everyRequestIsAnswered({ portals }: Evidence): readonly string[] {
  return portals.flatMap(({ portal }) =>
    portal.sent.flatMap(({ answer, answeredAt, sentAt, ts }) => {
      const event = `${portal.domain}: the event of ${ts}`
      if (answer === null || answeredAt === null) return [`${event} was never answered`]
      const ms = answeredAt - sentAt
      if (ms > LONGEST_ANSWER_MS) return [`${event} was answered after ${ms} ms`]
      return STATUSES.includes(answer.status) ? [] : [`${event} was answered ${answer.status}`]
    }),
  )
}

/** The sequences of a log have no gap: a gap is an event that was lost after its sequence was given. */
export function sequencesAreWhole({ portals }: Evidence): readonly string[] {
  return portals.flatMap(({ portal, log }) =>
    log.flatMap(({ sequence }, index) => {
      const before = log[index - 1]?.sequence ?? sequence - 1
      return before === sequence - 1
        ? []
        : [`${portal.domain}: ${before} is followed by ${sequence}`]
    }),
  )
}
