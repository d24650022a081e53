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
  type PendingInstall,
  type WaitingInstall,
} from '../../core/access/pending-row.ts'
import { err, ok, type Result } from '../../core/result.ts'
import {
  addWaiting,
  endsWaiting,
  keepWaiting,
  replaceWaiting,
  waitingIn,
} from '../../core/access/pending-row.ts'
import { hashToken } from '../../storage/token-hash.ts'
import type { PortalState } from '../state.ts'
import type { PortalConfig, World } from '../settings.ts'
import { reseal } from '../tokens/pairs.ts'

/** An install as it is sealed. */
export interface HeldInstall {
  readonly request: InstallRequest
  /** What the OAuth server confirmed; null while it has not answered. */
  readonly verified: VerifiedInstall | null
}

/** Why an install cannot wait. */
export type WaitRefusal = 'late' | 'no_key' | 'too_many_waiting'

/** What the waiting room needs from the object around it. */
export interface WaitingRoomDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly config: Pick<PortalConfig, 'sealer'>
  readonly world: Pick<World, 'now'>
}

const HeldInstallSchema = v.looseObject({ request: v.looseObject({}), verified: v.any() })

/** The installs that wait at one portal. */
export class WaitingRoom {
  readonly #deps: WaitingRoomDeps

  constructor(deps: WaitingRoomDeps) {
    this.#deps = deps
  }

  /** The installs to look at now, if it is time; those whose time is over are gone afterwards. */
  due(): readonly WaitingInstall[] {
    const { state, world } = this.#deps
    const row = state.pending()
    const now = world.now()
    if (row === null || row.nextCheckAt > now) return []
    const left = keepWaiting(row, ({ expiresAt }) => expiresAt > now)
    state.changePending(left === null ? null : { ...left, nextCheckAt: now + PENDING_CHECK_MS })
    return left === null ? [] : waitingIn(left)
  }

  /** Whether the install still waits. */
  holds({ sealed }: WaitingInstall): boolean {
    const row = this.#deps.state.pending()
    return row !== null && waitingIn(row).some((waiting) => waiting.sealed === sealed)
  }

  /** Seals an install again under the newest key; null when it waits no more. */
  async renew(waiting: WaitingInstall): Promise<WaitingInstall | null> {
    const { memberId, config } = this.#deps
    const sealed = await reseal(config.sealer, waiting.sealed, { memberId, field: 'pending' })
    if (!this.holds(waiting)) return null
    const again = { ...waiting, sealed }
    if (sealed !== waiting.sealed) this.#change((row) => replaceWaiting(row, waiting.sealed, again))
    return again
  }

  /** Opens an install. */
  async open({ sealed }: WaitingInstall): Promise<HeldInstall | 'unknown_key' | 'damaged'> {
    const { memberId, config } = this.#deps
    const opened = await config.sealer.open(sealed, { memberId, field: 'pending' })
    if (!opened.ok) return opened.error
    const parsed = v.safeParse(HeldInstallSchema, JSON.parse(opened.value))
    // Sound: the text was sealed by `take`, and AES-GCM proves that nobody else wrote it.
    return parsed.success ? (parsed.output as unknown as HeldInstall) : 'damaged'
  }

  /** Ends the waiting of one install. */
  end({ sealed }: WaitingInstall): void {
    this.#change((row) => keepWaiting(row, (waiting) => waiting.sealed !== sealed))
  }

  /** Ends the waiting of what a trusted install has made needless. */
  endOlder(trusted: Pick<WaitingInstall, 'ts' | 'tokenHash'>): void {
    this.#change((row) =>
      keepWaiting(row, (waiting) => waiting.ts > trusted.ts || !endsWaiting(trusted, waiting)),
    )
  }

  /** Lets an install wait, in its own place when it waited before; `needless` beside a better one. */
  async take(
    kind: PendingInstall['kind'],
    held: HeldInstall,
    terms: {
      readonly ts: number
      readonly again: WaitingInstall | null
      readonly isOver: () => boolean
    },
  ): Promise<Result<'stored' | 'needless', WaitRefusal>> {
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
    const same = row === null ? undefined : waitingIn(row).find(isSame(again, { ts, tokenHash }))
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
    nextRow: PendingInstall,
    { next, again }: { next: WaitingInstall; again: WaitingInstall | null },
  ): PendingInstall | 'not_needed' | 'full' {
    const row = this.#deps.state.pending()
    if (row === null) return nextRow
    if (nextRow.kind === 'unanswered') {
      return again === null ? addWaiting(row, next) : replaceWaiting(row, again.sealed, next)
    }
    const others = waitingIn(row).filter(({ sealed }) => sealed !== again?.sealed)
    return others.every((other) => endsWaiting(next, other)) ? nextRow : 'not_needed'
  }

  #change(change: (row: PendingInstall) => PendingInstall | null): void {
    const row = this.#deps.state.pending()
    if (row === null) return
    const next = change(row)
    if (next !== row) this.#deps.state.changePending(next)
  }
}

function isSame(
  again: WaitingInstall | null,
  { ts, tokenHash }: Pick<WaitingInstall, 'ts' | 'tokenHash'>,
): (waiting: WaitingInstall) => boolean {
  return (waiting) =>
    again === null
      ? waiting.ts === ts && waiting.tokenHash === tokenHash
      : waiting.sealed === again.sealed
}
