/**
 * The comparison of a portal's fields with what is known of them. A change that no event told is entered in
 * the log. Only the portal's word about a single field counts: when a list is cut short, or is empty because
 * rights were lost, no field looks deleted, since each known field that is missing in the list is asked for
 * by itself.
 */
import { MAX_COMMANDS } from '../../bitrix24/servers/commands.ts'
import { listFields, listSmartProcesses } from '../../bitrix24/fields/field-lists.ts'
import { readFields, type FieldReads } from '../../bitrix24/fields/field-reader.ts'
import { hasCode, isTransient, type RestError } from '../../bitrix24/servers/rest-error.ts'
import type { FieldFamily } from '../../core/log/event.ts'
import type { FieldRead, FieldRef } from '../../core/fields/field-read.ts'
import { tellDifference } from '../../core/fields/difference.ts'
import { judgeReads } from '../../core/fields/judge-reads.ts'
import { worseOf, type ReadResult } from '../../core/fields/reconciliation.ts'
import type { LogWriter } from '../log/log-writer.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../world.ts'
import type { PortalAccess } from '../tokens/portal-access.ts'
import type { Enricher } from './enricher.ts'
import type { FieldEntity } from './shelves/field-rows.ts'
import type { FieldStore } from './shelves/field-store.ts'
import type { ReconciliationBook } from './reconciliation-book.ts'

/** The most entities that one run compares. */
const MAX_ENTITIES = 300

/** The dependencies of the comparison. */
export interface ComparisonDeps {
  readonly fields: FieldStore
  readonly reconciliation: ReconciliationBook
  readonly writer: Pick<LogWriter, 'write'>
  /** The calls for which no event waits. */
  readonly access: PortalAccess
  /**
   * A field with an event that waits for its enrichment is left out, since this event will tell every change
   * of the field.
   */
  readonly enricher: Pick<Enricher, 'isWaiting' | 'idle'>
  readonly world: Pick<World, 'now'>
  readonly scheduler: Pick<Scheduler, 'advance'>
}

/** The time to tell differences: at once, since an operator waits, or after a second look. */
export type Urgency = 'at_once' | 'second_look'

/** The terms of one comparison. An answer of an earlier generation is thrown away. */
interface CompareTerms {
  readonly urgency: Urgency
  readonly hasBaseline: boolean
  readonly generation: number
}

/** The terms of judging one chunk of reads. */
interface JudgeContext extends CompareTerms {
  /** The versions that the fields had before they were read. */
  readonly versions: ReadonlyMap<number, number>
}

/** The comparison of one portal. */
export class Comparison {
  readonly #deps: ComparisonDeps

  constructor(deps: ComparisonDeps) {
    this.#deps = deps
  }

  /**
   * The entities to compare: those of the subscribed families, the portal's smart processes, and those of
   * fields that were met. Null when the portal does not say which smart processes it has.
   */
  async entities(families: readonly FieldFamily[]): Promise<readonly FieldEntity[] | null> {
    if (!families.includes('type')) return this.#withMet(families, [])
    const listed = await listSmartProcesses(this.#deps.access.call)
    // An application without the scope can read no smart process. This is no failure of the run.
    if (!listed.ok && listed.error !== 'incomplete' && listed.error.kind === 'no_scope') {
      return this.#withMet(families, [])
    }
    return listed.ok ? this.#withMet(families, listed.value) : null
  }

  #withMet(
    families: readonly FieldFamily[],
    smartProcesses: readonly string[],
  ): readonly FieldEntity[] {
    const subscribed = families
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

  /**
   * Compares all fields of one entity. An answer of the portal never makes it reject, only storage that
   * fails.
   */
  async compareEntity(entity: FieldEntity, urgency: Urgency): Promise<ReadResult> {
    const { access, fields, reconciliation, world } = this.#deps
    const generation = access.generation()
    const listed = await listFields(entity, access.call)
    if (access.generation() !== generation) return 'failed'
    const isListTooLarge = !listed.ok && isTooLarge(listed.error)
    if (!listed.ok && !isListTooLarge) {
      return listed.error === 'incomplete' || !isTransient(listed.error) ? 'denied' : 'failed'
    }
    // A list that is too large shows no field, and the known fields are asked for by themselves all the same.
    const shown = listed.ok ? listed.value : []
    const ids = new Set([...shown, ...fields.idsOf(entity)])
    const refs = [...ids].toSorted((a, b) => a - b).map((id) => ({ ...entity, id }))
    const hasBaseline = Object.hasOwn(reconciliation.state().baselines, entity.entityId)
    const present = new Set(shown)
    const living = refs.filter(({ id }) => present.has(id) || fields.find(id)?.presence !== 'gone')
    let outcome: ReadResult = isListTooLarge ? 'denied' : 'read'
    for (let start = 0; start < living.length; start += MAX_COMMANDS) {
      const chunk = living.slice(start, start + MAX_COMMANDS)
      const terms = { urgency, hasBaseline, generation }
      outcome = worseOf(outcome, await this.#compare(chunk, terms))
      if (access.generation() !== generation) return 'failed'
    }
    // An empty list may be a list without rights. As a baseline it would make every field look new later.
    if (outcome !== 'failed' && !hasBaseline && shown.length > 0) {
      const state = reconciliation.state()
      const baselines = { ...state.baselines, [entity.entityId]: world.now() }
      reconciliation.save({ ...state, baselines })
    }
    return outcome
  }

  /**
   * Looks at single fields of one entity again. An answer of the portal never makes it reject, only storage
   * that fails.
   */
  async lookAgain(refs: readonly FieldRef[], entityId: string): Promise<void> {
    const generation = this.#deps.access.generation()
    const hasBaseline = Object.hasOwn(this.#deps.reconciliation.state().baselines, entityId)
    await this.#compare(refs, { urgency: 'second_look', hasBaseline, generation })
  }

  /** Reads some fields and judges them. */
  async #compare(refs: readonly FieldRef[], terms: CompareTerms): Promise<ReadResult> {
    const { generation } = terms
    const { access, fields, enricher } = this.#deps
    await enricher.idle()
    const versions = new Map(refs.map(({ id }) => [id, fields.versionOf(id)]))
    const answer = await readFields(refs, [], access.call)
    if (access.generation() !== generation) return 'failed'
    if (!answer.ok) {
      if (!isTooLarge(answer.error)) {
        if (isTransient(answer.error)) return 'failed'
        // The list has shown the fields, so they exist: no later read may tell them as new.
        this.#judge(refs, NOTHING_READ, { ...terms, versions })
        return 'denied'
      }
      const middle = Math.ceil(refs.length / 2)
      const first = await this.#compare(refs.slice(0, middle), terms)
      return worseOf(first, await this.#compare(refs.slice(middle), terms))
    }
    const { reads, retryAfterMs } = answer.value
    if (retryAfterMs !== null) access.obey(retryAfterMs)
    this.#judge(refs, answer.value, { ...terms, versions })
    return refs.map(({ id }) => outcomeOf(reads.get(id))).reduce(worseOf, 'read')
  }

  #judge(
    refs: readonly FieldRef[],
    { reads, readAt }: Pick<FieldReads, 'reads' | 'readAt'>,
    context: JudgeContext,
  ): void {
    const { urgency, hasBaseline, versions } = context
    const { fields, reconciliation, writer, enricher, world, scheduler } = this.#deps
    // A field is left out when an event has written it since, or is about to: the read is older than its
    // state.
    const fresh = refs.filter(
      ({ id }) => fields.versionOf(id) === versions.get(id) && !enricher.isWaiting(id),
    )
    const now = world.now()
    const state = reconciliation.state()
    const at = readAt ?? now
    const judged = judgeReads(
      fresh.map((ref) => ({
        ref,
        known: fields.find(ref.id),
        read: reads.get(ref.id) ?? UNANSWERED,
      })),
      { state, isUrgent: urgency === 'at_once', hasBaseline, now, readAt: at },
    )
    const { found, adopted, next } = judged
    const isChanged = next !== state
    if (found.length === 0 && adopted.length === 0 && !isChanged) return
    writer.write((transaction) => {
      const states = found.map(({ state: known, difference, read }) => {
        const told = tellDifference(known, difference, { read, readAt: at, userNames: new Map() })
        return { ...told.state, toldBy: transaction.insertReconciled(told.reconciled) }
      })
      fields.save([...adopted, ...states])
      if (isChanged) reconciliation.saveWithin(next)
    })
    reconciliation.adopt(next)
    if (found.length > 0) scheduler.advance()
  }
}

/** Whether an answer was too large to be read, which no repetition mends. */
function isTooLarge(error: RestError | 'incomplete'): boolean {
  return error !== 'incomplete' && hasCode(error, 'answer_too_large')
}

/**
 * The result of one read. A field that stays unanswered although the portal answers will not be answered soon
 * either, so it counts as denied.
 */
function outcomeOf(read: FieldRead | undefined): ReadResult {
  if (read?.kind !== 'failed') return read === undefined ? 'failed' : 'read'
  return read.reason === 'rate_limited' || read.reason === 'timeout' ? 'failed' : 'denied'
}

/** The one entity of a family that is not the family of smart processes. */
function entityOf(family: FieldFamily): string {
  return `CRM_${family.toUpperCase()}`
}

/** The reads of fields whose definitions were refused together. */
const NOTHING_READ = { reads: new Map<number, FieldRead>(), readAt: null }

const UNANSWERED: FieldRead = { kind: 'failed', reason: 'portal_unreachable' }
