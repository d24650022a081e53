/**
 * Compares a portal's fields with what is known of them, and enters the changes in the log that no event
 * told. Only what the portal says of a single field counts: a list that is cut short, or empty through lost
 * rights, can make nothing look deleted, since every field that is missing in it is asked for by itself.
 */
import { listFields, listSmartProcesses } from '../bitrix24/field-lists.ts'
import { readFields, type FieldReads } from '../bitrix24/field-reader.ts'
import type { RestCaller } from '../bitrix24/rest-client.ts'
import type { FieldFamily } from '../core/event.ts'
import type { FieldRead, FieldRef } from '../core/field-read.ts'
import { tellDifference } from '../core/field-state.ts'
import {
  endRun,
  judgeReads,
  lookDueAt,
  NO_RECONCILIATION,
  OWED_LOOK_MS,
  runDueAt,
  SECOND_LOOK_MS,
  suspectField,
  type ReconciliationState,
} from '../core/reconciliation.ts'
import { earliest, SAFETY_ALARM_MS } from '../core/schedule.ts'
import type { Appender } from './appender.ts'
import type { Database } from './database.ts'
import type { FieldEntity, FieldStore } from './field-store.ts'

/** The most fields of one request. */
const CHUNK = 50

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
  /** Hears that the time of the next run has changed. */
  planned(): void
  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, number>>): void
}

/** What one read of a chunk is judged by. */
interface Judging {
  readonly isUrgent: boolean
  readonly hasBaseline: boolean
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
    const entities = await this.#entities()
    if (this.#deps.generation() !== generation) return
    let isComplete = entities !== null
    for (const entity of entities ?? []) {
      const wasRead = await this.#compareEntity(entity, isUrgent)
      if (this.#deps.generation() !== generation) return
      isComplete &&= wasRead
    }
    this.#save(endRun(this.#state, { startedAt, now: this.#deps.now(), isComplete }))
    const { suspects, failures } = this.#state
    this.#deps.log(isComplete ? 'info' : 'warn', 'reconciled', {
      suspects: suspects.length,
      failures,
      ms: this.#deps.now() - startedAt,
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
      .map((family) => ({ family, entityId: `CRM_${family.toUpperCase()}` }))
    const listed = smartProcesses.map((entityId) => ({ family: 'type' as const, entityId }))
    const all: FieldEntity[] = [...subscribed, ...listed, ...this.#deps.fields.entities()]
    return [...new Map(all.map((entity) => [entity.entityId, entity])).values()]
  }

  /** True when everything of the entity was read. */
  async #compareEntity(entity: FieldEntity, isUrgent: boolean): Promise<boolean> {
    const generation = this.#deps.generation()
    const listed = await listFields(entity, this.#deps.call)
    if (!listed.ok || this.#deps.generation() !== generation) return false
    const ids = new Set([...listed.value, ...this.#deps.fields.idsOf(entity)])
    const refs = [...ids].toSorted((a, b) => a - b).map((id) => ({ ...entity, id }))
    const hasBaseline = Object.hasOwn(this.#state.baselines, entity.entityId)
    const living = refs.filter(({ id }) => this.#deps.fields.find(id)?.isGone !== true)
    let isComplete = true
    for (let start = 0; start < living.length; start += CHUNK) {
      const chunk = living.slice(start, start + CHUNK)
      isComplete = (await this.#compare(chunk, { isUrgent, hasBaseline })) && isComplete
      if (this.#deps.generation() !== generation) return false
    }
    if (isComplete && !hasBaseline) {
      const { baselines } = this.#state
      const now = this.#deps.now()
      this.#save({ ...this.#state, baselines: { ...baselines, [entity.entityId]: now } })
    }
    return isComplete
  }

  async #lookAgain(): Promise<void> {
    const now = this.#deps.now()
    const due = this.#state.suspects.filter(({ dueAt }) => dueAt <= now)
    const chunk = due.slice(0, CHUNK)
    const generation = this.#deps.generation()
    const isComplete = await this.#compare(chunk, { isUrgent: false, hasBaseline: true })
    if (isComplete || this.#deps.generation() !== generation) return
    let next = this.#state
    const dueAt = this.#deps.now() + SECOND_LOOK_MS
    for (const { id } of chunk) {
      const known = next.suspects.find((suspect) => suspect.id === id)
      if (known !== undefined && known.dueAt <= this.#deps.now()) {
        next = suspectField(next, { ...known, dueAt })
      }
    }
    this.#save(next)
  }

  /** Reads some fields and judges them; true when each of them was answered. */
  async #compare(
    refs: readonly FieldRef[],
    { isUrgent, hasBaseline }: Pick<Judging, 'isUrgent' | 'hasBaseline'>,
  ): Promise<boolean> {
    await this.#deps.idle()
    const generation = this.#deps.generation()
    const versions = new Map(refs.map(({ id }) => [id, this.#deps.fields.versionOf(id)]))
    const answer = await readFields(refs, [], this.#deps.call)
    if (this.#deps.generation() !== generation) return false
    if (!answer.ok) {
      if (answer.error.code !== 'answer_too_large' || refs.length === 1) return false
      const middle = Math.ceil(refs.length / 2)
      const first = await this.#compare(refs.slice(0, middle), { isUrgent, hasBaseline })
      return (await this.#compare(refs.slice(middle), { isUrgent, hasBaseline })) && first
    }
    if (answer.value.retryAfterMs !== null) this.#deps.obey(answer.value.retryAfterMs)
    this.#judge(refs, answer.value, { isUrgent, hasBaseline, versions })
    const { reads } = answer.value
    return refs.every(({ id }) => (reads.get(id)?.kind ?? 'failed') !== 'failed')
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

const UNANSWERED: FieldRead = { kind: 'failed', reason: 'portal_unreachable' }
