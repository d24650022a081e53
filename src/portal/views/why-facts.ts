/**
 * Gathers the facts from which `why` answers. Each of them comes from the function that decides in earnest: the filter
 * of the lane's rules, the fate, the plan of the configuration. They hold no secret.
 */
import { domainOf } from '../../core/access/domains.ts'
import { canonicalName } from '../../core/events/event-names.ts'
import { canReplay } from '../../core/lanes/filters/filter-reason.ts'
import { epochAt } from '../../core/lanes/state/epochs.ts'
import type { Epoch, LaneState } from '../../core/lanes/state/lane-state.ts'
import { createLane } from '../../core/lanes/state/match-lanes.ts'
import { NO_CONTENT, NOT_ENRICHED, type LogEntry } from '../../core/log/event.ts'
import { MAX_SEQUENCE } from '../../core/log/max-sequence.ts'
import { findBinding } from '../../core/why/binding.ts'
import {
  UNKNOWN_WAY,
  type AskedEvent,
  type PortalFacts,
  type WayFacts,
  type WhyQuestion,
} from '../../core/why/why-facts.ts'
import type { Enricher } from '../fields/enricher.ts'
import type { PortalDomains } from '../installs/domains.ts'
import type { RobotAddress } from '../installs/robot-address.ts'
import type { LanePlans } from '../lanes/plans.ts'
import type { LaneRules } from '../lanes/rules.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalConfig } from '../settings.ts'
import type { PortalState } from '../state/portal-state.ts'
import { oneEventView, type EventViewParts } from './event-views.ts'
import { frontOf, laneView, type LaneViewParts } from './lane-view.ts'
import { portalStatus, remedyOfStatus, type StatusParts } from '../reports/portal-status.ts'

/** The most events, newest first, among which one is looked for by its name. */
export const MAX_SEARCHED = 5000

/** The rows that are read at a time. */
const PAGE = 500

/** Everything in which the event is looked for. */
export interface AskedEventParts extends EventViewParts {
  readonly state: Pick<PortalState, 'head'>
  readonly log: EventViewParts['log'] & Pick<LogStore, 'entry' | 'outlinesBefore'>
}

/** The event that is asked about: the one of a sequence, or the newest one of a name. */
export function askedEvent(parts: AskedEventParts, question: WhyQuestion): AskedEvent {
  const head = parts.state.head()
  if ('sequence' in question) {
    const { sequence } = question
    const view = oneEventView(parts, sequence)
    const name = view === null ? null : (canonicalName(view.event) ?? view.event)
    return { name, view, asked: sequence, head, searched: 0 }
  }
  const { found, searched } = findNewest(parts.log, question.event)
  const view = found === null ? null : oneEventView(parts, found)
  return { name: question.event, view, asked: null, head, searched }
}

/** The sequence of the newest event of a name, and how many events were looked through. */
function findNewest(log: Pick<LogStore, 'outlinesBefore'>, name: string) {
  let searched = 0
  let before = MAX_SEQUENCE
  while (searched < MAX_SEARCHED) {
    const page = log.outlinesBefore(before, PAGE)
    const found = page.findIndex(({ event }) => event.name === name)
    if (found >= 0) return { found: page[found]?.sequence ?? null, searched: searched + found + 1 }
    searched += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    before = last.sequence
  }
  return { found: null, searched }
}

/** Everything that decides whether an event of the portal reaches the log. */
export interface PortalFactsParts extends StatusParts {
  readonly memberId: string
  readonly domains: Pick<PortalDomains, 'present'>
  readonly config: Pick<PortalConfig, 'wanted' | 'wantedEvents'>
  readonly robotAddress: Pick<RobotAddress, 'since'>
}

/** The facts about the way up to the log; `name` is the canonical name of the event, as far as it is known. */
export function portalFacts(parts: PortalFactsParts, name: string | null): PortalFacts {
  const { memberId, domains, config, robotAddress } = parts
  const install = parts.state.install()
  const { application, webhooks, subscriptions } = install
  const has = { hasApplication: application !== null, hasWebhook: webhooks.length > 0 }
  const terms = { ...config, ...has, subscriptions }
  return {
    memberId,
    domain: domains.present() ?? domainOf(install),
    status: portalStatus(parts),
    remedy: remedyOfStatus(parts),
    binding: name === null ? null : findBinding(name, terms),
    hasRobotAddress: robotAddress.since() !== null,
  }
}

/** The parts that decide about the fate of an event at a destination. */
export interface WayFactsParts extends LaneViewParts {
  readonly config: Pick<PortalConfig, 'destinations'>
  readonly plans: Pick<LanePlans, 'all'>
  readonly book: EventViewParts['book']
  readonly rules: Pick<LaneRules, 'filteredBy' | 'match' | 'tellerOf'>
  readonly log: LaneViewParts['log'] & Pick<LogStore, 'entry'>
  readonly enricher: Pick<Enricher, 'readableHead'>
}

/** The way of an event to each destination; null when the destinations cannot be read. */
export function wayFacts(
  parts: WayFactsParts,
  { name, view }: AskedEvent,
  now: number,
): readonly WayFacts[] | null {
  const plans = parts.plans.all()
  if (plans === null) return null
  const head = parts.state.head()
  const stored = view === null ? null : parts.log.entry(view.sequence)
  const lanes = new Map(parts.book.all().map((lane) => [lane.destination, lane]))
  const configured = (parts.config.destinations ?? []).map((destination) => destination.name)
  return [...new Set([...configured, ...lanes.keys()])].map((destination): WayFacts => {
    const plan = plans.find((one) => one.destination === destination)
    // A portal that has stored nothing yet gets its lanes with the first event.
    const lane = lanes.get(destination) ?? (plan === undefined ? null : createLane(plan, head))
    const common = { destination, isConfigured: configured.includes(destination) }
    if (lane === null || name === null) return { ...UNKNOWN_WAY, ...common }
    return {
      ...common,
      lane: laneView(parts, lane, now),
      ...(stored === null ? decideByName(parts, lane, name) : decide(parts, lane, stored)),
      front: frontOf(parts, lane),
      isBeingRead: stored !== null && stored.sequence > parts.enricher.readableHead(),
      isWantedAgain:
        stored !== null &&
        isWantedAgain(lane, stored.sequence, {
          parked: view?.fates[destination]?.state === 'parked',
          range: canReplay(lane, stored, parts.rules),
        }),
    }
  })
}

/**
 * Whether one of the lane's replays has still to send an event; `takes` says whether either kind of replay takes it.
 */
function isWantedAgain(
  { replays }: LaneState,
  sequence: number,
  takes: { readonly parked: boolean; readonly range: boolean },
): boolean {
  return replays.some(
    ({ next, to, parkedOnly }) =>
      next <= sequence && sequence <= to && (parkedOnly ? takes.parked : takes.range),
  )
}

type Decision = Pick<WayFacts, 'filteredBy' | 'filter' | 'canReplay'>

/** The decision of the filter that stood at the event. */
function decide({ rules }: WayFactsParts, lane: LaneState, entry: LogEntry): Decision {
  return {
    filteredBy: rules.filteredBy(lane, entry),
    filter: filterOf(epochAt(lane, entry.sequence)),
    canReplay: canReplay(lane, entry, rules),
  }
}

/** The decision of the present filter about a name; the other parts of the filter need the event itself. */
function decideByName({ rules }: WayFactsParts, lane: LaneState, name: string): Decision {
  const present = lane.epochs.at(-1) ?? null
  const filter = filterOf(present)
  if (present === null) return { filteredBy: null, filter, canReplay: false }
  const byName = { ...lane, epochs: [{ ...present, from: 0, fields: [], users: [], when: [] }] }
  return { filteredBy: rules.filteredBy(byName, entryOf(name)), filter, canReplay: false }
}

function filterOf(epoch: Epoch | null): WayFacts['filter'] {
  if (epoch === null) return null
  const { events, fields, users = [], when = [] } = epoch
  return { events, fields, users, when }
}

/** An event of which nothing but its name is known. */
function entryOf(name: string): LogEntry {
  const event = { name, ...NO_CONTENT }
  const place = { sequence: MAX_SEQUENCE, receipt: '', receivedAt: 0, origin: 'event' } as const
  return { ...place, event, enrichment: NOT_ENRICHED }
}
