/**
 * Reads definitions of user fields, and names of users, with one request. A field counts as gone only when
 * the portal says so. For a field of a smart process the portal answers null, or it refuses in the same
 * words whether the field is gone or may not be seen; after such a refusal the list of the entity decides
 * (docs/bitrix24.md#deleted-fields).
 */
import type { Json, ThinReason } from '../../core/log/event.ts'
import type { FieldRead, FieldRef } from '../../core/fields/field-read.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { callCommands } from '../servers/commands.ts'
import type { CommandAnswers, Command } from '../servers/commands.ts'
import { attributesOf } from './field-attributes.ts'
import { listFields } from './field-lists.ts'
import { readModuleFields } from './module-fields.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import { hasCode, isTransient, limitWaitOf, MALFORMED_ANSWER } from '../servers/rest-error.ts'
import type { RestError } from '../servers/rest-error.ts'
import { userNameOf } from './users.ts'
import { IdSchema, MAX_UNIX_SECONDS, parseOrNull } from '../wire/wire-schemas.ts'

/** The result of one request for fields and user names. */
export interface FieldReads {
  /** The reads by field id. Each field that was asked for has one. */
  readonly reads: ReadonlyMap<number, FieldRead>
  /**
   * The names by user id; null when the portal does not tell the name. A user is left out when the portal
   * could not answer now, so that the caller asks again later.
   */
  readonly userNames: ReadonlyMap<number, string | null>
  /** The time at which the portal began to read, in unix milliseconds of its own clock; null when it does not tell. */
  readonly readAt: number | null
  /** The longest wait that one of the answers asks for, in milliseconds; null when none does. */
  readonly retryAfterMs: number | null
}

/**
 * Reads fields and user names, at most 50 together. Where the read of a smart process's field is refused,
 * one more request asks for the list of its entity. Fails as a whole only when the portal has answered
 * nothing of use. After an answer that is too large the caller asks for fewer fields; one field alone for which
 * the answer is too large is a read that failed.
 *
 * @throws RangeError for more than 50, TypeError for a repeated id.
 */
export async function readFields(
  fields: readonly FieldRef[],
  userIds: readonly number[],
  call: CallPortal,
): Promise<Result<FieldReads, RestError>> {
  let readAt: number | null = null
  const timed: CallPortal = async (method, params) => {
    const answer = await call(method, params)
    if (answer.ok) readAt ??= startOf(answer.value['time'])
    return answer
  }
  const [named, numbered] = partition(fields)
  const answers = await callCommands([...named.map(getField), ...userIds.map(getUser)], timed)
  if (!answers.ok) return tooLargeAlone(fields, answers.error) ?? answers
  const others = await readModuleFields(numbered, timed, thinReasonOf)
  if (!others.ok) return tooLargeAlone(fields, others.error) ?? others
  const reads = new Map<number, FieldRead>(others.value.reads)
  const unclear: FieldRef[] = []
  for (const field of named) {
    const answer = answers.value.get(fieldKey(field.id)) ?? err(MALFORMED_ANSWER)
    reads.set(field.id, readOf(field, answer))
    if (!answer.ok && field.family === 'type' && isUnclear(answer.error)) unclear.push(field)
  }
  for (const id of await findGone(unclear, timed)) reads.set(id, { kind: 'gone' })
  const userNames = readNames(userIds, answers.value)
  return ok({
    reads,
    userNames,
    readAt,
    retryAfterMs: longestWait(answers.value, others.value.failures),
  })
}

/** The fields whose event names them, and those of which it has only the number. */
function partition(
  fields: readonly FieldRef[],
): readonly [named: readonly FieldRef[], numbered: readonly FieldRef[]] {
  return [
    fields.filter(({ family }) => family !== 'module'),
    fields.filter(({ family }) => family === 'module'),
  ]
}

function tooLargeAlone(
  fields: readonly FieldRef[],
  error: RestError,
): Result<FieldReads, RestError> | null {
  const [field] = fields
  const isAlone = field !== undefined && fields.length === 1
  if (!isAlone || !hasCode(error, 'answer_too_large')) return null
  const reads = new Map([[field.id, failed(thinReasonOf(error))]])
  return ok({ reads, userNames: new Map(), readAt: null, retryAfterMs: null })
}

/** Returns the reason why an event goes out thin, for a call that has failed. */
export function thinReasonOf(error: RestError): ThinReason {
  switch (error.kind) {
    case 'expired':
    case 'dead_token':
    // The tokens of a deleted portal have ended with it, and nobody is left who could give access.
    case 'portal_deleted':
      return 'tokens_lost'
    case 'uninstalled':
    case 'suspended':
    case 'no_rights':
    case 'no_scope':
    case 'method_confirmation':
    case 'refused':
      return 'access_denied'
    case 'rate_limited':
      return 'rate_limited'
    case 'not_found':
      return 'not_found'
    case 'unreachable':
      if (hasCode(error, 'answer_too_large')) return 'too_large'
      return hasCode(error, 'timeout') ? 'timeout' : 'portal_unreachable'
  }
}

/** 1 January 2010, which is before the first portal. */
const MIN_UNIX_SECONDS = 1_262_304_000

function fieldKey(id: number): string {
  return `field${id}`
}

function userKey(id: number): string {
  return `user${id}`
}

function getField({ family, id }: FieldRef): Command {
  const key = fieldKey(id)
  return family === 'type'
    ? { key, method: 'userfieldconfig.get', params: { moduleId: 'crm', id } }
    : { key, method: `crm.${family}.userfield.get`, params: { id } }
}

function getUser(id: number): Command {
  return { key: userKey(id), method: 'user.get', params: { ID: id } }
}

function readOf(field: FieldRef, answer: Result<JsonObject, RestError>): FieldRead {
  if (!answer.ok) {
    const { error } = answer
    const isGone = error.kind === 'not_found' && field.family !== 'type'
    return isGone
      ? { kind: 'gone' }
      : failed(isUnclear(error) ? 'access_denied' : thinReasonOf(error))
  }
  const { result = null } = answer.value
  if (field.family === 'type' && isNoField(result)) return { kind: 'gone' }
  const attributes = attributesOf(field.family, result)
  // An answer about another field than the one asked for is of no use, like a malformed one. It says nothing
  // about rights, and asking again may help.
  return attributes?.['ENTITY_ID'] === field.entityId &&
    parseOrNull(IdSchema, attributes['ID']) === field.id
    ? { kind: 'found', attributes }
    : failed(thinReasonOf(MALFORMED_ANSWER))
}

/**
 * Whether `userfieldconfig.get` has answered that there is no such field. It answers so to a user who may read
 * the fields of the entity, and refuses every other user (docs/bitrix24.md#deleted-fields).
 */
function isNoField(result: Json): boolean {
  return result === null || (isJsonObject(result) && result['field'] === null)
}

function failed(reason: ThinReason): FieldRead {
  return { kind: 'failed', reason }
}

/** Whether the portal has refused without a clear reason: the field may be gone, or a right be missing. */
function isUnclear(error: RestError): boolean {
  return error.kind === 'refused' || error.kind === 'no_rights' || error.kind === 'not_found'
}

/**
 * Returns the ids of the fields that the list of their entity does not contain. An empty list may come from
 * lost rights, so it proves nothing.
 */
async function findGone(fields: readonly FieldRef[], call: CallPortal): Promise<readonly number[]> {
  const gone: number[] = []
  for (const [entityId, refused] of Map.groupBy(fields, (field) => field.entityId)) {
    const listed = await listFields({ family: 'type', entityId }, call, { needsTotal: true })
    if (!listed.ok || listed.value.length === 0) continue
    const present = new Set(listed.value)
    gone.push(...refused.map(({ id }) => id).filter((id) => !present.has(id)))
  }
  return gone
}

function readNames(
  userIds: readonly number[],
  answers: CommandAnswers,
): Map<number, string | null> {
  const names = new Map<number, string | null>()
  for (const id of userIds) {
    const answer = answers.get(userKey(id))
    if (answer?.ok) names.set(id, userNameOf(id, answer.value['result']))
    else if (answer && !isTransient(answer.error)) names.set(id, null)
  }
  return names
}

function longestWait(answers: CommandAnswers, more: readonly RestError[]): number | null {
  const errors = [...answers.values()].flatMap((part) => (part.ok ? [] : [part.error]))
  const waits = [...errors, ...more].map((error) => limitWaitOf(error) ?? 0)
  const longest = Math.max(0, ...waits)
  return longest > 0 ? longest : null
}

/** Reads when the portal began to work on the call: the answer may lack any change that came later. */
function startOf(time: Json | undefined): number | null {
  if (!isJsonObject(time)) return null
  const { start, date_start: date } = time
  const seconds = typeof start === 'number' ? start : dateSeconds(date)
  const isSensible = seconds >= MIN_UNIX_SECONDS && seconds <= MAX_UNIX_SECONDS
  return isSensible ? Math.floor(seconds * 1000) : null
}

function dateSeconds(date: Json | undefined): number {
  return typeof date === 'string' ? Date.parse(date) / 1000 : Number.NaN
}
