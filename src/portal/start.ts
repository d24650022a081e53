/** The start of a portal's object: it brings the parts back to where they stood when the object ended. */
import type { PortalParts } from './parts.ts'
import { confirmRecovery, recoverInstall } from './recovery.ts'

/**
 * Reads everything that is stored, in the order in which the parts rest on one another, and makes sure that
 * an alarm stands for the part that is due first. A damaged row stops no start, and its part begins anew. A full
 * disk stops none either: what cannot be written now is tried again.
 *
 * @throws when the install is damaged and KV, which holds its copy, does not answer.
 */
export async function loadParts(parts: PortalParts): Promise<void> {
  const { state, values, receivers, rules, appender, book, matcher } = parts
  const { alarm, log, reconciliation, enricher, waker, scheduler } = parts
  await recoverInstall(parts)
  const isKnown = state.load()
  if (isKnown) await values.load()
  await receivers.load()
  if (!isKnown) return
  appender.load()
  book.load()
  rules.noteStart()
  rules.skipFiltered()
  matcher.follow()
  // The alarm is read before the parts that may move it.
  await alarm.load()
  reconciliation.load((time) => log.lastFieldEventSince(time))
  // A lane that does not get an event tells nobody of it, so it may have passed it.
  enricher.load(log.awaiting(), (entry) =>
    book
      .all()
      .some((lane) => lane.cursor >= entry.sequence && rules.filteredBy(lane, entry) === null),
  )
  waker.wakeInTime()
  scheduler.background(confirmRecovery(parts))
}
