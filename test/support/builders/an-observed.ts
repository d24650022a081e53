/** Builders of what a portal's object sees of itself, and of what has happened since it was asked. */
import type { CountedCauses } from '../../../src/core/bulletins/desk.ts'
import {
  LANE_BEHIND_MS,
  type ObservedPortal,
  type ObservedLane,
} from '../../../src/core/bulletins/observed.ts'
import { NOW } from '../time.ts'
import { DOMAIN } from '../identity.ts'

/** A lane that delivers at once. */
export function anObservedLane(partial: Partial<ObservedLane> = {}): ObservedLane {
  return {
    destination: 'erp',
    status: 'active',
    disabledReason: null,
    attempts: 0,
    parked: 0,
    parkReason: null,
    oldestWaitingAt: null,
    behindAt: partial.oldestWaitingAt == null ? null : partial.oldestWaitingAt + LANE_BEHIND_MS,
    lastReason: null,
    ...partial,
  }
}

/** An installed portal in which all is well. */
export function anObserved(partial: Partial<ObservedPortal> = {}): ObservedPortal {
  return {
    now: NOW,
    status: 'active',
    install: {
      key: '0 local.1',
      clientId: 'local.1',
      domain: DOMAIN,
      applicationStatus: 'L',
      updatedTs: null,
    },
    lanes: [anObservedLane()],
    quietAt: null,
    lastEventAt: NOW,
    storage: { bytes: 1000, limit: 0, isFull: false },
    ...partial,
  }
}

/** Nothing has happened. */
export function aHappened(partial: Partial<CountedCauses> = {}): CountedCauses {
  return { seen: 0, life: [], found: null, refusals: 0, ...partial }
}
