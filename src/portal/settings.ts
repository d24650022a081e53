/** The settings of a portal's object, as the composition root hands them over: its configuration and its neighbours. */
import type { AddressPolicy } from '../core/safety/address.ts'
import type { FieldFamily } from '../core/log/event.ts'
import type { WantedPatterns } from '../core/events/wanted-events.ts'
import type { OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import type { Destination } from '../destinations/settings/destination.ts'
import type { InstallStore } from '../storage/install-store.ts'
import type { Sealer } from '../storage/seal.ts'
import type { DirectoryRemote } from '../objects/directory.ts'
import type { PacerClient } from '../objects/pacer-client.ts'
import type { World } from './world.ts'

/** The part of the configuration that a portal's object uses. */
export interface PortalConfig {
  /** The destinations; null when DESTINATIONS cannot be read. Then lanes stand still, and events wait. */
  readonly destinations: readonly Destination[] | null
  /** The client secret by client id. */
  readonly applications: ReadonlyMap<string, string>
  readonly oauthUrls: readonly string[]
  readonly webhooks: readonly OutgoingWebhook[]
  readonly sealer: Sealer
  readonly policy: AddressPolicy
  readonly retentionDays: number
  /** The most bytes of the log; 0 stands for none. */
  readonly maxLogBytes: number
  /** Canonical names of the events to bind in a portal that nobody has asked what it offers. */
  readonly wantedEvents: readonly string[]
  /** The events that the configuration wants to be bound, to be matched with the offer of a portal. */
  readonly wanted: WantedPatterns
  /** The relay's own origin as configured; null stands for the origin that the portal called. */
  readonly publicUrl: string | null
  /** Minutes between two scheduled comparisons; 0 turns them off. */
  readonly reconcileMinutes: number
  /** Addresses of the settings pages of families, for the button "Open in Bitrix24". */
  readonly fieldLinks: ReadonlyMap<FieldFamily, string>
  /** The most events of one commit; 1 switches grouping off. */
  readonly maxGroup: number
}

/** Everything that the composition root hands to a portal's object. */
export interface PortalSettings {
  readonly config: PortalConfig
  readonly world: World
  /** The mirror of installs in KV. */
  readonly installStore: InstallStore
  readonly directory: Pick<
    DirectoryRemote,
    | 'pin'
    | 'pinned'
    | 'unpin'
    | 'holdDomain'
    | 'notePending'
    | 'notePortal'
    | 'noteReport'
    | 'noteMissing'
  >
  /** The pace of receivers, shared with all portals. */
  readonly pacer: PacerClient
  /** Calls the method `goOn` of a portal's object; rejects when it does not answer in time. */
  readonly callItself: (memberId: string) => Promise<void>
}
