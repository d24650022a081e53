/**
 * The pending installs of one portal: sealed, bounded in number, each with its own end. For an application that
 * is not configured yet the portal also has a line in the directory, by which `/healthz` says what to do.
 */
import {
  PENDING_CHECK_MS,
  endsPending,
  keepPending,
  pendingIn,
  placePending,
  replacePending,
  type PendingInstall,
  type PendingKind,
  type PendingRow,
} from '../../core/access/installs/pending-row.ts'
import type { PendingRefusal } from '../../core/access/installs/install-refusal.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { reseal } from '../../storage/reseal.ts'
import { hashToken } from '../../storage/token-hash.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import { formatContent, parseContent, type PendingContent } from './pending-content.ts'

/** The name of the sealed field. */
const FIELD = 'pending'

/** The line of the portal as the directory is told it; null when the portal has none. */
type DirectoryLine = Parameters<DirectoryRemote['notePending']>[1]

/** The dependencies of the pending installs. */
export interface PendingInstallsDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'pending' | 'changePending' | 'hasNamedApplication'>
  readonly config: Pick<PortalConfig, 'sealer'>
  readonly world: Pick<World, 'now'>
  readonly directory: Pick<DirectoryRemote, 'notePending'>
}

/** The request of an install for a place. */
export interface PendingTerms {
  readonly kind: PendingKind
  readonly ts: number
  /** The pending install before this look at it; null for an install that comes for the first time. */
  readonly again: PendingInstall | null
  /** The network that the install came from; null when that is not known. */
  readonly network: string | null
  /** Whether an uninstall has come since the check of the install began. */
  readonly isOver: () => boolean
}

/** The pending installs of one portal. */
export class PendingInstalls {
  readonly #deps: PendingInstallsDeps
  #listed: string | null = null
  #listing: Promise<void> | null = null

  constructor(deps: PendingInstallsDeps) {
    this.#deps = deps
  }

  /** The time at which the installs are looked at again, in unix milliseconds; null when none is pending. */
  dueAt(): number | null {
    const row = this.#deps.state.pending()
    return row === null ? null : nextLookAt(row, this.#deps.world.now())
  }

  /** The installs to look at now, if it is time. Installs whose time is over are removed first. */
  due(): readonly PendingInstall[] {
    const { state, world } = this.#deps
    const row = state.pending()
    const now = world.now()
    if (row === null || nextLookAt(row, now) > now) return []
    const left = keepPending(row, ({ expiresAt }) => expiresAt > now)
    state.changePending(left === null ? null : { ...left, nextCheckAt: now + PENDING_CHECK_MS })
    return left === null ? [] : pendingIn(left)
  }

  /** Whether the install is pending still. */
  has({ sealed }: PendingInstall): boolean {
    const row = this.#deps.state.pending()
    return row !== null && pendingIn(row).some((pending) => pending.sealed === sealed)
  }

  /** Seals an install again under the newest key; null when it is not pending any more. */
  async renew(pending: PendingInstall): Promise<PendingInstall | null> {
    const { memberId, config } = this.#deps
    const sealed = await reseal(config.sealer, pending.sealed, { memberId, field: FIELD })
    if (!this.has(pending)) return null
    const again = { ...pending, sealed }
    if (sealed !== pending.sealed) this.#change((row) => replacePending(row, pending.sealed, again))
    return again
  }

  /** Opens an install. `unreadable`: no configured key opens it; `damaged`: its content is of another form. */
  async open({ sealed }: PendingInstall): Promise<PendingContent | 'unreadable' | 'damaged'> {
    const { memberId, config } = this.#deps
    const opened = await config.sealer.open(sealed, { memberId, field: FIELD })
    return opened.ok ? (parseContent(opened.value) ?? 'damaged') : 'unreadable'
  }

  /** Removes one install. */
  end({ sealed }: PendingInstall): void {
    this.#change((row) => keepPending(row, (pending) => pending.sealed !== sealed))
  }

  /** Removes the installs that a trusted one has made needless. */
  endOlder(trusted: Pick<PendingInstall, 'ts' | 'tokenHash'>): void {
    this.#change((row) =>
      keepPending(row, (pending) => pending.ts > trusted.ts || !endsPending(trusted, pending)),
    )
  }

  /**
   * Adds an undecided install, or puts it back into its place. `needless` means that the same application is pending
   * already, with as much as this install tells; one that was looked at again then ends.
   */
  async add(
    content: PendingContent,
    { kind, ts, again, network, isOver }: PendingTerms,
  ): Promise<Result<'stored' | 'needless', PendingRefusal>> {
    const { memberId, state, config, world } = this.#deps
    const { applicationToken } = content.request
    const tokenHash = applicationToken === null ? null : await hashToken(memberId, applicationToken)
    const text = formatContent(content)
    const sealed = await config.sealer.seal(text, { memberId, field: FIELD })
    if (isOver()) return err('late')
    if (!sealed.ok) return err('no_key')
    if (again !== null && !this.has(again)) return ok('needless')
    const clientId = content.verified?.clientId ?? null
    const domain = content.verified?.domain ?? null
    const wish = { kind, sealed: sealed.value, tokenHash, ts, clientId, domain, network, again }
    const placed = placePending(state.pending(), wish, world.now())
    if (placed === 'full') return err('too_many_waiting')
    if (placed === 'not_needed') {
      if (again !== null) this.end(again)
      return ok('needless')
    }
    state.changePending(placed)
    return ok('stored')
  }

  /** Writes or removes the line in the directory, if that is needed. Rejects when it cannot be reached. */
  followDirectory(): Promise<void> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = null
    })
    return this.#listing
  }

  /** Makes one call at a time: if two calls overtook each other, the older line would stay. */
  async #list(): Promise<void> {
    const { memberId, directory, state } = this.#deps
    // A portal that never had a line needs no call that removes it.
    while (state.hasNamedApplication()) {
      const line = this.#line()
      const text = JSON.stringify(line)
      if (text === this.#listed) return
      await directory.notePending(memberId, line)
      this.#listed = text
    }
  }

  #line(): DirectoryLine {
    const pending = this.#deps.state.pending()
    if (pending === null) return null
    const { clientId, domain, expiresAt } = pending
    if (clientId === null || domain === null) return null
    return { memberId: this.#deps.memberId, domain, clientId, expiresAt }
  }

  #change(change: (row: PendingRow) => PendingRow | null): void {
    const row = this.#deps.state.pending()
    if (row === null) return
    const next = change(row)
    if (next !== row) this.#deps.state.changePending(next)
  }
}

/** The time of the next look. One that is further away than a look ever is was noted by a wrong clock. */
function nextLookAt({ nextCheckAt }: PendingRow, now: number): number {
  return nextCheckAt > now + 2 * PENDING_CHECK_MS ? now : nextCheckAt
}
