/** The start of a portal's object: it brings the parts back to where they stood when the object ended. */
import type { PortalParts } from './parts.ts'

/**
 * Reads everything that is stored, in the order in which the parts rest on one another, and makes sure that
 * an alarm stands for the part that is due first. A full disk stops no start: what cannot be written now is
 * tried again.
 */
export async function loadParts(parts: PortalParts): Promise<void> {
  const { memberId, world, state, values, receivers, rules, appender, book, matcher } = parts
  const { alarm, log, reconciliation, enricher, waker } = parts
  const isKnown = state.load()
  if (isKnown) await values.load()
  await receivers.load()
  if (!isKnown) return
  appender.load()
  if (!book.load()) world.log('error', 'lanes_damaged', { memberId })
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
}
