/**
 * Answers why a destination got, or would get, no message about an event: the way of the event, check by check, and the
 * first one that stands in the way. Nothing is decided here: the facts come from the functions that decide. Pure.
 */
import { isBulletinName } from '../bulletins/bulletin.ts'
import { displayName } from '../events/event-names.ts'
import { nearestWord } from '../nearest-word.ts'
import type { Check, WhyView } from '../views/why-view.ts'
import { portalChecks, type OutsideFacts } from './portal-checks.ts'
import { wayChecks, type ExplainFailure } from './way-checks.ts'
import { UNKNOWN_WAY, type WayFacts, type WhyFacts } from './why-facts.ts'

/** Everything beside the facts of the portal's object. */
export interface TellTerms {
  readonly outside: OutsideFacts
  readonly explainFailure: ExplainFailure
  /** The one destination that is asked for; null for all. */
  readonly destination: string | null
}

type DestinationWhy = WhyView['destinations'][number]

/** Tells the way of an event to each destination. */
export function tellWhy({ portal, event, ways }: WhyFacts, terms: TellTerms): WhyView {
  const { destination, outside, explainFailure } = terms
  const { view, name } = event
  const ofPortal = [...portalChecks(portal, event, outside), ...(ways === null ? [UNREADABLE] : [])]
  // Nothing can be said of a destination that cannot be read, or about an event of which not even the name is known.
  const asked = name === null || ways === null ? [] : waysAsked(ways, destination)
  return {
    memberId: portal.memberId,
    domain: portal.domain,
    event: name === null ? null : shownName(name),
    sequence: view?.sequence ?? null,
    receivedAt: view?.receivedAt ?? null,
    checks: ofPortal,
    destinations: asked.map((way): DestinationWhy => {
      // No destination takes what no log holds, or refuses it.
      const isOutside = ofPortal.some(({ reason }) => reason === 'not_in_log')
      const own = isOutside ? [] : wayChecks(way, { event, explainFailure })
      const checks = [...own, ...similarTo(way, ways ?? [])]
      return {
        destination: way.destination,
        answer: answerOf(way, view?.fates ?? null),
        checks,
        cause: firstBlocking(ofPortal, checks),
      }
    }),
  }
}

/** The name as it is written: that of an event of the relay itself has small letters. */
function shownName(name: string): string {
  const small = name.toLowerCase()
  return isBulletinName(small) ? small : displayName(name)
}

/** With unreadable destinations every lane stands still. */
const UNREADABLE: Check = {
  step: 'destination',
  reason: 'destinations_unreadable',
  blocks: true,
  finding: 'DESTINATIONS cannot be read, so no lane goes on, and events wait',
  remedy: 'Correct DESTINATIONS: /healthz names what is wrong',
}

function waysAsked(ways: readonly WayFacts[], destination: string | null): readonly WayFacts[] {
  if (destination === null) return ways
  const way = ways.find((one) => one.destination === destination)
  return [way ?? { ...UNKNOWN_WAY, destination }]
}

/** The destination whose name was probably meant. */
function similarTo({ destination }: WayFacts, ways: readonly WayFacts[]): readonly Check[] {
  const names = ways.map((way) => way.destination)
  const meant = names.includes(destination) ? null : nearestWord(destination, names)
  if (meant === null) return []
  const finding = `Perhaps the destination ${meant} is meant`
  return [{ step: 'destination', reason: 'similar_name', blocks: false, finding, remedy: null }]
}

function answerOf(
  { destination, lane }: WayFacts,
  fates: NonNullable<WhyFacts['event']['view']>['fates'] | null,
): DestinationWhy['answer'] {
  if (fates === null) return 'never_arrived'
  const state = fates[destination]?.state
  // Without a lane the destination gets nothing of this portal.
  return state ?? (lane === null ? 'filtered' : 'waiting')
}

function firstBlocking(...checks: readonly (readonly Check[])[]): Check | null {
  return checks.flat().find(({ blocks }) => blocks) ?? null
}
