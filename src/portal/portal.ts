/**
 * The Durable Object of one portal. It only wires: stores, trust, appender, lanes and alarm are files of
 * their own. Every public method is callable over RPC by the Worker; everything else is `#private`.
 */
import { DurableObject } from 'cloudflare:workers'
import type { InstallRequest } from '../bitrix24/wire/request.ts'
import { RecentEvents } from '../core/log/append.ts'
import { clampTs, isLateUninstall } from '../core/access/install.ts'
import type { InstallStatus } from '../core/access/portal-status.ts'
import type { Result } from '../core/result.ts'
import { describeError } from '../core/safety/redact.ts'
import { AlarmKeeper } from './alarm.ts'
import {
  Appender,
  type AppendAnswer,
  type AppendRequest,
  type StoredEvent,
} from './log/appender.ts'
import { openDatabase } from '../storage/open-database.ts'
import { Delivery } from './lanes/delivery.ts'
import { Installer, type InstallAnswer } from './installs/installer.ts'
import { Knowledge } from './fields/knowledge.ts'
import { KvMirror } from './installs/kv-mirror.ts'
import { LaneBook } from './lanes/book.ts'
import type { ControlRefusal, ReplayWish } from './lanes/control.ts'
import { LogStore } from './log/log-store.ts'
import { PendingNotes } from './installs/pending-notes.ts'
import { PortalState } from './state.ts'
import { PortalValues } from './installs/portal-values.ts'
import type { PortalSettings } from './settings.ts'
import { Trust } from './installs/trust.ts'
import { endInstallation } from './uninstall.ts'
import { dropOld, resealAll } from './upkeep.ts'
import { eventViews, eventsPage, installStatus, parkedView, portalView } from './views.ts'

/** What ONAPPUNINSTALL asks for, its token already hashed. */
export interface UninstallCall {
  readonly tokenHash: string
  /** Unix seconds of Bitrix24; null when not sent. */
  readonly ts: number | null
  readonly clean: boolean
}

/** How long the application's page waits for the portal's subscriptions, in milliseconds. */
const PAGE_PATIENCE_MS = 5000

/** One portal: its log, its lanes, its install. Named by member_id. */
export class PortalObject extends DurableObject<unknown> {
  readonly #memberId: string
  readonly #settings: PortalSettings
  readonly #log: LogStore
  readonly #lanes: LaneBook
  readonly #state: PortalState
  readonly #alarm: AlarmKeeper
  readonly #recent = new RecentEvents()
  readonly #trust: Trust
  readonly #mirror: KvMirror
  readonly #notes: PendingNotes
  readonly #installer: Installer
  readonly #knowledge: Knowledge
  readonly #values: PortalValues
  readonly #delivery: Delivery
  readonly #appender: Appender

  constructor(ctx: DurableObjectState, env: unknown, settings: PortalSettings) {
    super(ctx, env)
    const memberId = ctx.id.name ?? ''
    const db = openDatabase(ctx.storage)
    const log = new LogStore(db)
    const lanes = new LaneBook({
      db,
      log,
      after: (ms, work) => this.#background(settings.world.sleep(ms).then(work)),
    })
    const state = new PortalState({ db, log, changed: () => this.#changed() })
    const parts = { memberId, ...settings, state, log, lanes }
    this.#memberId = memberId
    this.#settings = settings
    this.#log = log
    this.#lanes = lanes
    this.#state = state
    this.#alarm = new AlarmKeeper(ctx.storage, settings.world.now)
    this.#trust = new Trust(parts)
    this.#mirror = new KvMirror(parts)
    this.#notes = new PendingNotes(parts)
    this.#installer = new Installer(parts)
    this.#knowledge = new Knowledge({
      ...parts,
      db,
      appender: () => this.#appender,
      passedUpTo: () => Math.max(0, ...lanes.all().map(({ cursor }) => cursor)),
      deliverable: () => this.#delivery.start(),
      planned: () => this.#delivery.waker.wakeInTime(),
      failed: (error) => this.#report('knowledge_failed', error),
      background: (work) => this.#background(work),
    })
    this.#values = new PortalValues({ memberId, rows: state.rows, sealer: settings.config.sealer })
    this.#delivery = new Delivery({
      ...parts,
      alarm: this.#alarm,
      mirror: this.#mirror,
      knowledge: this.#knowledge,
      domain: () => this.#trust.domain(),
      values: () => this.#values.all(),
      failed: (error) => this.#report('lane_failed', error),
      background: (work) => this.#background(work),
    })
    this.#appender = new Appender({
      db,
      log,
      recent: this.#recent,
      maxGroup: settings.config.maxGroup,
      now: settings.world.now,
      head: () => state.head(),
      trusts: (hash) => this.#trust.trusts(hash),
      begin: () => this.#alarm.begin(),
      awaits: (event) => this.#knowledge.enricher.awaits(event),
      newReceipt: settings.world.newReceipt,
      prepare: () => this.#delivery.matchBeforeAppend(),
      stored: (last, waiting) => this.#stored(last, waiting),
      repeated: ({ sequence, event: { field } }) => {
        if (field) this.#knowledge.enricher.repeated(sequence, field)
      },
      failed: () => this.#rolledBack(),
    })
    void ctx.blockConcurrencyWhile(() => this.#load())
  }

  /** Stores an event durably and in order, or says where it stands; stores nothing for a stranger. */
  async append(request: AppendRequest): Promise<AppendAnswer> {
    const { tokenHash } = request
    const isTrusted = this.#trust.trusts(tokenHash) || (await this.#trust.admit(tokenHash))
    if (!isTrusted) return { kind: 'untrusted' }
    if (request.drained) this.#knowledge.noteOutage()
    if (this.#trust.isApplicationToken(tokenHash)) this.#knowledge.subscriber.noteEvent()
    return this.#appender.append(this.#knowledge.subscriber.withoutFixedUser(request))
  }

  /** Whether a token (by its hash) speaks for this portal. */
  async recognises(tokenHash: string): Promise<boolean> {
    return this.#trust.trusts(tokenHash) || this.#trust.admit(tokenHash)
  }

  /** Decides about an installation; stores nothing for an unproven one. */
  async install(
    request: InstallRequest,
  ): Promise<InstallAnswer & { status?: InstallStatus | null }> {
    const answer = await this.#installer.install(request)
    this.#delivery.start()
    if (answer.kind !== 'installed') return answer
    await this.#mirror.follow()
    const aligned = this.#knowledge.subscriber.alignAfterVisit()
    this.#background(aligned)
    // A person waits for the page, and wants to know what could not be bound; an event waits for nobody.
    if (request.cause === 'page') {
      await Promise.race([aligned, this.#settings.world.sleep(PAGE_PATIENCE_MS)])
    }
    // The portal knows best whether its installation is finished; the OAuth server may be ahead of it.
    const finished = this.#state.install().application?.finished ?? answer.finished
    return { ...answer, finished, status: answer.isOwner ? installStatus(this.#viewDeps()) : null }
  }

  /** Ends the installation that the token proves; an uninstall older than the install does nothing. */
  async uninstall(call: UninstallCall): Promise<{ kind: 'accepted' | 'untrusted' }> {
    if (!this.#trust.isApplicationToken(call.tokenHash)) return { kind: 'untrusted' }
    const ts = clampTs(call.ts, this.#settings.world.now())
    if (isLateUninstall(this.#state.install(), ts)) return { kind: 'accepted' }
    endInstallation(
      {
        ...this.#viewDeps(),
        knowledge: this.#knowledge,
        values: this.#values,
        recent: this.#recent,
      },
      { ts, clean: call.clean },
    )
    this.#changed()
    this.#background(this.#mirror.follow())
    this.#delivery.start()
    return { kind: 'accepted' }
  }

  /** The daily visit: retention, sealing again, and an alarm wherever there is work. */
  async touch(): Promise<{ dropped: number }> {
    if (!this.#state.isKnown()) return { dropped: 0 }
    const upkeep = this.#viewDeps()
    const dropped = await dropOld(upkeep)
    this.#lanes.saveSkipped()
    await resealAll(upkeep)
    await this.#mirror.tidy(this.#log.count() === 0)
    this.#background(this.#knowledge.visit())
    // The alarm that memory knows may be lost: the platform gives up after some failures.
    await this.#alarm.load()
    await this.#alarm.ensure(this.#delivery.waker.wakeAt())
    return { dropped }
  }

  /** The portal for the admin API; null when nothing is known of it. */
  view(): ReturnType<typeof portalView> | null {
    return this.#state.isKnown() ? portalView(this.#viewDeps()) : null
  }

  /** A page of events, newest first; null when nothing is known of the portal. */
  events(before: number, limit: number): ReturnType<typeof eventsPage> | null {
    return this.#state.isKnown() ? eventsPage(this.#viewDeps(), before, limit) : null
  }

  /** One event with its fates; null when it is not in the log. */
  event(sequence: number): ReturnType<typeof eventViews>[number] | null {
    const entry = this.#state.isKnown() ? this.#log.entry(sequence) : null
    return entry === null ? null : (eventViews(this.#viewDeps(), [entry])[0] ?? null)
  }

  /** Everything that is parked; null when nothing is known of the portal. */
  parked(): ReturnType<typeof parkedView> | null {
    return this.#state.isKnown() ? parkedView(this.#viewDeps()) : null
  }

  /** Pauses, resumes or parks the head of a lane; answers the lane's new state. */
  controlLane(
    destination: string,
    wish: { kind: 'pause' } | { kind: 'resume' } | { kind: 'park'; sequence: number },
  ): Result<string, ControlRefusal> {
    const changed =
      wish.kind === 'park'
        ? this.#delivery.control.park(destination, wish.sequence)
        : this.#delivery.control[wish.kind](destination)
    if (!changed.ok) return changed
    // A destination that is not usable cannot be resumed.
    this.#delivery.matchNow()
    this.#delivery.start()
    const { status } = this.#lanes.find(destination) ?? changed.value
    return { ok: true, value: status }
  }

  /** Asks for events again; answers how many. */
  replay(
    destination: string,
    wish: ReplayWish,
    options: { dryRun: boolean },
  ): Result<number, ControlRefusal> {
    const replayed = this.#delivery.control.replay(destination, wish, options)
    if (replayed.ok && !options.dryRun) this.#delivery.start()
    return replayed
  }

  /** Stores (sealed) or removes a value of the portal itself; false when nothing is known of it. */
  async setValue(name: string, value: string | null): Promise<'done' | 'unknown' | 'no_key'> {
    if (!this.#state.isKnown()) return 'unknown'
    const done = await this.#values.set(name, value)
    if (!done) return 'no_key'
    await this.#delivery.deliverer.load()
    this.#changed()
    this.#delivery.start()
    return 'done'
  }

  /** Compares the portal with what is known of it, now, and tells what it finds. */
  reconcile(): 'started' | 'unknown' | 'no_access' {
    if (!this.#state.isKnown()) return 'unknown'
    return this.#knowledge.reconcile() ? 'started' : 'no_access'
  }

  /** One alarm for every timer. First sets the next alarm, then works; a throw means that failed. */
  override async alarm(): Promise<void> {
    if (!(await this.#delivery.waker.begin())) return
    try {
      this.#knowledge.work()
      this.#delivery.start()
      await this.#checkPending()
      await this.#mirror.follow()
      this.#delivery.waker.atRest()
    } catch (error) {
      // The safety alarm stands: whatever failed is tried again.
      this.#report('alarm_failed', error)
    }
  }

  async #load(): Promise<void> {
    const isKnown = this.#state.load()
    if (isKnown) await this.#values.load()
    await this.#delivery.deliverer.load()
    if (!isKnown) return
    for (const { arrival, sequence } of this.#log.recentArrivals(this.#settings.world.now())) {
      this.#recent.remember(arrival, sequence)
    }
    if (!this.#lanes.load())
      this.#settings.world.log('error', 'lanes_damaged', { memberId: this.#memberId })
    this.#delivery.deliverer.passSkipped()
    this.#delivery.matchNow()
    // First, since what begins now may move the alarm.
    await this.#alarm.load()
    this.#knowledge.load()
    await this.#alarm.ensure(this.#delivery.waker.wakeAt())
  }

  /** The install or the install that waits was stored anew: lanes, alarm and directory follow. */
  #changed(): void {
    this.#delivery.matchNow()
    this.#delivery.waker.wakeInTime()
    this.#background(this.#notes.follow())
  }

  /** An install that has waited and is trusted now is subscribed like any other. */
  async #checkPending(): Promise<void> {
    const { application } = this.#state.install()
    await this.#installer.checkPending()
    if (this.#state.install().application !== application) {
      this.#background(this.#knowledge.subscriber.align())
    }
  }

  #stored(head: number, waiting: readonly StoredEvent[]): void {
    this.#state.setHead(head)
    this.#lanes.adopt()
    this.#knowledge.accept(waiting)
    this.#delivery.start()
  }

  #rolledBack(): void {
    this.#alarm.rolledBack()
    this.#lanes.abandon()
  }

  #viewDeps() {
    return {
      memberId: this.#memberId,
      ...this.#settings,
      state: this.#state,
      log: this.#log,
      lanes: this.#lanes,
      deliverer: this.#delivery.deliverer,
      domain: () => this.#trust.domain(),
      tokens: () => this.#mirror.tokens(),
      reconciledAt: () => this.#knowledge.reconciler.lastRunAt(),
      unreadable: () => this.#knowledge.reconciler.unreadable(),
    }
  }

  /** Work that nobody waits for: kept alive by the platform, its failure logged. */
  #background(work: Promise<unknown>): void {
    this.ctx.waitUntil(work.catch((error: unknown) => this.#report('background_failed', error)))
  }

  #report(event: string, error: unknown): void {
    this.#settings.world.log('error', event, {
      memberId: this.#memberId,
      error: describeError(error),
    })
  }
}
