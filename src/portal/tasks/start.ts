/** The start of a portal's object: it brings the parts back to where they stood when the object ended. */
import type { PartsOf, PortalParts } from '../parts.ts'
import { confirmRecovery, recoverInstall } from './installs/recovery.ts'
import { makeRoom } from './log/tidy-log.ts'

/** The parts that every start reads, also that of an unknown portal. */
type InstallLoadParts = Pick<
  PortalParts,
  'state' | 'values' | 'receivers' | 'robotAddress' | 'missingListing'
>

/** The parts that a start of a known portal needs. They are nine, since all stored work goes on. */
type KnownLoadParts = Pick<
  PortalParts,
  | 'appender'
  | 'book'
  | 'rules'
  | 'matcher'
  | 'alarm'
  | 'youngest'
  | 'reconciliation'
  | 'enricher'
  | 'waker'
>

/** The steps of a start. */
type StartSteps = PartsOf<typeof recoverInstall> &
  InstallLoadParts &
  PartsOf<typeof beginBulletins> &
  KnownLoadParts &
  PartsOf<typeof makeRoom> &
  PartsOf<typeof confirmRecovery>

/**
 * Brings the parts back to where they stood when the object ended.
 *
 * @throws when the install is damaged and KV, which holds its copy, does not answer.
 */
export async function startPortal(parts: StartSteps): Promise<void> {
  const { state, scheduler } = parts
  await recoverInstall(parts)
  if (!(await loadInstall(parts))) return beginBulletins(parts)
  await loadKnown(parts)
  if (state.hasFormerTables()) scheduler.background(makeRoom(parts))
  scheduler.background(confirmRecovery(parts))
}

/** Reads the install and the values that its receivers need. False means that nothing is known of the portal. */
async function loadInstall({
  state,
  values,
  receivers,
  robotAddress,
  missingListing,
}: InstallLoadParts): Promise<boolean> {
  const isKnown = state.load()
  if (isKnown) {
    robotAddress.load()
    missingListing.load()
    await values.load()
  }
  await receivers.load()
  return isKnown
}

/**
 * Reads everything else that is stored, in the order in which the parts rest on one another, and makes sure that
 * an alarm stands for the part that is due first. A damaged row stops no start, and its part begins anew. A full
 * disk stops none either: what cannot be written now is tried again.
 */
async function loadKnown(parts: KnownLoadParts & PartsOf<typeof beginBulletins>): Promise<void> {
  const { appender, book, rules, matcher, alarm, youngest, reconciliation, enricher, waker } = parts
  // The alarm is read before the parts that may move it.
  await alarm.load()
  youngest.sharing(() => {
    appender.load(youngest.recentArrivals())
    book.load()
    rules.noteStart()
    const awaiting = youngest.awaiting()
    rules.skipFiltered((awaiting[0]?.sequence ?? youngest.lastSequence() + 1) - 1)
    matcher.follow()
    reconciliation.load((time) => youngest.lastFieldEventSince(time))
    // An event counts as seen when a lane has passed it that gets it. A lane that does not get the event has told
    // nobody of it.
    enricher.load({ awaiting, carrying: youngest.carrying() }, (entry) =>
      book
        .all()
        .some((lane) => lane.cursor >= entry.sequence && rules.filteredBy(lane, entry) === null),
    )
    beginBulletins(parts)
    waker.wakeInTime()
  })
}

/** Reads what is told of the portal itself. A storage that fails here costs bulletins, and no event. */
function beginBulletins({
  bulletins,
  scheduler,
}: Pick<PortalParts, 'bulletins' | 'scheduler'>): void {
  try {
    bulletins.begin()
  } catch (error) {
    scheduler.report('background_failed', error)
  }
}
