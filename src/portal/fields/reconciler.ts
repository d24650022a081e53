/**
 * Compares a portal's fields with what is known of them, and enters the changes in the log that no event
 * told. Only what the portal says of a single field counts: a list that is cut short, or empty through lost
 * rights, can make nothing look deleted, since every field that is missing in it is asked for by itself.
 */
import { MAX_BATCH_COMMANDS } from '../../bitrix24/servers/batch.ts'
import { listFields, listSmartProcesses } from '../../bitrix24/fields/field-lists.ts'
import { readFields, type FieldReads } from '../../bitrix24/fields/field-reader.ts'
import type { RestCaller } from '../../bitrix24/servers/rest-client.ts'
import { isTransient } from '../../bitrix24/servers/rest-error.ts'
import type { FieldFamily } from '../../core/log/event.ts'
import type { FieldRead, FieldRef } from '../../core/fields/field-read.ts'
import { tellDifference } from '../../core/fields/field-state.ts'
import {
  endRun,
  judgeReads,
  lookDueAt,
  NO_RECONCILIATION,
  OWED_LOOK_MS,
  runDueAt,
  postponeLooks,
  suspectField,
  worseOf,
  type ReadOutcome,
  type ReconciliationState,
} from '../../core/fields/reconciliation.ts'
import { earliest, SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'
import type { Appender } from '../log/appender.ts'
import type { Database } from '../../storage/database.ts'
import type { FieldEntity, FieldStore } from './field-store.ts'

/** The most entities of one run. */
const MAX_ENTITIES = 300

/** What the reconciler needs from the object around it. */
export interface ReconcilerDeps {
  readonly db: Database
  readonly fields: FieldStore
  readonly appender: Pick<Appender, 'writeTogether'>
  readonly call: RestCaller
  readonly everyMinutes: number
  /** The families that the portal is subscribed to. */
  readonly families: readonly FieldFamily[]
  now(): number
  generation(): number
  /** Whether asking the portal makes sense now. */
  canAsk(): boolean
  lastEventAt(): number | null
  /** Whether an event of the field waits to be explained: it tells whatever has changed. */
  isWaiting(fieldId: number): boolean
  /** Resolves when no read for an event is under way. */
  idle(): Promise<void>
  /** Hears how long the portal wants to be left alone, in milliseconds. */
  obey(waitMs: number): void
  /** Hears that events were added. */
  told(): void
  /** Hears of work that failed. */
  failed(error: unknown): void
  /** Hears that the time of the next run has changed. */
  planned(): void
  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, number>>): void
}

/** What a comparison is done by; an answer of an earlier generation is thrown away. */
interface CompareTerms {
  readonly isUrgent: boolean
  readonly hasBaseline: boolean
  readonly generation: number
}

/** What one read of a chunk is judged by. */
interface Judging extends CompareTerms {
  /** The fields' versions before they were read. */
  readonly versions: ReadonlyMap<number, number>
}

/** The comparisons of one portal. */
export class Reconciler {
  readonly #deps: ReconcilerDeps
  #state: ReconciliationState = NO_RECONCILIATION
  #running: Promise<void> | null = null
  #asked = false

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps
  }

  /** Reads what was remembered. */
  load(): void {
    this.#state = this.#deps.fields.loadReconciliation()
  }

  /** Forgets everything: the installation has ended. */
  clear(): void {
    this.#state = NO_RECONCILIATION
    this.#asked = false
  }

  /** When the last run ended that read everything; null before the first. */
  lastRunAt(): number | null {
    return this.#state.finishedAt
  }

  /** The entities that the last run was not allowed to read as a whole. */
  unreadable(): readonly string[] {
    return this.#state.unreadable
  }

  /** When the portal is compared next; null while it cannot be asked. */
  dueAt(): number | null {
    if (!this.#deps.canAsk()) return null
    if (this.#running !== null) return this.#deps.now() + SAFETY_ALARM_MS
    return this.#asked ? 0 : earliest([this.#runDueAt(), lookDueAt(this.#state)])
  }

  #runDueAt(): number | null {
    const { everyMinutes } = this.#deps
    return runDueAt(this.#state, { lastEventAt: this.#deps.lastEventAt(), everyMinutes })
  }

  /** An operator asks: a run begins at once, or as soon as the present one has ended. */
  ask(): void {
    this.#asked = true
  }

  /** Thin events owe changes: their fields are read again soon. */
  owe(fields: readonly FieldRef[]): void {
    const dueAt = this.#deps.now() + OWED_LOOK_MS
    const owing = fields.filter(({ id }) => !this.#state.suspects.some((known) => known.id === id))
    if (owing.length === 0) return
    let next = this.#state
    for (const { id, family, entityId } of owing) {
      next = suspectField(next, { id, family, entityId, dueAt, seen: null, looks: 0 })
    }
    this.#save(next)
    this.#deps.planned()
  }

  /** Does what is due; one comparison at a time. Never rejects for an answer of the portal. */
  runDue(): Promise<void> {
    this.#running ??= this.#runDueNow().finally(() => {
      this.#running = null
      this.#deps.planned()
    })
    return this.#running
  }

  async #runDueNow(): Promise<void> {
    for (let rounds = 0; rounds < 3 && this.#deps.canAsk(); rounds += 1) {
      const now = this.#deps.now()
      const isUrgent = this.#asked
      const runAt = this.#runDueAt()
      const lookAt = lookDueAt(this.#state)
      if (isUrgent || (runAt !== null && runAt <= now)) await this.#run(isUrgent)
      else if (lookAt !== null && lookAt <= now) await this.#lookAgain()
      else return
    }
  }

  async #run(isUrgent: boolean): Promise<void> {
    this.#asked = false
    const startedAt = this.#deps.now()
    const generation = this.#deps.generation()
    const isOver = (): boolean => this.#deps.generation() !== generation
    let outcome: ReadOutcome = 'failed'
    const unreadable: string[] = []
    try {
      const entities = await this.#entities()
      if (entities !== null) outcome = 'read'
      for (const entity of entities ?? []) {
        const was = await this.#compareEntity(entity, isUrgent)
        if (isOver()) return
        outcome = worseOf(outcome, was)
        if (was === 'denied') unreadable.push(entity.entityId)
      }
    } catch (error) {
      // Storage refused: the run counts as failed, so that it is not repeated without a pause.
      outcome = 'failed'
      this.#deps.failed(error)
    }
    if (isOver()) return
    const now = this.#deps.now()
    this.#save(endRun(this.#state, { startedAt, now, outcome, unreadable }))
    const { suspects, failures } = this.#state
    this.#deps.log(outcome === 'read' ? 'info' : 'warn', 'reconciled', {
      suspects: suspects.length,
      failures,
      unreadable: unreadable.length,
      ms: now - startedAt,
    })
  }

  /** Null when the portal does not say which smart processes it has. */
  async #entities(): Promise<FieldEntity[] | null> {
    if (!this.#deps.families.includes('type')) return this.#knownEntities([])
    const listed = await listSmartProcesses(this.#deps.call)
    // Without the scope nothing of them can be read; that is no failure of this run.
    if (!listed.ok && listed.error !== 'incomplete' && listed.error.kind === 'no_scope') {
      return this.#knownEntities([])
    }
    return listed.ok ? this.#knownEntities(listed.value) : null
  }

  #knownEntities(smartProcesses: readonly string[]): FieldEntity[] {
    const subscribed = this.#deps.families
      .filter((family) => family !== 'type')
      .map((family) => ({ family, entityId: entityOf(family) }))
    const listed = smartProcesses.map((entityId) => ({ family: 'type' as const, entityId }))
    // Every other family has one entity, and it is subscribed or its events come from a webhook.
    const met = this.#deps.fields.entities().filter(({ family, entityId }) => {
      return family === 'type' || entityId === entityOf(family)
    })
    const all: FieldEntity[] = [...subscribed, ...listed, ...met]
    return [...new Map(all.map((entity) => [entity.entityId, entity])).values()].slice(
      0,
      MAX_ENTITIES,
    )
  }

  async #compareEntity(entity: FieldEntity, isUrgent: boolean): Promise<ReadOutcome> {
    const generation = this.#deps.generation()
    const listed = await listFields(entity, this.#deps.call)
    if (this.#deps.generation() !== generation) return 'failed'
    if (!listed.ok) {
      return listed.error === 'incomplete' || !isTransient(listed.error) ? 'denied' : 'failed'
    }
    const ids = new Set([...listed.value, ...this.#deps.fields.idsOf(entity)])
    const refs = [...ids].toSorted((a, b) => a - b).map((id) => ({ ...entity, id }))
    const hasBaseline = Object.hasOwn(this.#state.baselines, entity.entityId)
    const present = new Set(listed.value)
    const living = refs.filter(
      ({ id }) => present.has(id) || this.#deps.fields.find(id)?.isGone !== true,
    )
    let outcome: ReadOutcome = 'read'
    for (let start = 0; start < living.length; start += MAX_BATCH_COMMANDS) {
      const chunk = living.slice(start, start + MAX_BATCH_COMMANDS)
      const terms = { isUrgent, hasBaseline, generation }
      outcome = worseOf(outcome, await this.#compare(chunk, terms))
      if (this.#deps.generation() !== generation) return 'failed'
    }
    // An empty list may be one without rights: it would make every field look new later.
    if (outcome !== 'failed' && !hasBaseline && living.length > 0) {
      const { baselines } = this.#state
      const now = this.#deps.now()
      this.#save({ ...this.#state, baselines: { ...baselines, [entity.entityId]: now } })
    }
    return outcome
  }

  async #lookAgain(): Promise<void> {
    const now = this.#deps.now()
    const due = this.#state.suspects.filter(({ dueAt }) => dueAt <= now)
    const entityId = due[0]?.entityId ?? ''
    const chunk = due
      .filter((suspect) => suspect.entityId === entityId)
      .slice(0, MAX_BATCH_COMMANDS)
    const generation = this.#deps.generation()
    const hasBaseline = Object.hasOwn(this.#state.baselines, entityId)
    try {
      await this.#compare(chunk, { isUrgent: false, hasBaseline, generation })
    } catch (error) {
      this.#deps.failed(error)
    }
    if (this.#deps.generation() !== generation) return
    // Whatever is still due was not answered.
    const ids = new Set(chunk.map(({ id }) => id))
    const after = this.#deps.now()
    const isDue = this.#state.suspects.some(({ id, dueAt }) => ids.has(id) && dueAt <= after)
    if (isDue) this.#save(postponeLooks(this.#state, ids, after))
  }

  /** Reads some fields and judges them. */
  async #compare(refs: readonly FieldRef[], terms: CompareTerms): Promise<ReadOutcome> {
    const { generation } = terms
    await this.#deps.idle()
    const versions = new Map(refs.map(({ id }) => [id, this.#deps.fields.versionOf(id)]))
    const answer = await readFields(refs, [], this.#deps.call)
    if (this.#deps.generation() !== generation) return 'failed'
    if (!answer.ok) {
      if (answer.error.code !== 'answer_too_large' || refs.length === 1) {
        return isTransient(answer.error) ? 'failed' : 'denied'
      }
      const middle = Math.ceil(refs.length / 2)
      const first = await this.#compare(refs.slice(0, middle), terms)
      return worseOf(first, await this.#compare(refs.slice(middle), terms))
    }
    const { reads, retryAfterMs } = answer.value
    if (retryAfterMs !== null) this.#deps.obey(retryAfterMs)
    this.#judge(refs, answer.value, { ...terms, versions })
    return refs.map(({ id }) => outcomeOf(reads.get(id))).reduce(worseOf, 'read')
  }

  #judge(refs: readonly FieldRef[], { reads, readAt }: FieldReads, judging: Judging): void {
    const { isUrgent, hasBaseline, versions } = judging
    // Written since, or about to be: this read is older than what is known.
    const fresh = refs.filter(
      ({ id }) => this.#deps.fields.versionOf(id) === versions.get(id) && !this.#deps.isWaiting(id),
    )
    const now = this.#deps.now()
    const at = readAt ?? now
    const judged = judgeReads(
      fresh.map((ref) => ({
        ref,
        known: this.#deps.fields.find(ref.id),
        read: reads.get(ref.id) ?? UNANSWERED,
      })),
      { state: this.#state, isUrgent, hasBaseline, now, readAt: at },
    )
    const { found, adopted, next } = judged
    const isChanged = next !== this.#state
    if (found.length === 0 && adopted.length === 0 && !isChanged) return
    this.#deps.appender.writeTogether((add) => {
      for (const state of adopted) this.#deps.fields.save(state)
      for (const { state, difference, read } of found) {
        const told = tellDifference(state, difference, { read, readAt: at, userNames: new Map() })
        this.#deps.fields.save({ ...told.state, toldBy: add(told.further) })
      }
      if (isChanged) this.#deps.fields.saveReconciliation(next)
    })
    this.#state = next
    if (found.length > 0) this.#deps.told()
  }

  #save(next: ReconciliationState): void {
    this.#deps.db.transaction(() => this.#deps.fields.saveReconciliation(next))
    this.#state = next
  }
}

/** What stays unanswered although the portal answers is not mended by asking again soon. */
function outcomeOf(read: FieldRead | undefined): ReadOutcome {
  if (read?.kind !== 'failed') return read === undefined ? 'failed' : 'read'
  return read.reason === 'rate_limited' || read.reason === 'timeout' ? 'failed' : 'denied'
}

/** The one entity of a family that is not smart processes. */
function entityOf(family: FieldFamily): string {
  return `CRM_${family.toUpperCase()}`
}

const UNANSWERED: FieldRead = { kind: 'failed', reason: 'portal_unreachable' }
