/** Everything that is wrong with a portal, in words, each with what ends it. The worst comes first. */
import type { LaneView } from '../../../core/views/lane-view.ts'
import type { SpilledRequests, WholeView } from '../../../core/views/whole-view.ts'
import { belowPortal, lanePath } from '../../paths.ts'
import { explainBulletin } from '../../words/bulletin-words.ts'
import { explainReason } from '../../words/reasons.ts'
import { counted, wordsFor } from '../../words/counts.ts'
import { lowered } from '../../words/sentence.ts'
import { explainState } from '../../words/state-words.ts'
import type { Tone } from '../../words/tone.ts'
import { formatBytes } from '../../words/values.ts'

/** One thing that is wrong. */
export interface PortalTrouble {
  readonly tone: Tone
  readonly text: string
  readonly remedy: string | null
  /** The button that ends it, or the page that does; null when nothing here can. */
  readonly act: {
    readonly kind: 'button' | 'link'
    readonly label: string
    readonly to: string
  } | null
}

/** Lists the troubles. */
export function troublesOf(view: WholeView): readonly PortalTrouble[] {
  return [
    ...stateTroubles(view),
    ...laneTroubles(view),
    ...bulletinTroubles(view),
    ...logTroubles(view),
    ...hints(view),
  ]
}

function stateTroubles({ state, remedy, access, pending, uninstallNotice, recovery }: WholeView) {
  const troubles: PortalTrouble[] = []
  if (state !== 'active') {
    const asked = remedy ?? pending?.remedy ?? null
    troubles.push({ ...explainState(state), remedy: asked, act: null })
  }
  if (access !== null && access.remedy !== remedy) {
    const text = `The portal cannot be asked (${access.trouble})`
    troubles.push({ tone: 'warn', text, remedy: access.remedy, act: null })
  }
  for (const one of pending === null ? [] : [pending, ...pending.others]) {
    const text = `An installation${one.domain === null ? '' : ` of ${one.domain}`} waits until ${one.expiresAt ?? '?'}`
    if (one.remedy !== troubles[0]?.remedy)
      troubles.push({ tone: 'warn', text, remedy: one.remedy, act: null })
  }
  if (uninstallNotice !== null) {
    troubles.push({ tone: 'warn', text: uninstallNotice.remedy, remedy: null, act: null })
  }
  if (recovery !== null && !recovery.isConfirmed) {
    troubles.push({ tone: 'warn', text: recovery.remedy, remedy: null, act: null })
  }
  return troubles
}

/** The most disabled lanes that are told one by one. */
const MAX_LANES = 5

function laneTroubles({ memberId, lanes }: WholeView): readonly PortalTrouble[] {
  const disabled = lanes.filter(({ state }) => state === 'disabled')
  const troubles: PortalTrouble[] = disabled
    .slice(0, MAX_LANES)
    .map((lane) => disabledTrouble(memberId, lane))
  if (disabled.length > MAX_LANES) {
    const text = `${counted(disabled.length - MAX_LANES, 'more lane')} disabled`
    troubles.push({ tone: 'bad', text, remedy: 'Each says below what to do', act: null })
  }
  const retrying = lanes.filter(({ state }) => state === 'retrying')
  if (retrying.length > 0) {
    const names = retrying.map(({ destination }) => destination).join(', ')
    const text = `${names} ${wordsFor(retrying.length, 'waits', 'wait')} for a further attempt`
    troubles.push({ tone: 'warn', text, remedy: 'The relay tries again by itself', act: null })
  }
  const parked = lanes.reduce((sum, lane) => sum + lane.parked, 0)
  if (parked > 0) {
    const to = belowPortal(memberId, 'parked')
    const act = { kind: 'link', label: 'See the parked events', to } as const
    const text = counted(
      parked,
      'event is parked, which was not taken or set aside',
      'events are parked, which were not taken or set aside',
    )
    troubles.push({ tone: 'warn', text, remedy: null, act })
  }
  return troubles
}

function disabledTrouble(memberId: string, { destination, reason }: LaneView): PortalTrouble {
  const { meaning, remedy } =
    reason === null
      ? { meaning: 'its receiver takes nothing', remedy: null }
      : explainReason(reason)
  const to = lanePath(memberId, destination, 'resume')
  return {
    tone: 'bad',
    text: `${destination} is disabled, and its events wait: ${lowered(meaning)}`,
    remedy,
    act: { kind: 'button', label: `Resume ${destination}`, to },
  }
}

/** The troubles that state and lanes of the page tell already. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set([
  'relay.lane.disabled',
  'relay.portal.tokens_lost',
  'relay.portal.suspended',
  'relay.portal.unfinished',
])

/** What the relay has told and what lasts, and the bulletins that a destination has not taken. */
function bulletinTroubles(view: WholeView): readonly PortalTrouble[] {
  const { state, openBulletins = [], bulletins = [] } = view
  const open = openBulletins
    .filter(({ type }) => !TOLD_ELSEWHERE.has(type))
    .filter(({ type }) => type !== 'relay.portal.storage' || state !== 'portal_full')
    .map(({ type, about }): PortalTrouble => ({ ...explainBulletin(type, about), act: null }))
  const parked = Map.groupBy(
    bulletins.flatMap(({ fates }) => fates).filter((fate) => fate.state === 'parked'),
    ({ destination }) => destination,
  )
  const untold = [...parked].map(([destination, fates]): PortalTrouble => {
    const reason = fates[0]?.reason ?? null
    const words = reason === null ? null : explainReason(reason)
    const why = words === null ? '' : `: ${lowered(words.meaning)}`
    return {
      tone: 'warn',
      text: `${destination} has not taken ${counted(fates.length, 'bulletin')} of the relay${why}`,
      remedy: words?.remedy ?? null,
      act: {
        kind: 'link',
        label: `Replay what is parked at ${destination}`,
        to: lanePath(view.memberId, destination, 'replay'),
      },
    }
  })
  return [...open, ...untold]
}

/**
 * Lists what is wrong outside of the object. It is looked for when a page is loaded, since each look costs two lists of
 * KV.
 */
export function outsideTroublesOf(
  memberId: string,
  { spilled, spillRefused }: SpilledRequests,
): readonly PortalTrouble[] {
  const troubles: PortalTrouble[] = []
  if (spillRefused > 0) {
    const text = counted(
      spillRefused,
      'request out of the spill was not believed',
      'requests out of the spill were not believed',
    )
    const remedy = 'Correct the reason that GET …/refused names, and hand them over again'
    const to = belowPortal(memberId, 'refused', 'replay')
    troubles.push({
      tone: 'bad',
      text,
      remedy,
      act: { kind: 'button', label: 'Hand over again', to },
    })
  }
  if (spilled > 0) {
    const text = `${counted(spilled, 'request waits', 'requests wait')} in the spill, since the portal's object could not be reached`
    const remedy = 'They are handed over within five minutes'
    troubles.push({ tone: 'warn', text, remedy, act: null })
  }
  return troubles
}

function logTroubles({ memberId, storage, quarantined }: WholeView) {
  const troubles: PortalTrouble[] = []
  if (storage.crowdedOut > 0) {
    const text = `${counted(storage.crowdedOut, 'event')} went before their time, because the log has ${formatBytes(storage.bytes)}. ${storage.heldBy.join(', ')} had still to get them`
    const remedy = 'Resume or remove these destinations, or set a larger MAX_LOG_BYTES'
    troubles.push({ tone: 'bad', text, remedy, act: null })
  }
  if (quarantined > 0) {
    const act = {
      kind: 'link',
      label: 'See them',
      to: `${belowPortal(memberId, 'parked')}#quarantined`,
    } as const
    const text = `${counted(quarantined, 'event is', 'events are')} quarantined: authentic, and not understood`
    troubles.push({ tone: 'warn', text, remedy: null, act })
  }
  return troubles
}

function hints({ subscriptions, install, domainHolder, refused, damaged, unreadable }: WholeView) {
  const troubles: PortalTrouble[] = []
  const hint = (text: string, remedy: string | null): void => {
    troubles.push({ tone: 'warn', text, remedy, act: null })
  }
  const { missing, others } = subscriptions
  for (const [remedy, events] of Map.groupBy(missing, (one) => one.remedy)) {
    hint(`Bitrix24 does not send ${events.map(({ event }) => event).join(', ')}`, remedy)
  }
  if (others.length > 0)
    hint(`The application is bound to ${others.join(', ')} as well`, subscriptions.remedy)
  if (install.refusedApplication !== undefined) {
    const { clientId, remedy } = install.refusedApplication
    hint(
      `The application ${clientId} was refused, because another one speaks for this portal`,
      remedy,
    )
  }
  if (domainHolder !== null)
    hint(`The portal ${domainHolder.memberId} had this domain first`, domainHolder.remedy)
  if (refused.count > 0) {
    hint(
      `${counted(refused.count, 'installation was', 'installations were')} refused, the last one as ${refused.reason ?? 'unknown'}`,
      refused.remedy,
    )
  }
  if (damaged.length > 0) {
    hint(
      `Damaged rows were set aside: ${damaged.map(({ part }) => part).join(', ')}`,
      'See docs/storage.md; they are kept for 90 days',
    )
  }
  if (unreadable.length > 0)
    hint(`The last comparison could not read ${unreadable.join(', ')}`, null)
  return troubles
}
