/**
 * KV follows the object: a dirty flag is set with every change of the install and cleared only by a write
 * that succeeded for exactly that state. The alarm repeats it.
 */
import type { AccessTrouble } from '../../core/access/access.ts'
import type { InstallState } from '../../core/access/install.ts'
import { describeError } from '../../core/safety/redact.ts'
import type { KvInstall, InstallStore } from '../../storage/install-store.ts'
import type { PortalState } from '../state.ts'
import type { PortalConfig, World } from '../settings.ts'
import { forgetWebhooks, hashWebhooks } from './trust.ts'

/** The wait before a failed write is repeated, in milliseconds. */
export const KV_RETRY_MS = 60_000

const PAIR_ENDS: ReadonlySet<AccessTrouble> = new Set(['tokens_lost', 'uninstalled', 'deleted'])

/** What the mirror needs from the object around it. */
export interface KvMirrorDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly config: Pick<PortalConfig, 'sealer' | 'webhooks'>
  readonly world: Pick<World, 'now' | 'log'>
  readonly installs: InstallStore
}

/** The portal's record in KV. */
export class KvMirror {
  readonly #deps: KvMirrorDeps
  #writing: Promise<void> | null = null
  #retryAt: number | null = null

  constructor(deps: KvMirrorDeps) {
    this.#deps = deps
  }

  /** Writes until KV holds the present state, or a write fails. Never rejects. */
  follow(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  async #write(): Promise<void> {
    const { memberId, world, installs } = this.#deps
    while (this.#deps.state.install().kvDirty) {
      const written = this.#deps.state.install()
      try {
        await installs.save(memberId, recordOf(written))
      } catch (error) {
        this.#retryAt = world.now() + KV_RETRY_MS
        world.log('warn', 'kv_behind', { memberId, error: describeError(error) })
        return
      }
      this.#retryAt = null
      if (this.#deps.state.install() === written) {
        this.#deps.state.changeInstall((install) => ({ ...install, kvDirty: false }))
      }
    }
  }

  /** When the write has to be repeated; null when KV is up to date. */
  dueAt(): number | null {
    if (!this.#deps.state.install().kvDirty) return null
    return this.#retryAt ?? this.#deps.world.now()
  }

  /** Takes out webhooks that are configured no more; removes the record of a portal without install. */
  async tidy(isEmpty: boolean): Promise<void> {
    const { memberId, state, config } = this.#deps
    const configured = await hashWebhooks(memberId, config.webhooks)
    forgetWebhooks(state, new Set(configured.keys()))
    await this.follow()
    const { application, webhooks } = this.#deps.state.install()
    if (!isEmpty || application !== null || webhooks.length > 0 || this.#writing !== null) return
    // An install during the removal has to be written after it, so both are one piece of work.
    this.#writing = this.#remove()
      .then(() => this.#write())
      .finally(() => {
        this.#writing = null
      })
    await this.#writing
  }

  async #remove(): Promise<void> {
    const { memberId, installs, state } = this.#deps
    const removed = state.install()
    try {
      await installs.remove(memberId)
    } catch {
      // KV refused: the next daily visit tries again, and the object refuses every event meanwhile.
      return
    }
    if (removed.kvDirty && state.install() === removed) {
      state.changeInstall((install) => ({ ...install, kvDirty: false }))
    }
  }

  /** Whether any pair can be opened with the keys configured, and has not been refused for good. */
  tokens(): 'valid' | 'lost' | 'none' {
    const { application, access } = this.#deps.state.install()
    if (application === null) return 'none'
    if (access !== null && PAIR_ENDS.has(access.trouble)) return 'lost'
    const { sealer } = this.#deps.config
    const pairs = [application.tokens, application.systemTokens]
    return pairs.some((pair) => pair !== null && sealer.canOpen(pair)) ? 'valid' : 'lost'
  }
}

function recordOf(install: InstallState): KvInstall {
  const { application, webhooks, hashes, generation } = install
  return {
    version: 1,
    generation,
    hashes: [
      ...hashes.map(({ hash, until }) => ({ hash, until })),
      ...webhooks.map(({ hash }) => ({ hash, until: null })),
    ],
    tokens: application?.tokens ?? null,
    systemTokens: application?.systemTokens ?? null,
    domain: application?.domain ?? null,
  }
}
