/**
 * The times of the comparisons. A portal is compared as a whole after an install, after a burst of events,
 * every `RECONCILE_MINUTES`, and when an operator asks. Single fields are read when a difference has to be
 * looked at a second time.
 */
import { MAX_COMMANDS } from '../../bitrix24/servers/commands.ts'
import { userFieldOf } from '../../core/events/event-names.ts'
import type { FieldFamily } from '../../core/log/event.ts'
import {
  endRun,
  lookDueAt,
  postponeLooks,
  runDueAt,
  worseOf,
  type ReadResult,
} from '../../core/fields/reconciliation.ts'
import { earliest, SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'
import type { Scheduler } from '../scheduler.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import { canAsk, type PortalAccess } from '../tokens/portal-access.ts'
import type { Comparison, Urgency } from './comparison.ts'
import type { ReconciliationBook } from './reconciliation-book.ts'

/** The dependencies of the reconciler. */
export interface ReconcilerDeps {
  readonly memberId: string
  readonly comparison: Pick<Comparison, 'entities' | 'compareEntity' | 'lookAgain'>
  readonly reconciliation: ReconciliationBook
  readonly access: Pick<PortalAccess, 'hasAccess' | 'refusal' | 'generation'>
  readonly config: Pick<PortalConfig, 'reconcileMinutes' | 'wantedEvents'>
  readonly world: Pick<World, 'now' | 'logLine'>
  readonly scheduler: Pick<Scheduler, 'advance' | 'report'>
}

/** The reconciler of one portal. */
export class Reconciler {
  readonly #deps: ReconcilerDeps
  /** The families that the portal is subscribed to. */
  readonly #families: readonly FieldFamily[]
  #running: Promise<void> | null = null
  /** Whether an operator waits for a run; null until this life of the object knows better than the row. */
  #isAsked: boolean | null = null

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps
    const families = deps.config.wantedEvents.flatMap((name) => userFieldOf(name)?.family ?? [])
    this.#families = [...new Set(families)]
  }

  /** Forgets everything: the installation has ended. */
  clear(): void {
    this.#deps.reconciliation.clear()
    this.#isAsked = false
  }

  /** Deletes the rows inside the caller's transaction; memory follows with `clear`. */
  clearWithin(): void {
    this.#deps.reconciliation.clearWithin()
  }

  /** The time of the next comparison, in unix milliseconds; null while the portal cannot be asked. */
  dueAt(): number | null {
    const { access, reconciliation, world } = this.#deps
    if (!canAsk(access)) return null
    if (this.#running !== null) return world.now() + SAFETY_ALARM_MS
    return this.#hasWish() ? 0 : earliest([this.#runDueAt(), lookDueAt(reconciliation.state())])
  }

  #runDueAt(): number | null {
    const { reconciliation, config } = this.#deps
    const lastEventAt = reconciliation.lastEventAt()
    return runDueAt(reconciliation.state(), { lastEventAt, everyMinutes: config.reconcileMinutes })
  }

  /**
   * Notes that an operator asks. A run begins at once, or as soon as the present one has ended. The wish is
   * stored, so that a later life of the object takes it up when this one ends before its run.
   */
  ask(): void {
    const { reconciliation } = this.#deps
    const state = reconciliation.state()
    if (!state.isAsked) reconciliation.save({ ...state, isAsked: true })
    this.#isAsked = true
  }

  #hasWish(): boolean {
    return this.#isAsked ?? this.#deps.reconciliation.state().isAsked
  }

  /** Compares what is due, one comparison at a time. An answer of the portal never makes it reject. */
  runDue(): Promise<void> {
    this.#running ??= this.#runDueNow().finally(() => {
      this.#running = null
      this.#deps.scheduler.advance()
    })
    return this.#running
  }

  async #runDueNow(): Promise<void> {
    const { access, reconciliation, world } = this.#deps
    for (let rounds = 0; rounds < 3 && canAsk(access); rounds += 1) {
      const now = world.now()
      const runAt = this.#runDueAt()
      const lookAt = lookDueAt(reconciliation.state())
      if (this.#hasWish()) await this.#run('at_once')
      else if (runAt !== null && runAt <= now) await this.#run('second_look')
      else if (lookAt !== null && lookAt <= now) await this.#lookAgain()
      else return
    }
  }

  async #run(urgency: Urgency): Promise<void> {
    const { memberId, comparison, access, reconciliation, world } = this.#deps
    this.#isAsked = false
    const startedAt = world.now()
    const generation = access.generation()
    const isOver = (): boolean => access.generation() !== generation
    let outcome: ReadResult = 'failed'
    const unreadable: string[] = []
    try {
      const entities = await comparison.entities(this.#families)
      if (entities !== null) outcome = 'read'
      for (const entity of entities ?? []) {
        const was = await comparison.compareEntity(entity, urgency)
        if (isOver()) return
        outcome = worseOf(outcome, was)
        if (was === 'denied') unreadable.push(entity.entityId)
      }
    } catch (error) {
      // Storage has refused. The run counts as failed, so that it is not repeated without a pause.
      outcome = 'failed'
      this.#deps.scheduler.report('fields_failed', error)
    }
    if (isOver()) return
    const now = world.now()
    const ended = { startedAt, now, outcome, unreadable, isAsked: this.#hasWish() }
    reconciliation.save(endRun(reconciliation.state(), ended))
    const { suspects, failures } = reconciliation.state()
    world.logLine(outcome === 'read' ? 'info' : 'warn', 'reconciled', {
      memberId,
      suspects: suspects.length,
      failures,
      unreadable: unreadable.length,
      ms: now - startedAt,
    })
  }

  async #lookAgain(): Promise<void> {
    const { comparison, access, reconciliation, world, scheduler } = this.#deps
    const now = world.now()
    const due = reconciliation.state().suspects.filter(({ dueAt }) => dueAt <= now)
    const entityId = due[0]?.entityId ?? ''
    const chunk = due.filter((suspect) => suspect.entityId === entityId).slice(0, MAX_COMMANDS)
    const generation = access.generation()
    try {
      await comparison.lookAgain(chunk, entityId)
    } catch (error) {
      scheduler.report('fields_failed', error)
    }
    if (access.generation() !== generation) return
    // A field that is still due after the look was not answered.
    const ids = new Set(chunk.map(({ id }) => id))
    const after = world.now()
    const state = reconciliation.state()
    const isDue = state.suspects.some(({ id, dueAt }) => ids.has(id) && dueAt <= after)
    if (isDue) reconciliation.save(postponeLooks(state, ids, after))
  }
}
