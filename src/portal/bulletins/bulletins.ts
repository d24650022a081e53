/**
 * The bulletins of one portal: messages of the relay itself about the portal and its lanes. They are stored in the
 * turn of the commit that causes them, and told by lanes of their own, over the same code as events. A portal whose
 * bulletins nobody asks for does nothing here.
 */
import { isKnownPortal } from '../../core/access/installs/install.ts'
import type { NumberedBulletin } from '../../core/bulletins/bulletin.ts'
import {
  createDesk,
  isRefusalDue,
  NEW_DESK,
  planBulletins,
  type Desk,
  type DeskPlan,
  type DeskTerms,
} from '../../core/bulletins/desk.ts'
import { causeOfKey, type OpenCause } from '../../core/bulletins/observed.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { earliest } from '../../core/pace/schedule.ts'
import type { Database } from '../../storage/database.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { Pump } from '../lanes/pump.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { World } from '../world.ts'
import type { BulletinLanes } from './bulletin-lanes.ts'
import type { BulletinLog } from './bulletin-log.ts'
import type { BulletinStore } from './bulletin-store.ts'
import type { Observer } from './observer.ts'

/** After storage has refused a bulletin it is tried again after so long, in milliseconds, whatever else happens. */
export const REFUSED_BULLETIN_RETRY_MS = MINUTE_MS

/** The parts that bulletins need. They are nine, since one transaction writes bulletin, lanes and desk. */
export interface BulletinsParts {
  readonly db: Pick<Database, 'transaction'>
  readonly state: Pick<PortalState, 'isKnown' | 'install' | 'head'>
  readonly store: BulletinStore
  readonly bulletinLog: Pick<BulletinLog, 'noteLast'>
  /** The lanes that tell bulletins. */
  readonly book: Pick<
    LaneBook,
    'load' | 'match' | 'matchNow' | 'adopt' | 'abandon' | 'clear' | 'all'
  >
  readonly lanes: Pick<BulletinLanes, 'isConcerned' | 'recipientsOf' | 'terms'>
  readonly pump: Pick<Pump, 'kick' | 'dueAt'>
  readonly observer: Observer
  readonly world: Pick<World, 'now'>
}

/** The bulletins of one portal. */
export class Bulletins {
  readonly #parts: BulletinsParts
  /** Whether the object has started. */
  #hasBegun = false
  /** The desk; null until something is known of the portal. */
  #desk: Desk | null = null
  #isDeskStored = false
  #dueAt: number | null = null

  constructor(parts: BulletinsParts) {
    this.#parts = parts
  }

  /**
   * Reads what is stored. To be called once, at the end of each start, with the lanes as they stand then: the life of a
   * portal up to its first look is told to nobody. Nothing is told yet, so that a start writes nothing.
   */
  begin(): void {
    const { state, book, lanes } = this.#parts
    this.#hasBegun = true
    if (!lanes.isConcerned() || !state.isKnown()) return
    this.#load(() => createDesk(this.#parts.observer.look(), state.head()))
    if (book.all().length > 0) book.matchNow(lanes.terms([], this.#lastNumber()))
    const plan = this.#plan()
    if (plan === null) return
    this.#dueAt = plan.bulletins.length > 0 ? this.#parts.world.now() : plan.dueAt
  }

  /**
   * Tells what has to be told now; called after each commit. Throws when storage refuses; the next call tries again.
   */
  follow(): void {
    const { lanes, book, store } = this.#parts
    if (!this.#hasBegun || !lanes.isConcerned() || !this.#isProven()) return
    // Nothing was known of the portal when this life began, so that all of its own life is told.
    if (this.#desk === null) this.#load(() => NEW_DESK)
    const plan = this.#plan()
    if (plan === null) return
    this.#dueAt = plan.dueAt
    try {
      this.#write(plan)
    } catch (error) {
      book.abandon()
      store.noteThere(false)
      const retryAt = this.#parts.world.now() + REFUSED_BULLETIN_RETRY_MS
      this.#dueAt = earliest([this.#dueAt, retryAt])
      throw error
    }
  }

  /** Starts the lanes that have something to tell. */
  kick(): void {
    if (this.#desk !== null) this.#parts.pump.kick()
  }

  /** The time at which there is something to do, in unix milliseconds; null while nothing waits. */
  dueAt(): number | null {
    return this.#desk === null ? null : earliest([this.#parts.pump.dueAt(), this.#dueAt])
  }

  /** Notes a caller that was refused in the name of this portal; true when that may have to be told or stored. */
  noteRefused(): boolean {
    const { lanes, observer, world } = this.#parts
    if (this.#desk === null) return false
    const isDue = isRefusalDue(this.#desk, observer.noteRefused(), world.now())
    return isDue && lanes.recipientsOf({ type: 'relay.callers.refused', about: null }).isWanted
  }

  /**
   * Deletes every bulletin, since everything of the portal has to go. The number of the last one stays. With `isTold`
   * a further bulletin tells the end of the installation.
   */
  clear({ isTold }: { readonly isTold: boolean }): void {
    const { db, state, store, book, lanes, world } = this.#parts
    if (!store.isThere()) {
      if (!isTold) this.#desk = null
      return
    }
    const desk = this.#desk ?? store.loadDesk() ?? { ...NEW_DESK, last: this.#lastNumber() }
    const { key, updatedTs } = desk.install
    const install = isTold ? { key, updatedTs } : NEW_DESK.install
    const next = {
      ...NEW_DESK,
      last: desk.last,
      seen: state.head(),
      compared: state.head(),
      install,
    }
    db.transaction(() => {
      store.clear()
      book.clear({ since: world.now(), from: desk.last })
      store.saveDesk(next)
    })
    book.adopt()
    this.#parts.observer.noteTold({ found: true, refusals: true })
    this.#desk = lanes.isConcerned() ? next : null
    this.#isDeskStored = true
  }

  /** Deletes the bulletins that are older than a time, in unix milliseconds, also where nobody asks for any more. */
  dropOlder(time: number): void {
    if (this.#parts.store.isThere()) this.#parts.store.dropOlder(time)
  }

  /** The troubles that were told and last, in the order in which they were told. */
  open(): readonly OpenCause[] {
    const { open = [], toldAt = {} } = this.#desk ?? {}
    return open.map((key) => ({ ...causeOfKey(key), since: toldAt[key] ?? null }))
  }

  /**
   * Whether the portal is or was connected: of a stranger whose installation waits nothing is told, and nothing stored.
   */
  #isProven(): boolean {
    const { state } = this.#parts
    return state.isKnown() && (isKnownPortal(state.install()) || state.head() > 0)
  }

  #load(create: () => Desk): void {
    const { store, book, bulletinLog } = this.#parts
    book.load()
    const stored = store.loadDesk()
    const last = stored?.last ?? this.#lastNumber()
    this.#isDeskStored = stored !== null
    this.#desk = stored ?? { ...create(), last }
    bulletinLog.noteLast(last)
  }

  #lastNumber(): number {
    const { store, book } = this.#parts
    // A damaged desk forgets the number, and retention may have dropped the bulletin that had it.
    const cursors = book.all().map(({ cursor }) => cursor)
    return this.#desk?.last ?? Math.max(store.lastNumber(), ...cursors)
  }

  #plan(): DeskPlan | null {
    const { observer, lanes } = this.#parts
    if (this.#desk === null) return null
    const observed = observer.look()
    const happened = observer.happened(this.#desk)
    const isWanted: DeskTerms['isWanted'] = (one) => lanes.recipientsOf(one).isWanted
    return planBulletins(this.#desk, { observed, happened, isWanted })
  }

  #write(plan: DeskPlan): void {
    const { db, store, book, lanes, bulletinLog, observer } = this.#parts
    const { desk } = plan
    // The first step of a portal stores its desk: without it a later life would take for told what this one has not
    // told.
    if (desk === this.#desk && this.#isDeskStored) return
    const told = plan.bulletins.flatMap((bulletin) => {
      const { isWanted, to } = lanes.recipientsOf(bulletin)
      return isWanted ? [{ ...bulletin, to }] : []
    })
    const numbered = told.map((bulletin, index): NumberedBulletin => {
      return { n: desk.last + index + 1, ...bulletin, fates: {} }
    })
    const next = { ...desk, last: desk.last + numbered.length }
    db.transaction(() => {
      store.prepare()
      for (const bulletin of numbered) store.save(bulletin)
      if (numbered.length > 0) {
        book.match(
          lanes.terms(
            numbered.flatMap(({ to }) => to),
            desk.last,
          ),
        )
      }
      store.saveDesk(next)
    })
    store.noteThere(true)
    book.adopt()
    bulletinLog.noteLast(next.last)
    this.#desk = next
    this.#isDeskStored = true
    observer.noteTold(plan.told)
    // The lanes start only where there is something new. This is called when a lane has come to rest as well, and
    // would otherwise begin that lane's walk anew.
    if (numbered.length > 0) this.kick()
  }
}
