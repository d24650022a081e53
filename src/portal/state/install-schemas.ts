/**
 * The stored forms of an install and of the pending installs. A former version of the relay knew fewer things
 * and left members out; they are completed here and nowhere else. Members of a later version stay as they
 * are: an operator may go back to this version and forward again. A member that is only shown to the operator
 * never keeps a portal from working: when it cannot be understood, it begins anew.
 */
import * as v from 'valibot'
import { ACCESS_TROUBLES, migrateTrouble, type AccessState } from '../../core/access/access.ts'
import {
  NO_INSTALL,
  type ApplicationInstall,
  type InstallState,
  type Recovery,
  type Refusals,
  type Subscriptions,
} from '../../core/access/installs/install.ts'
import { INSTALL_REFUSALS } from '../../core/access/installs/install-refusal.ts'
import type { PendingInstall, PendingRow } from '../../core/access/installs/pending-row.ts'
import { MISSING_REASONS, type MissingEvent } from '../../core/events/missing-events.ts'
import type { RobotProofs } from '../../core/access/robot-hints.ts'
import type { UninstallNotice } from '../../core/access/installs/uninstall-notice.ts'

const TextSchema = v.nullable(v.string())
const NumberSchema = v.nullable(v.number())

const ApplicationSchema: v.GenericSchema<unknown, ApplicationInstall> = v.pipe(
  v.looseObject({
    clientId: v.string(),
    domain: v.string(),
    clientEndpoint: v.string(),
    oauthUrl: v.string(),
    installerUserId: v.number(),
    systemUserId: NumberSchema,
    applicationStatus: TextSchema,
    scope: TextSchema,
    installedAt: v.number(),
    finished: v.boolean(),
    tokens: TextSchema,
    tokensIssuedAt: v.number(),
    systemTokens: TextSchema,
    systemTokensIssuedAt: v.optional(v.number()),
  }),
  v.transform((stored) => ({
    ...stored,
    // An older version did not store this member. Its two pairs came with one event.
    systemTokensIssuedAt: stored.systemTokensIssuedAt ?? stored.tokensIssuedAt,
  })),
)

const AccessSchema: v.GenericSchema<unknown, AccessState> = v.pipe(
  v.looseObject({
    trouble: v.picklist(ACCESS_TROUBLES),
    code: v.string(),
    at: v.number(),
  }),
  v.transform((stored) => migrateTrouble(stored)),
)

const RefusalsSchema: v.GenericSchema<unknown, Refusals> = v.looseObject({
  count: v.number(),
  lastAt: NumberSchema,
  // A refusal with a reason that only a later version knows is counted, and its reason is not shown.
  reason: v.fallback(v.nullable(v.picklist(INSTALL_REFUSALS)), null),
})

// A reason that only a later version knows is left out: the next alignment says it anew.
const MissingSchema: v.GenericSchema<unknown, MissingEvent> = v.looseObject({
  event: v.string(),
  reason: v.picklist(MISSING_REASONS),
  detail: TextSchema,
})

const SubscriptionsSchema: v.GenericSchema<unknown, Subscriptions> = v.looseObject({
  checkedAt: v.optional(NumberSchema, null),
  missing: v.optional(v.array(v.string()), []),
  missingBecause: v.exactOptional(v.fallback(v.array(MissingSchema), [])),
  fixedUser: v.optional(v.array(v.string()), []),
  hosts: v.optional(v.array(v.string()), []),
  others: v.optional(v.array(v.string()), []),
})

const UninstallNoticeSchema: v.GenericSchema<unknown, UninstallNotice> = v.looseObject({
  ts: v.number(),
  clean: v.boolean(),
  receivedAt: v.number(),
  nextAskAt: v.number(),
  denied: v.boolean(),
})

const RecoverySchema: v.GenericSchema<unknown, Recovery> = v.looseObject({
  from: v.picklist(['kv', 'nothing']),
  at: v.number(),
  isConfirmed: v.boolean(),
})

const OtherApplicationSchema = v.looseObject({ clientId: v.string(), at: v.number() })
const DomainHolderSchema = v.looseObject({ domain: v.string(), memberId: v.string() })
const KnownDomainSchema = v.looseObject({ from: v.number(), domain: v.string() })
const TokenHashSchema = v.looseObject({ hash: v.string(), until: NumberSchema })
const EndedTokenSchema = v.looseObject({ hash: v.string(), endedAt: v.number() })
const WebhookSchema = v.looseObject({
  hash: v.string(),
  portal: v.string(),
  since: v.number(),
  pinId: v.exactOptional(v.string()),
})
const FormerPinSchema = v.looseObject({
  pinId: v.string(),
  portal: v.string(),
  since: v.number(),
})

/**
 * An install as its row holds it. Without one of the members that every version has written it is no install: an
 * empty one in its place would forget all tokens.
 */
export const InstallSchema: v.GenericSchema<unknown, InstallState> = v.looseObject({
  generation: v.number(),
  lastSequence: v.number(),
  installTs: NumberSchema,
  uninstallTs: NumberSchema,
  // A notice that cannot be understood is dropped: nothing ends by a guess.
  uninstallNotice: v.optional(
    v.fallback(v.nullable(UninstallNoticeSchema), null),
    NO_INSTALL.uninstallNotice,
  ),
  hashes: v.array(TokenHashSchema),
  tokenTs: v.optional(NumberSchema, NO_INSTALL.tokenTs),
  application: v.nullable(ApplicationSchema),
  updatedTs: v.exactOptional(v.fallback(v.number(), 0)),
  otherApplication: v.optional(v.fallback(v.nullable(OtherApplicationSchema), null), null),
  // A trouble that only a later version knows is left out. The next call meets it again.
  access: v.optional(v.fallback(v.nullable(AccessSchema), null), NO_INSTALL.access),
  webhooks: v.array(WebhookSchema),
  formerPins: v.optional(v.fallback(v.array(FormerPinSchema), []), []),
  refused: v.optional(v.fallback(RefusalsSchema, NO_INSTALL.refused), NO_INSTALL.refused),
  handlerUrl: v.optional(TextSchema, NO_INSTALL.handlerUrl),
  subscriptions: v.optional(
    v.fallback(SubscriptionsSchema, NO_INSTALL.subscriptions),
    NO_INSTALL.subscriptions,
  ),
  erased: v.number(),
  erasedUpTo: v.optional(NumberSchema, NO_INSTALL.erasedUpTo),
  endedTokens: v.optional(v.array(EndedTokenSchema), []),
  formerDomain: v.optional(TextSchema, NO_INSTALL.formerDomain),
  endedDomain: v.optional(TextSchema, NO_INSTALL.endedDomain),
  domainHolder: v.optional(v.fallback(v.nullable(DomainHolderSchema), null), null),
  domains: v.optional(v.array(KnownDomainSchema), []),
  recovery: v.optional(v.nullable(RecoverySchema), NO_INSTALL.recovery),
  kvDirty: v.optional(v.boolean(), NO_INSTALL.kvDirty),
})

/** The proofs of robots' hints as their row holds them. */
export const RobotProofsSchema: v.GenericSchema<unknown, RobotProofs> = v.looseObject({
  hash: TextSchema,
  since: NumberSchema,
  former: v.array(EndedTokenSchema),
})

const PENDING = {
  sealed: v.string(),
  // No hash is known when an older version wrote the row, or when the request had no token.
  tokenHash: v.optional(TextSchema, null),
  ts: v.number(),
  since: v.number(),
  expiresAt: v.number(),
  // An older version did not ask where an install came from.
  network: v.optional(TextSchema, null),
}

const PENDING_KINDS = ['unknown_application', 'unanswered'] as const

const PendingInstallSchema: v.GenericSchema<unknown, PendingInstall> = v.looseObject({
  ...PENDING,
  // An older version let only installs wait beside the first one that nobody had confirmed.
  kind: v.optional(v.picklist(PENDING_KINDS), 'unanswered'),
  clientId: v.optional(TextSchema, null),
  domain: v.optional(TextSchema, null),
})

/** The pending installs as their row holds them. */
export const PendingRowSchema: v.GenericSchema<unknown, PendingRow> = v.looseObject({
  ...PENDING,
  kind: v.picklist(PENDING_KINDS),
  others: v.optional(v.array(PendingInstallSchema), []),
  nextCheckAt: v.number(),
  clientId: TextSchema,
  domain: TextSchema,
})
