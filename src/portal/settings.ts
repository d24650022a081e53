/**
 * The settings of a portal's object, as the composition root hands them over: its configuration, the outside
 * world, and its neighbours.
 */
import type { AddressPolicy } from '../core/safety/address.ts'
import type { FieldFamily } from '../core/log/event.ts'
import type { Fetch } from '../core/fetch.ts'
import type { OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import type { Destination } from '../destinations/settings/destination.ts'
import type { LineWriter } from '../log.ts'
import type { InstallStore } from '../storage/install-store.ts'
import type { Sealer } from '../storage/seal.ts'
import type { PendingListing } from '../objects/directory-store.ts'
import type { PacerClient } from '../objects/pacer-client.ts'

/** The part of the directory that a portal calls. */
export interface DirectoryClient {
  pin(tokenId: string, memberId: string): Promise<string>
  pinned(tokenId: string): Promise<string | null>
  unpin(tokenId: string, memberId: string): Promise<void>
  holdDomain(domain: string, memberId: string): Promise<string>
  notePending(memberId: string, listing: PendingListing | null): Promise<void>
  notePortal(memberId: string, isListed: boolean): Promise<void>
}

/** The part of the configuration that a portal's object uses. */
export interface PortalConfig {
  /** Null when DESTINATIONS cannot be read. Then lanes stand still, and events wait. */
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
  /** Canonical names of the events to bind. */
  readonly wantedEvents: readonly string[]
  /** The relay's own origin as configured; null stands for the origin that the portal called. */
  readonly publicUrl: string | null
  /** Minutes between two scheduled comparisons; 0 turns them off. */
  readonly reconcileMinutes: number
  /** Addresses of the settings pages of families, for the button "Open in Bitrix24". */
  readonly fieldLinks: ReadonlyMap<FieldFamily, string>
  /** The most events of one commit; 1 switches grouping off. */
  readonly maxGroup: number
}

/** The outside world. A test replaces it to make a portal's object repeatable. */
export interface World {
  readonly fetch: Fetch
  /** Unix milliseconds. */
  readonly now: () => number
  /** A number from 0 to 1, without 1. */
  readonly random: () => number
  /**
   * Resolves after a time, in milliseconds, or as soon as `ends` is aborted. A sleep keeps the object awake, and
   * the platform bills that, so whoever may need it no longer ends it.
   */
  readonly sleep: (ms: number, ends?: AbortSignal) => Promise<void>
  readonly log: LineWriter
  /** Makes a receipt for an event that no portal sent. */
  readonly newReceipt: () => string
}

/** Everything that the composition root hands to a portal's object. */
export interface PortalSettings {
  readonly config: PortalConfig
  readonly world: World
  /** The mirror of installs in KV. */
  readonly installs: InstallStore
  readonly directory: DirectoryClient
  /** The pace of receivers, shared with all portals. */
  readonly pacer: PacerClient
  /** Calls the method `goOn` of a portal's object; rejects when it does not answer in time. */
  readonly callItself: (memberId: string) => Promise<void>
}
