/**
 * The access of one kind of work to a portal: the best pair for it, within the portal's request limit. An
 * event waits three seconds at most; a comparison may wait a minute.
 */
import type { CallPortal } from '../../bitrix24/servers/rest-client.ts'
import type { ThinReason } from '../../core/log/event.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { PortalCaller } from './portal-caller.ts'
import type { PacedCalls } from './paced-calls.ts'

/** The access of one kind of work. */
export interface PortalAccess {
  /** Calls the portal, after a wait for its turn. It never rejects for an answer. */
  readonly call: CallPortal
  /** Whether the portal has any access at all, whether it works now or not. */
  hasAccess(): boolean
  /** The reason why a call is useless now; null when it is worth a try. */
  refusal(): ThinReason | null
  /** The time at which the limit lets the next call through, in unix milliseconds. */
  blockedUntil(): number
  /** Lets no call through for a time that the portal has asked for, in milliseconds. */
  obey(waitMs: number): void
  /**
   * The generation of the install. An uninstall raises it; an answer to a question that was asked before is
   * then thrown away.
   */
  generation(): number
}

/** Joins the paced calls of one kind of work with what is known of the access. */
export function createPortalAccess(
  call: CallPortal,
  deps: {
    readonly portalCaller: Pick<PortalCaller, 'hasAccess' | 'refusal'>
    readonly paced: Pick<PacedCalls, 'blockedUntil' | 'obey'>
    readonly state: Pick<PortalState, 'install'>
  },
): PortalAccess {
  const { portalCaller, paced, state } = deps
  return {
    call,
    hasAccess: () => portalCaller.hasAccess(),
    refusal: () => portalCaller.refusal(),
    blockedUntil: () => paced.blockedUntil(),
    obey: (waitMs) => paced.obey(waitMs),
    generation: () => state.install().generation,
  }
}

/** Whether asking the portal makes sense now. */
export function canAsk(access: Pick<PortalAccess, 'hasAccess' | 'refusal'>): boolean {
  return access.hasAccess() && access.refusal() === null
}
