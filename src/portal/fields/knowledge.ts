/**
 * Everything that a portal's object knows by asking Bitrix24: tokens, subscriptions, what events changed,
 * and which changes no event told. It only wires; each part is a file of its own.
 */
import type { RestCaller } from '../../bitrix24/servers/rest-client.ts'
import { userFieldOf } from '../../core/log/event-names.ts'
import type { ThinReason } from '../../core/log/event.ts'
import { DAY_MS } from '../../core/lanes/retry.ts'
import type { Appender } from '../log/appender.ts'
import type { Database } from '../../storage/database.ts'
import { Enricher } from './enricher.ts'
import { FieldStore } from './field-store.ts'
import type { LogStore } from '../log/log-store.ts'
import { PacedCalls } from '../tokens/paced-calls.ts'
import type { PortalState } from '../state.ts'
import { Reconciler } from './reconciler.ts'
import type { PortalConfig, World } from '../settings.ts'
import { Subscriber } from '../installs/subscriber.ts'
import { TokenKeeper } from '../tokens/caller.ts'

/** What knowledge needs from the object around it. */
export interface KnowledgeDeps {
  readonly memberId: string
  readonly config: PortalConfig
  readonly world: World
  readonly state: PortalState
  readonly db: Database
  readonly log: LogStore
  /** The one way into the log; made after this, as it asks whether events have to wait. */
  appender(): Pick<Appender, 'writeTogether'>
  /** The last sequence that any lane has passed. */
  passedUpTo(): number
  /** Hears that lanes may go on. */
  deliverable(): void
  /** Hears that the time of the next comparison has changed. */
  planned(): void
  /** Hears of work that failed. */
  failed(error: unknown): void
  /** Keeps work alive that nobody waits for. */
  background(work: Promise<void>): void
}

/** What is known of one portal. */
export class Knowledge {
  readonly tokens: TokenKeeper
  readonly subscriber: Subscriber
  readonly enricher: Enricher
  readonly reconciler: Reconciler
  readonly #deps: KnowledgeDeps
  readonly #fields: FieldStore
  #lastEventAt: number | null = null

  constructor(deps: KnowledgeDeps) {
    const { memberId, config, world, state, db, log } = deps
    const { now, sleep } = world
    this.#deps = deps
    this.#fields = new FieldStore(db)
    this.tokens = new TokenKeeper({ memberId, state, config, world })
    const paced = new PacedCalls({ now, sleep })
    const background: RestCaller = this.tokens.callerFor('background')
    const administration: RestCaller = this.tokens.callerFor('administration')
    this.subscriber = new Subscriber({
      memberId,
      state,
      config,
      world,
      call: paced.inBackground(administration),
    })
    const shared = {
      fields: this.#fields,
      appender: { writeTogether: (work) => deps.appender().writeTogether(work) },
      now,
      generation: () => state.install().generation,
      obey: (waitMs) => paced.obey(waitMs),
    } satisfies Partial<ConstructorParameters<typeof Enricher>[0]>
    this.enricher = new Enricher({
      ...shared,
      log,
      sleep,
      call: paced.forEvents(background),
      head: () => state.head(),
      hasAccess: () => this.tokens.hasAccess(),
      refusal: () => this.tokens.refusal(),
      blockedUntil: () => paced.blockedUntil(),
      explained: () => deps.deliverable(),
      owed: (fields) => this.reconciler.owe(fields),
      failed: (error) => deps.failed(error),
      background: (work) => deps.background(work),
    })
    const families = config.wantedEvents.flatMap((name) => userFieldOf(name)?.family ?? [])
    this.reconciler = new Reconciler({
      ...shared,
      db,
      call: paced.inBackground(background),
      everyMinutes: config.reconcileMinutes,
      families: [...new Set(families)],
      canAsk: () => this.#canAsk(),
      lastEventAt: () => this.#lastEventAt,
      isWaiting: (fieldId) => this.enricher.isWaiting(fieldId),
      idle: () => this.enricher.idle(),
      told: () => deps.deliverable(),
      failed: (error) => deps.failed(error),
      planned: () => deps.planned(),
      log: (level, event, fields) => world.log(level, event, { memberId, ...fields }),
    })
  }

  /** Takes over what was known when the object ended. */
  load(): void {
    this.#lastEventAt = this.#deps.log.lastFieldEventAt()
    this.reconciler.load()
    this.enricher.load(this.#deps.passedUpTo())
  }

  /** Takes new events over that have to be explained. */
  accept(events: Parameters<Enricher['accept']>[0]): void {
    if (events.length > 0) this.#lastEventAt = this.#deps.world.now()
    this.enricher.accept(events)
  }

  /** Events came late, through the second store: more may have been lost. */
  noteOutage(): void {
    this.#lastEventAt = this.#deps.world.now()
    this.#deps.planned()
  }

  /** Does what is due by the alarm. */
  work(): void {
    this.enricher.endOverdue()
    if (this.#isDue(this.reconciler.dueAt())) this.#deps.background(this.reconciler.runDue())
  }

  /** The daily visit: old pairs are renewed, subscriptions compared, fields long gone forgotten. */
  async visit(): Promise<void> {
    const { retentionDays } = this.#deps.config
    const { now } = this.#deps.world
    this.#fields.dropGone(now() - retentionDays * DAY_MS)
    await this.tokens.keepAlive()
    await this.subscriber.align()
  }

  /** Asks for a comparison that tells at once what it finds; false when nobody can be asked. */
  reconcile(): boolean {
    this.tokens.tryAgain()
    if (!this.#canAsk()) return false
    this.reconciler.ask()
    this.#deps.background(this.reconciler.runDue())
    return true
  }

  /** Ends with the installation: what waits goes out thin. Runs after the install row has changed. */
  endInstall(reason: ThinReason): void {
    this.enricher.endAll(reason)
    this.#deps.db.transaction(() => this.#fields.clear())
    this.reconciler.clear()
  }

  /** Deletes what is stored, inside the caller's transaction; reads begin anew after the next install. */
  erase(): void {
    this.#fields.clear()
  }

  /** Forgets the events that wait: their log was deleted. */
  forgetWaiting(): void {
    this.enricher.clear()
  }

  #canAsk(): boolean {
    return this.tokens.hasAccess() && this.tokens.refusal() === null
  }

  #isDue(at: number | null): boolean {
    return at !== null && at <= this.#deps.world.now()
  }
}
