/**
 * Erases one event's content, or everything of a portal, as an operator asks. The facts stay on which a promise to
 * receivers rests: of an event its sequence and its fates, of a portal the tombstone, so that no sequence is ever
 * used twice.
 */
import { pinsOf } from '../../core/access/installs/webhook-installs.ts'
import { NO_INSTALL } from '../../core/access/installs/install.ts'
import { domainOf } from '../../core/access/domains.ts'
import type { LaneState } from '../../core/lanes/state/lane-state.ts'
import { withoutContent } from '../../core/log/erased-event.ts'
import type { PartsOf, PortalParts } from '../parts.ts'

/** The parts that hold an event, or may have to deliver it. */
type EventParts = Pick<
  PortalParts,
  'state' | 'db' | 'log' | 'fates' | 'book' | 'rules' | 'enricher' | 'world'
>

/** The parts in which anything of a portal stands. They are nine, since nothing of it may be forgotten. */
type EraseParts = Pick<
  PortalParts,
  | 'memberId'
  | 'state'
  | 'trust'
  | 'uninstaller'
  | 'mirror'
  | 'pending'
  | 'reporter'
  | 'world'
  | 'scheduler'
>

/** The answer to the wish to erase an event. */
export type EventErasure = 'done' | 'unknown' | 'still_waiting'

/** The answer to the wish to erase a portal; `erased` counts the events that no receiver got. */
export type PortalErasure =
  | { readonly kind: 'done'; readonly erased: number }
  | { readonly kind: 'unknown' | 'wrong_domain' }

/** Erases the content of an event that no lane has still to deliver. It is sent to nobody any more. */
export function eraseEvent(parts: EventParts, sequence: number): EventErasure {
  const { state, db, log, fates, book, rules, enricher, world } = parts
  const entry = state.isKnown() ? log.entry(sequence) : null
  if (entry === null) return 'unknown'
  const lanes = book.all().filter(({ status }) => status !== 'removed')
  const reasons = new Map(
    lanes.map((lane) => [lane, rules.filteredBy(lane, entry)?.reason ?? null]),
  )
  const isAwaited = sequence > enricher.readableHead()
  const waits = [...reasons].some(([lane, reason]) => stillWaits(lane, sequence) && reason === null)
  if (isAwaited || waits) return 'still_waiting'
  const filtered = [...reasons].flatMap(([{ destination }, reason]) =>
    reason === null ? [] : [[destination, reason] as const],
  )
  const erased = withoutContent(entry, { at: world.now(), filtered: Object.fromEntries(filtered) })
  db.transaction(() => {
    log.rewrite(sequence, erased)
    fates.expireParked(sequence)
  })
  return 'done'
}

/** Whether an event is in front of the lane, in a message under way, or wanted again. */
function stillWaits({ cursor, gathering, replays }: LaneState, sequence: number): boolean {
  const isWanted = replays.some(({ next, to }) => next <= sequence && sequence <= to)
  return sequence > cursor || isWanted || (gathering.underWay ?? []).includes(sequence)
}

/**
 * Erases everything of a portal. The caller has to name its domain, or its member id where no domain is known. A
 * directory that does not answer ends it before anything is gone; the same request goes on.
 */
export async function erasePortal(
  parts: EraseParts & PartsOf<typeof eraseBulletins>,
  named: string,
): Promise<PortalErasure> {
  const { memberId, state, trust, uninstaller, mirror, reporter, world, scheduler } = parts
  if (!state.isKnown()) return { kind: 'unknown' }
  const install = state.install()
  const name = domainOf(install) ?? install.endedDomain ?? memberId
  if (named.toLowerCase() !== name.toLowerCase()) return { kind: 'wrong_domain' }
  for (let n = pinsOf(install).length; n > 0; n -= 1) await trust.removePin(n)
  const now = world.now()
  const erased = uninstaller.end({ ts: Math.floor(now / 1000), clean: true, endedAt: now })
  eraseBulletins(parts)
  if (state.pending() !== null) state.changePending(null)
  // Of the install only the numbers are left that keep sequences and pairs of another time apart.
  state.changeInstall(({ generation, lastSequence, uninstallTs, erasedUpTo }) => {
    const tombstone = { generation, lastSequence, uninstallTs, erasedUpTo }
    return { ...NO_INSTALL, ...tombstone, kvDirty: true }
  })
  world.logLine('info', 'portal_erased', { memberId, erased })
  await reporter.renew({ isLogEmpty: true })
  await mirror.tidy({ isLogEmpty: true })
  scheduler.advance()
  return { kind: 'done', erased }
}

/** Erases the portal's bulletins. No bulletin tells of its end, since the operator wants nothing of it to be left. */
function eraseBulletins({ bulletins }: Pick<PortalParts, 'bulletins'>): void {
  bulletins.clear({ isTold: false })
}
