/**
 * Keeps the copy of the install in KV, by which the edge knows the portal's callers. A change of the install
 * sets the dirty flag in the same row. Only a write that has succeeded for exactly this state clears it; after
 * a failed or silent write the alarm tries again. The daily visit looks whether KV has lost the record.
 */
import { mirrorOf } from '../../core/access/installs/install-mirror.ts'
import type { InstallState } from '../../core/access/installs/install.ts'
import { copyOf } from '../../core/access/installs/install-copy.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { describeError } from '../../core/safety/redact.ts'
import type { InstallStore, KvInstall } from '../../storage/install-store.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'

/**
 * The wait before a failed write is tried again, in milliseconds. A write that has not answered by then is
 * given up.
 */
const KV_RETRY_MS = MINUTE_MS

/** The dependencies of the mirror. */
export interface KvMirrorDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly world: Pick<World, 'now' | 'logLine'>
  readonly installStore: Pick<InstallStore, 'load' | 'save' | 'remove'>
  readonly robotAddress: { hash(): string | null }
}

/** The KV mirror of one portal. */
export class KvMirror {
  readonly #deps: KvMirrorDeps
  #writing: { readonly done: Promise<void>; readonly since: number } | null = null
  #retryAt: number | null = null

  constructor(deps: KvMirrorDeps) {
    this.#deps = deps
  }

  /** Writes until KV holds the present state, or a write fails. Never rejects. */
  follow(): Promise<void> {
    return this.#alone((goesOn) => this.#write(goesOn))
  }

  /** The time at which the write has to be tried again, in unix milliseconds; null when KV is up to date. */
  dueAt(): number | null {
    if (!this.#deps.state.install().kvDirty) return null
    if (this.#writing !== null) return this.#writing.since + KV_RETRY_MS
    return this.#retryAt ?? this.#deps.world.now()
  }

  /**
   * Brings KV up to date, writes a record again that KV has lost, and removes the record of a portal without
   * install whose log is empty.
   */
  async tidy({ isLogEmpty }: { readonly isLogEmpty: boolean }): Promise<void> {
    await this.follow()
    const { application, webhooks } = this.#deps.state.install()
    if (!isLogEmpty || application !== null || webhooks.length > 0) return this.#mend()
    // Removal and the next write are one piece of work, so an install that comes during the removal is written after
    // it. When a write has begun already, nothing is removed: `#alone` returns that write.
    await this.#alone((goesOn) => this.#remove().then(() => this.#write(goesOn)))
  }

  /**
   * Does one piece of work at a time. A caller that comes meanwhile gets the promise of the work under way,
   * unless this work has had its time. Work that was given up changes nothing any more.
   */
  #alone(work: (goesOn: () => boolean) => Promise<void>): Promise<void> {
    const { world } = this.#deps
    const isGivenUp = this.#writing !== null && world.now() >= this.#writing.since + KV_RETRY_MS
    if (this.#writing !== null && !isGivenUp) return this.#writing.done
    const writing = { done: Promise.resolve(), since: world.now() }
    const goesOn = () => this.#writing === writing
    this.#writing = writing
    writing.done = work(goesOn).finally(() => {
      if (goesOn()) this.#writing = null
    })
    return writing.done
  }

  /** Writes the record again when KV holds another one, or none: a namespace may have been emptied. */
  async #mend(): Promise<void> {
    const { memberId, state, installStore } = this.#deps
    const read = state.install()
    if (read.kvDirty) return
    let record: unknown
    try {
      record = await installStore.load(memberId)
    } catch {
      // KV does not answer. The next daily visit tries again.
      return
    }
    const isSame = JSON.stringify(record) === JSON.stringify(this.#recordOf(read))
    if (isSame || state.install() !== read) return
    state.changeInstall((install) => ({ ...install, kvDirty: true }))
    await this.follow()
  }

  async #write(goesOn: () => boolean): Promise<void> {
    const { memberId, state, world, installStore } = this.#deps
    while (state.install().kvDirty) {
      const written = state.install()
      try {
        await installStore.save(memberId, this.#recordOf(written))
      } catch (error) {
        if (!goesOn()) return
        this.#retryAt = world.now() + KV_RETRY_MS
        world.logLine('warn', 'kv_behind', { memberId, error: describeError(error) })
        return
      }
      if (!goesOn()) return
      this.#retryAt = null
      if (state.install() === written) {
        state.changeInstall((install) => ({ ...install, kvDirty: false }))
      }
    }
  }

  async #remove(): Promise<void> {
    const { memberId, installStore, state } = this.#deps
    const removed = state.install()
    try {
      await installStore.remove(memberId)
    } catch {
      // KV has refused the removal. The daily upkeep tries again, and the object refuses every event meanwhile.
      return
    }
    if (removed.kvDirty && state.install() === removed) {
      state.changeInstall((install) => ({ ...install, kvDirty: false }))
    }
  }

  /** The record that KV has to hold. The edge knows a hint by its hash as it knows every other caller. */
  #recordOf(install: InstallState): KvInstall {
    const mirror = mirrorOf(install)
    const robotHash = this.#deps.robotAddress.hash()
    const record = { version: 1, ...mirror, copy: copyOf(install) } as const
    if (robotHash === null) return record
    const hashes = [...mirror.hashes, { hash: robotHash, until: null }]
    return { ...record, hashes, robotHash }
  }
}
