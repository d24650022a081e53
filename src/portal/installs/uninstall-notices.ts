/**
 * Keeps the uninstall notice of one portal until somebody has decided about it, and asks the portal. The
 * notice is stored before the first question, so that an object that ends meanwhile asks again.
 */
import {
  createNotice,
  isNoticeDue,
  judgeNotice,
} from '../../core/access/installs/uninstall-notice.ts'
import type { UninstallNotice } from '../../core/access/installs/uninstall-notice.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { PresenceCheck } from '../tokens/presence-check.ts'

/** The content of ONAPPUNINSTALL, its token already hashed. */
export interface UninstallCall {
  readonly tokenHash: string
  /** Unix seconds of Bitrix24; null when not sent. */
  readonly ts: number | null
  readonly clean: boolean
  /** Unix milliseconds: the time of receipt at the edge. An edge of the former version does not tell it. */
  readonly receivedAt?: number
}

/** The time between two questions, in milliseconds: longer than most questions take. */
const REST_MS = 60_000

/** The dependencies of the notices. */
export interface UninstallNoticesDeps {
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly world: Pick<World, 'now'>
  readonly presenceCheck: Pick<PresenceCheck, 'ask'>
}

/** An uninstall that ends the installation. */
export interface DecidedUninstall {
  /** Bitrix24's time of the uninstall, in unix seconds. */
  readonly ts: number
  readonly clean: boolean
  /** False when nobody could say for a day whether the application is installed. */
  readonly confirmed: boolean
}

/** The uninstall notice of one portal. */
export class UninstallNotices {
  readonly #deps: UninstallNoticesDeps
  #asking: Promise<DecidedUninstall | null> | null = null
  #next: Promise<DecidedUninstall | null> | null = null
  /**
   * The time until which no further question is asked: one is under way, or the answer of the last one could not be
   * stored.
   */
  #restUntil = 0

  constructor(deps: UninstallNoticesDeps) {
    this.#deps = deps
  }

  /** The time at which the portal has to be asked, in unix milliseconds; null while no notice waits. */
  dueAt(): number | null {
    const notice = this.#notice()
    if (notice === null) return null
    const now = this.#deps.world.now()
    const dueAt = isNoticeDue(notice, now) ? now : notice.nextAskAt
    return Math.max(dueAt, Math.min(this.#restUntil, now + REST_MS))
  }

  /** Stores a notice in the place of the one that waits. */
  take(uninstall: Pick<UninstallNotice, 'ts' | 'clean'>): void {
    const { state, world } = this.#deps
    const uninstallNotice = createNotice(uninstall, world.now())
    state.changeInstall((install) => ({ ...install, uninstallNotice }))
  }

  /** Whether it is time to ask about the notice, and nobody asks already. */
  isDue(): boolean {
    const notice = this.#notice()
    const isDue = notice !== null && isNoticeDue(notice, this.#deps.world.now())
    return isDue && this.#asking === null
  }

  /**
   * Asks the portal about the notice that waits. The uninstall is returned when it is decided, and nobody has carried
   * it out yet. At most one question is under way, and one more waits for its end. That one asks for all callers who
   * come meanwhile: a sender who knows the application token may send any number of notices, and only the last one
   * counts.
   */
  async ask(): Promise<DecidedUninstall | null> {
    if (this.#next !== null) return this.#next.then(() => null)
    if (this.#asking === null) return this.#begin()
    this.#next = this.#asking
      .catch(() => null)
      .then(() => {
        this.#next = null
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<DecidedUninstall | null> {
    this.#asking = this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #ask(): Promise<DecidedUninstall | null> {
    const { state, world, presenceCheck } = this.#deps
    const asked = this.#notice()
    if (asked === null) return null
    this.#restUntil = world.now() + REST_MS
    const presence = await presenceCheck.ask()
    // A reinstallation or a later notice came during the question. The later notice asks for itself.
    if (this.#notice() !== asked) return null
    const verdict = judgeNotice(asked, presence, world.now())
    if (verdict.kind === 'ends') {
      const { clean, confirmed } = verdict
      return { ts: asked.ts, clean, confirmed }
    }
    const uninstallNotice = verdict.kind === 'waits' ? verdict.notice : null
    state.changeInstall((install) => ({ ...install, uninstallNotice }))
    return null
  }

  #notice(): UninstallNotice | null {
    return this.#deps.state.install().uninstallNotice
  }
}
