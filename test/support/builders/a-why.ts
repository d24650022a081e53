/** The facts of `why`: a portal with which all is well, an event, and the way to the destination erp. */
import type {
  AskedEvent,
  PortalFacts,
  WayFacts,
  WhyFacts,
} from '../../../src/core/why/why-facts.ts'
import { aLaneView, anEventView, MEMBER_ID } from './a-view.ts'
import { DOMAIN } from '../identity.ts'

/** A portal that is bound to the event. */
export function portalFactsOf(partial: Partial<PortalFacts> = {}): PortalFacts {
  return {
    memberId: MEMBER_ID,
    domain: DOMAIN,
    status: 'active',
    remedy: null,
    binding: { kind: 'bound' },
    ...partial,
  }
}

/** A stored event, which was delivered unless its view says otherwise. */
export function aStoredEvent(partial: Parameters<typeof anEventView>[0] = {}): AskedEvent {
  const view = anEventView(partial)
  return { name: view.event.toUpperCase(), view, asked: view.sequence, head: 42, searched: 0 }
}

/** An event that the log does not hold. */
export function anAbsentEvent(partial: Partial<AskedEvent> = {}): AskedEvent {
  return { name: 'ONCRMDEALUPDATE', view: null, asked: null, head: 42, searched: 42, ...partial }
}

/** The way to erp, whose lane has nothing to do and whose filter takes the event. */
export function aWay(partial: Partial<WayFacts> = {}): WayFacts {
  return {
    destination: 'erp',
    isConfigured: true,
    lane: aLaneView(),
    filteredBy: null,
    filter: { events: ['*'], fields: [], users: [], when: [] },
    canReplay: false,
    front: null,
    isBeingRead: false,
    ...partial,
  }
}

/** All facts together. */
export function whyFactsOf(partial: Partial<WhyFacts> = {}): WhyFacts {
  return { portal: portalFactsOf(), event: aStoredEvent(), ways: [aWay()], ...partial }
}
