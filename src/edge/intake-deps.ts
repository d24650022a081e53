/** Everything that the intake needs from outside; the composition root puts it together. */
import type { OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import type { AddressPolicy } from '../core/safety/address.ts'
import type { RefusedCaller } from '../core/refused-caller.ts'
import type { World } from '../portal/world.ts'
import type { InstallStore } from '../storage/install-store.ts'
import type { Sealer } from '../storage/seal.ts'
import type { SpillStore } from '../storage/spill-store.ts'
import type { PendingListing } from '../objects/directory-store.ts'
import type { CallerMemory } from './callers/caller-memory.ts'
import type { InstallBudget } from './installs/install-budget.ts'
import type { ListingMemory } from './listing-memory.ts'
import type { PortalLookup } from './portal-client.ts'
import type { SharedAppends } from './shared-appends.ts'

/** The memories and stores in which the edge looks for a caller before it asks the portal's object. */
export interface CallerSources {
  readonly memory: CallerMemory
  readonly installStore: InstallStore
  readonly webhooks: readonly OutgoingWebhook[]
  readonly limits: CallerLimits
  /** Enters a caller that was not let through into the operator's list. Never rejects, and nobody waits for it. */
  readonly noteRefusedCaller: (refused: RefusedCaller) => Promise<void>
}

/**
 * The rate limits for callers that the edge does not know. Each call counts one request, and answers false
 * when this request is one too many. It rejects when the limiter fails, or takes longer than half a second.
 */
export interface CallerLimits {
  /** Counts by address and portal. */
  readonly isUntrustedWithinLimit: (key: string) => Promise<boolean>
  /** Counts by address alone; this limit is wider. */
  readonly isAddressWithinLimit: (address: string) => Promise<boolean>
}

/** The memory that one isolate has of installations. */
export interface InstallMemory {
  readonly budget: InstallBudget
  /** The pending installs, for `/healthz`. */
  readonly pending: ListingMemory<PendingListing>
}

/** The spill, and the key under which requests with tokens are sealed for it. */
export interface SpillDeps {
  readonly store: SpillStore
  readonly sealer: Sealer
}

/** The spill of the intake. */
export interface IntakeSpill extends SpillDeps {
  /** Counts a hint of a portal that is to be spilled, in this isolate; false when it is one too many. */
  readonly isHintWithinLimit: (memberId: string) => boolean
}

/** The part of the configuration that concerns the intake. */
export interface IntakeConfig {
  /** False when nothing is configured by which a portal could be verified. */
  readonly canVerify: boolean
  /** The relay's own address from the configuration. Null stands for the address that the caller has used. */
  readonly publicUrl: string | null
  /** True in development: a portal may be told an address without encryption. */
  readonly allowHttp: boolean
  readonly policy: AddressPolicy
  /** The OAuth servers that may be asked. */
  readonly oauthUrls: readonly string[]
}

/** The ports of the intake. */
export interface IntakeDeps {
  readonly clientOf: PortalLookup
  readonly appends: SharedAppends
  readonly callers: CallerSources
  readonly installMemory: InstallMemory
  readonly spill: IntakeSpill
  readonly config: IntakeConfig
  readonly world: Pick<World, 'fetch' | 'now' | 'newReceipt' | 'logLine' | 'sleep' | 'inSpan'>
}
