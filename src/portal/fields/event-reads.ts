/**
 * The reads for the events of one portal: the choice of fields and users for the next request, and the
 * meaning of its answer for the events that wait. One request is under way at a time.
 */
import { MAX_COMMANDS } from '../../bitrix24/servers/commands.ts'
import { readFields, thinReasonOf, type FieldReads } from '../../bitrix24/fields/field-reader.ts'
import { hasCode, type RestError } from '../../bitrix24/servers/rest-error.ts'
import type { ThinReason, UserField } from '../../core/log/event.ts'
import type { FieldRead } from '../../core/fields/field-read.ts'
import {
  enrichFound,
  enrichGone,
  enrichThin,
  enrichUnreadRepeat,
  needsNoRead,
  type Enriched,
  type EventToEnrich,
} from '../../core/fields/enrich.ts'
import type { RepeatedEvent } from '../../core/fields/reconciled-event.ts'
import { newFieldState, readAtOf, type FieldState } from '../../core/fields/field-state.ts'
import type { Result } from '../../core/result.ts'
import { EVENT_WAIT_MS } from '../tokens/paced-calls.ts'
import type { World } from '../world.ts'
import type { PortalAccess } from '../tokens/portal-access.ts'
import type { EventsToEnrich, TimedEvent } from './events-to-enrich.ts'
import type { FieldStore } from './shelves/field-store.ts'
import type { RepeatedEvents } from './repeated-events.ts'
import { nextRead, type FieldsToRead } from './fields-to-read.ts'
import { UserNames } from '../names/user-names.ts'

/** The dependencies of the reads. */
export interface EventReadsDeps {
  /** The events that wait for a read. */
  readonly waiting: EventsToEnrich
  /** The events that were sent again, whose fields are read once more. */
  readonly repeats: RepeatedEvents
  readonly fields: Pick<FieldStore, 'find'>
  /** The calls for which events wait. */
  readonly access: PortalAccess
  readonly world: Pick<World, 'now'>
}

/** Events of one field, oldest first. */
type FieldEvents = readonly [field: UserField, events: readonly EventToEnrich[]]

/** A request with its answer, and the generation of the install in which it was asked. */
interface AnsweredRead {
  readonly request: FieldsToRead
  readonly generation: number
  readonly answer: Result<FieldReads, RestError>
}

/** The reads of one portal. */
export class EventReads {
  readonly #deps: EventReadsDeps
  readonly #names: UserNames
  /** The fields that are read once more although no event waits. */
  readonly #rereads = new Map<number, UserField>()
  /** The repeated events for whose fields the request under way asks. */
  readonly #repeated = new Map<number, RepeatedEvent>()
  /** The request that is under way. */
  #underWay: FieldsToRead | null = null
  /** The most commands of one request. An answer that is too large halves it for the rest of a run. */
  #maxCommands = MAX_COMMANDS

  constructor(deps: EventReadsDeps) {
    this.#deps = deps
    this.#names = new UserNames(() => deps.world.now())
  }

  /** Whether a field will be read, or is being read, for an event that was sent again. */
  isRepeated(fieldId: number): boolean {
    return this.#deps.repeats.has(fieldId) || this.#repeated.has(fieldId)
  }

  /** Forgets the fields that were to be read once more. */
  forgetRereads(): void {
    this.#rereads.clear()
    this.#deps.repeats.takeAll()
  }

  /**
   * Forgets the fields that were to be read once more, since the portal cannot be asked. The changes of their
   * repeated events stay owed.
   */
  oweRereads(): readonly Enriched[] {
    this.#rereads.clear()
    return this.#deps.repeats.takeAll().map((repeated) => this.#owe(repeated))
  }

  /** The last sequence that had arrived when the request under way began; 0 while none is under way. */
  readUpTo(): number {
    return this.#underWay?.upTo ?? 0
  }

  /** Begins the next request; null when there is nothing to ask. */
  begin(): FieldsToRead | null {
    const { repeats } = this.#deps
    for (const field of repeats.due()) this.#rereads.set(field.id, field)
    const next = nextRead(this.#deps.waiting, this.#rereads, {
      isKnown: (userId) => this.#names.has(userId),
      maxCommands: this.#maxCommands,
    })
    this.#underWay = next && { ...next, fields: next.fields.map((field) => this.#asKnown(field)) }
    const asked = this.#underWay?.fields ?? []
    const taken = asked.flatMap(({ id }) => repeats.take(id) ?? [])
    for (const repeated of taken) this.#repeated.set(repeated.event.field.id, repeated)
    return this.#underWay
  }

  /** Notes that no request is under way, and that the next run begins with large requests again. */
  end(): void {
    this.#underWay = null
    this.#repeated.clear()
    this.#maxCommands = MAX_COMMANDS
  }

  /** Asks the portal. */
  async ask(request: FieldsToRead): Promise<AnsweredRead> {
    const { access } = this.#deps
    const generation = access.generation()
    const answer = await readFields(request.fields, request.userIds, access.call)
    return { request, generation, answer }
  }

  /**
   * The enrichments that follow from an answer. The caller writes them in the same turn. So an uninstall which comes
   * later finds all of them written, and after one which came before they are thrown away.
   */
  enrich({ request, generation, answer }: AnsweredRead): readonly Enriched[] {
    const { fields, userIds } = request
    const { waiting, access } = this.#deps
    if (access.generation() !== generation) return []
    if (answer.ok) {
      this.#names.learn(answer.value.userNames)
      const { retryAfterMs } = answer.value
      if (retryAfterMs !== null) access.obey(retryAfterMs)
    } else if (hasCode(answer.error, 'answer_too_large') && fields.length > 1) {
      this.#maxCommands = Math.ceil((fields.length + userIds.length) / 2)
      for (const field of fields) {
        if (waiting.ofField(field.id).length === 0) this.#rereads.set(field.id, field)
      }
      return []
    }
    return fields.flatMap((field) => this.#enrich(field, request, answer) ?? [])
  }

  /** Enriches the events of one field that need no read, as one of them says that it was deleted (`needsNoRead`). */
  enrichDeleted([field, events]: FieldEvents): Enriched {
    const readAt = this.#deps.world.now()
    return enrichGone(this.#stateOf(field), events, { readAt, userNames: this.#names.known() })
  }

  /** Enriches the events of one field that could not be read. Those that need no read are told without the reason. */
  enrichUnread([field, events]: FieldEvents, reason: ThinReason): Enriched {
    if (needsNoRead(events)) return this.enrichDeleted([field, events])
    return enrichThin(this.#stateOf(field), events, { reason, userNames: this.#names.known() })
  }

  /** The enrichments of one field that follow from an answer; null when none follows yet. */
  #enrich(
    field: UserField,
    { upTo }: FieldsToRead,
    answer: AnsweredRead['answer'],
  ): Enriched | null {
    const waiting = this.#deps.waiting.ofField(field.id)
    const repeated = this.#repeated.get(field.id) ?? null
    this.#repeated.delete(field.id)
    const events = waiting.filter(({ sequence }) => sequence <= upTo)
    // Events of the field came during the read, and they will tell this change. A reconciled event would stand behind
    // them in the log.
    if (events.length === 0 && waiting.length > 0) return null
    const state = this.#stateOf(field)
    const read = readOf(field.id, answer)
    const userNames = this.#names.known()
    const readAt = (answer.ok ? answer.value.readAt : null) ?? this.#deps.world.now()
    if (read.kind === 'found') {
      // The field was deleted since this read began, and the event of it needed no read.
      if (events.length === 0 && (readAtOf(state) ?? 0) > readAt) return null
      return enrichFound(state, events, {
        attributes: read.attributes,
        readAt,
        userNames,
        repeated,
      })
    }
    if (read.kind === 'gone') return enrichGone(state, events, { readAt, userNames })
    if (events.length === 0) return repeated === null ? null : this.#owe(repeated)
    if (this.#canStillAsk(read, events)) return null
    return enrichThin(state, events, { reason: read.reason, userNames })
  }

  /**
   * Whether the limit of the portal ends before the budget of the events. Then the events wait, and their
   * field is asked for again.
   *
   * For example, the clock was five hours ahead, and has gone back. The limit and the budget both end in five hours
   * then. Such a wait is too long for a call, so it is refused without a wait. To ask again would repeat that for ever.
   */
  #canStillAsk(read: FieldRead, events: readonly TimedEvent[]): boolean {
    if (read.kind !== 'failed' || read.reason !== 'rate_limited') return false
    const blockedUntil = this.#deps.access.blockedUntil()
    const waitMs = blockedUntil - this.#deps.world.now()
    const mayWait = waitMs > 0 && waitMs <= EVENT_WAIT_MS
    return mayWait && events.every(({ deadline }) => deadline > blockedUntil)
  }

  #owe(repeated: RepeatedEvent): Enriched {
    return enrichUnreadRepeat(this.#stateOf(repeated.event.field), repeated)
  }

  /** A field that an event names by number only is read by the way that belongs to its family, where that is known. */
  #asKnown(field: UserField): UserField {
    const known = field.family === 'module' ? this.#deps.fields.find(field.id) : null
    if (known === null) return field
    const { family, entityId, fieldName } = known
    return { ...field, family, entityId, fieldName }
  }

  #stateOf(field: UserField): FieldState {
    return this.#deps.fields.find(field.id) ?? newFieldState(field)
  }
}

function readOf(id: number, answer: AnsweredRead['answer']): FieldRead {
  if (!answer.ok) return { kind: 'failed', reason: thinReasonOf(answer.error) }
  return answer.value.reads.get(id) ?? { kind: 'failed', reason: 'portal_unreachable' }
}
