/**
 * The installs of one portal that wait to be trusted: sealed, a few at most, each with its own end. Who
 * is true among them only the OAuth server can tell.
 */
import * as v from 'valibot'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import type { VerifiedInstall } from '../../bitrix24/installs/verify-install.ts'
import {
  PENDING_CHECK_MS,
  PENDING_MS,
  type PendingRow,
  type PendingInstall,
} from '../../core/access/pending-row.ts'
import type { PendingRefusal } from '../../core/access/install-refusal.ts'
import { err, ok, type Result } from '../../core/result.ts'
import {
  addPending,
  endsPending,
  keepPending,
  replacePending,
  pendingIn,
} from '../../core/access/pending-row.ts'
import { hashToken } from '../../storage/token-hash.ts'
import type { PortalState } from '../state.ts'
import type { PortalConfig, World } from '../settings.ts'
import { reseal } from '../../storage/reseal.ts'

/** An install as it is sealed. */
export interface PendingContent {
  readonly request: InstallRequest
  /** What the OAuth server confirmed; null while it has not answered. */
  readonly verified: VerifiedInstall | null
}

/** What the waiting room needs from the object around it. */
export interface PendingInstallsDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly config: Pick<PortalConfig, 'sealer'>
  readonly world: Pick<World, 'now'>
}

const PendingContentSchema = v.looseObject({ request: v.looseObject({}), verified: v.any() })

/** The installs that wait at one portal. */
export class PendingInstalls {
  readonly #deps: PendingInstallsDeps

  constructor(deps: PendingInstallsDeps) {
    this.#deps = deps
  }

  /** The installs to look at now, if it is time; those whose time is over are gone afterwards. */
  due(): readonly PendingInstall[] {
    const { state, world } = this.#deps
    const row = state.pending()
    const now = world.now()
    if (row === null || row.nextCheckAt > now) return []
    const left = keepPending(row, ({ expiresAt }) => expiresAt > now)
    state.changePending(left === null ? null : { ...left, nextCheckAt: now + PENDING_CHECK_MS })
    return left === null ? [] : pendingIn(left)
  }

  /** Whether the install still waits. */
  holds({ sealed }: PendingInstall): boolean {
    const row = this.#deps.state.pending()
    return row !== null && pendingIn(row).some((waiting) => waiting.sealed === sealed)
  }

  /** Seals an install again under the newest key; null when it waits no more. */
  async renew(waiting: PendingInstall): Promise<PendingInstall | null> {
    const { memberId, config } = this.#deps
    const sealed = await reseal(config.sealer, waiting.sealed, { memberId, field: 'pending' })
    if (!this.holds(waiting)) return null
    const again = { ...waiting, sealed }
    if (sealed !== waiting.sealed) this.#change((row) => replacePending(row, waiting.sealed, again))
    return again
  }

  /** Opens an install. */
  async open({ sealed }: PendingInstall): Promise<PendingContent | 'unknown_key' | 'damaged'> {
    const { memberId, config } = this.#deps
    const opened = await config.sealer.open(sealed, { memberId, field: 'pending' })
    if (!opened.ok) return opened.error
    const parsed = v.safeParse(PendingContentSchema, JSON.parse(opened.value))
    // Sound: the text was sealed by `take`, and AES-GCM proves that nobody else wrote it.
    return parsed.success ? (parsed.output as unknown as PendingContent) : 'damaged'
  }

  /** Ends the waiting of one install. */
  end({ sealed }: PendingInstall): void {
    this.#change((row) => keepPending(row, (waiting) => waiting.sealed !== sealed))
  }

  /** Ends the waiting of what a trusted install has made needless. */
  endOlder(trusted: Pick<PendingInstall, 'ts' | 'tokenHash'>): void {
    this.#change((row) =>
      keepPending(row, (waiting) => waiting.ts > trusted.ts || !endsPending(trusted, waiting)),
    )
  }

  /** Lets an install wait, in its own place when it waited before; `needless` beside a better one. */
  async take(
    kind: PendingRow['kind'],
    held: PendingContent,
    terms: {
      readonly ts: number
      readonly again: PendingInstall | null
      readonly isOver: () => boolean
    },
  ): Promise<Result<'stored' | 'needless', PendingRefusal>> {
    const { memberId, state, config, world } = this.#deps
    const { ts, again, isOver } = terms
    const { applicationToken } = held.request
    const tokenHash = applicationToken === null ? null : await hashToken(memberId, applicationToken)
    const context = { memberId, field: 'pending' }
    const sealed = await config.sealer.seal(JSON.stringify(held), context)
    if (isOver()) return err('late')
    if (!sealed.ok) return err('no_key')
    if (again !== null && !this.holds(again)) return ok('needless')
    const row = state.pending()
    const same = row === null ? undefined : pendingIn(row).find(isSame(again, { ts, tokenHash }))
    const now = world.now()
    const since = row?.kind === kind && same !== undefined ? same.since : now
    const expiresAt = since + PENDING_MS[kind]
    const next = { sealed: sealed.value, tokenHash, ts, since, expiresAt }
    const nextRow = {
      ...next,
      kind,
      others: [],
      nextCheckAt: now + PENDING_CHECK_MS,
      clientId: held.verified?.clientId ?? null,
      domain: held.verified?.domain ?? null,
    }
    const changed = this.#seat(nextRow, { next, again })
    if (changed === 'full') return err('too_many_waiting')
    if (changed === 'not_needed') return ok('needless')
    state.changePending(changed)
    return ok('stored')
  }

  #seat(
    nextRow: PendingRow,
    { next, again }: { next: PendingInstall; again: PendingInstall | null },
  ): PendingRow | 'not_needed' | 'full' {
    const row = this.#deps.state.pending()
    if (row === null) return nextRow
    if (nextRow.kind === 'unanswered') {
      return again === null ? addPending(row, next) : replacePending(row, again.sealed, next)
    }
    const others = pendingIn(row).filter(({ sealed }) => sealed !== again?.sealed)
    return others.every((other) => endsPending(next, other)) ? nextRow : 'not_needed'
  }

  #change(change: (row: PendingRow) => PendingRow | null): void {
    const row = this.#deps.state.pending()
    if (row === null) return
    const next = change(row)
    if (next !== row) this.#deps.state.changePending(next)
  }
}

function isSame(
  again: PendingInstall | null,
  { ts, tokenHash }: Pick<PendingInstall, 'ts' | 'tokenHash'>,
): (waiting: PendingInstall) => boolean {
  return (waiting) =>
    again === null
      ? waiting.ts === ts && waiting.tokenHash === tokenHash
      : waiting.sealed === again.sealed
}
