/** A portal's object as the edge sees it over RPC. */
import type { PortalObject } from '../portal/portal.ts'
import type { PortalCalls } from '../portal/portal-calls.ts'
import type { Remote } from '../objects/remote.ts'

/** The RPC methods of a portal's object. */
export type PortalClient = Remote<PortalObject, keyof PortalCalls>

/**
 * Gives a new client of a portal's object each time: one that failed once stays broken (docs/cloudflare.md, "Calling an
 * object").
 */
export type PortalLookup = (memberId: string) => PortalClient
