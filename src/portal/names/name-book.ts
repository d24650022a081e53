/**
 * The names that messages about events need and that the events do not hold. They are asked for when a message is to
 * be sent, are stored for a day, and outlive an object that sleeps. A message waits two seconds for them at most, and
 * goes out with the ids alone where no name came.
 */
import { readNames } from '../../bitrix24/names/name-reader.ts'
import { MAX_COMMANDS } from '../../bitrix24/servers/commands.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/durations.ts'
import { nameKey, type WantedName, type Names } from '../../core/events/names.ts'
import type { Scheduler } from '../scheduler.ts'
import { canAsk, type PortalAccess } from '../tokens/portal-access.ts'
import { waitAtMost } from '../wait-at-most.ts'
import type { World } from '../world.ts'
import type { KnownName, NameStore } from './name-store.ts'

/** The time for which a message waits for names, in milliseconds. */
export const NAMES_WAIT_MS = 2 * SECOND_MS

/** The most names that are kept. The names that were learned first are forgotten first. */
export const MAX_NAMES = 500

/** The time for which nobody is asked after a failure, in milliseconds. */
const REST_MS = 5 * MINUTE_MS

/** The dependencies of the names. */
export interface NameBookDeps {
  readonly nameStore: Pick<NameStore, 'load' | 'save' | 'clear'>
  /** The calls for which events wait. */
  readonly access: PortalAccess
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly scheduler: Pick<Scheduler, 'background' | 'report'>
}

/** The names of one portal. */
export class NameBook {
  readonly #deps: NameBookDeps
  /** The known names; null until the row was read. Only a message that needs names reads it. */
  #known: ReadonlyMap<string, KnownName> | null = null
  /** The questions follow one another, so that messages to several receivers ask once. */
  #asking: Promise<void> = Promise.resolve()
  #restsUntil = 0

  constructor(deps: NameBookDeps) {
    this.#deps = deps
  }

  /** The names of these things, as far as they are known within two seconds. An old name is better than none. */
  async resolve(refs: readonly WantedName[]): Promise<Names> {
    try {
      if (this.#missing(refs).length > 0) await this.#ask(refs)
      return this.#named(refs)
    } catch (error) {
      // Storage cannot be read. A message without names is better than none.
      this.#deps.scheduler.report('background_failed', error)
      return new Map()
    }
  }

  /** Deletes all stored names inside the caller's transaction: the installation has ended. */
  clearWithin(): void {
    this.#deps.nameStore.clear()
  }

  /** Forgets all names after that transaction. */
  clear(): void {
    this.#known = null
    this.#restsUntil = 0
  }

  #named(refs: readonly WantedName[]): Names {
    const known = this.#load()
    return new Map(
      refs.map(nameKey).flatMap((key) => {
        const name = known.get(key)?.name ?? null
        return name === null ? [] : [[key, name] as const]
      }),
    )
  }

  #load(): ReadonlyMap<string, KnownName> {
    this.#known ??= this.#deps.nameStore.load()
    return this.#known
  }

  /** The things that are to be asked for now. */
  #missing(refs: readonly WantedName[]): readonly WantedName[] {
    const { access, world } = this.#deps
    const now = world.now()
    if (now < this.#restsUntil || !canAsk(access)) return []
    const known = this.#load()
    return refs.filter((ref) => {
      const until = known.get(nameKey(ref))?.until ?? 0
      // A name of the last minute is no former one, whatever the portal's clock says.
      const since = Math.min(ref.since ?? 0, now - MINUTE_MS)
      return until <= now || until - DAY_MS < since
    })
  }

  async #ask(refs: readonly WantedName[]): Promise<void> {
    const { scheduler, world } = this.#deps
    this.#asking = this.#asking.then(() => this.#read(this.#missing(refs)))
    scheduler.background(this.#asking)
    await waitAtMost(this.#asking, NAMES_WAIT_MS, world)
  }

  /** Asks for names and keeps them. It never rejects: a message goes out without a name. */
  async #read(refs: readonly WantedName[]): Promise<void> {
    if (refs.length === 0) return
    const { access, world, scheduler } = this.#deps
    const generation = access.generation()
    try {
      const answer = await readNames(refs.slice(0, MAX_COMMANDS), access.call)
      if (access.generation() !== generation) return
      if (answer.ok && answer.value.size > 0) this.#learn(answer.value)
      else this.#restsUntil = world.now() + REST_MS
    } catch (error) {
      this.#restsUntil = world.now() + REST_MS
      scheduler.report('background_failed', error)
    }
  }

  #learn(names: ReadonlyMap<string, string | null>): void {
    const next = new Map(this.#load())
    const until = this.#deps.world.now() + DAY_MS
    for (const [key, name] of names) {
      const former = next.get(key)?.name ?? null
      next.delete(key)
      // A portal that does not tell a name any more may have lost the right to tell it. The old name stays.
      next.set(key, { name: name ?? former, until })
    }
    const kept = new Map([...next].slice(-MAX_NAMES))
    this.#known = kept
    this.#deps.nameStore.save(kept)
  }
}
