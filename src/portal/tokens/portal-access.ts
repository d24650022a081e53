/** How one kind of work asks a portal: with the portal's tokens, and within the portal's limits. */
import type { CallPortal } from '../../bitrix24/servers/rest-client.ts'
import type { ThinReason } from '../../core/log/event.ts'
import type { PortalState } from '../state.ts'
import type { PortalCaller } from './caller.ts'
import type { PacedCalls } from './paced-calls.ts'

/** The access of one kind of work. */
export interface PortalAccess {
  /** Calls the portal; waits a little for its turn. Never rejects for an answer. */
  readonly call: CallPortal
  /** Whether there is anything to ask with, good or not. */
  hasAccess(): boolean
  /** Why asking is useless now; null when it is worth a try. */
  refusal(): ThinReason | null
  /** Until when the portal's limits let no request through, in unix milliseconds. */
  blockedUntil(): number
  /** Lets no request through for a time that the portal asks for, in milliseconds. */
  obey(waitMs: number): void
  /** Changes with an uninstall: an answer to a question of an earlier generation is thrown away. */
  generation(): number
}

/** Joins the tokens of a portal with its limits. */
export function createPortalAccess(
  call: CallPortal,
  deps: {
    readonly caller: Pick<PortalCaller, 'hasAccess' | 'refusal'>
    readonly paced: Pick<PacedCalls, 'blockedUntil' | 'obey'>
    readonly state: Pick<PortalState, 'install'>
  },
): PortalAccess {
  const { caller, paced, state } = deps
  return {
    call,
    hasAccess: () => caller.hasAccess(),
    refusal: () => caller.refusal(),
    blockedUntil: () => paced.blockedUntil(),
    obey: (waitMs) => paced.obey(waitMs),
    generation: () => state.install().generation,
  }
}

/** Whether asking the portal makes sense now. */
export function canAsk(access: Pick<PortalAccess, 'hasAccess' | 'refusal'>): boolean {
  return access.hasAccess() && access.refusal() === null
}
