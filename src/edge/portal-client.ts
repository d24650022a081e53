/** A portal's object as the Worker sees it over RPC. */
import type { PortalObject } from '../portal/portal.ts'
import type { Remote } from '../objects/remote.ts'

/** The RPC methods of a portal's object. */
export type PortalClient = Remote<
  PortalObject,
  | 'append'
  | 'recognises'
  | 'install'
  | 'uninstall'
  | 'touch'
  | 'view'
  | 'events'
  | 'event'
  | 'parked'
  | 'controlLane'
  | 'replay'
  | 'setValue'
  | 'reconcile'
>

/** Takes a new stub each time: a broken stub stays broken (facts: platform.md section 3.3). */
export type PortalLookup = (memberId: string) => PortalClient
