/**
 * Decodes events for the log. No event is refused here, since it may come from a genuine portal: an event
 * that the relay does not understand is quarantined with a reason, and its data is kept.
 */
import * as v from 'valibot'
import { canonicalName, userFieldOf, type UserFieldName } from '../../core/events/event-names.ts'
import type { Json, RelayEvent, UserField } from '../../core/log/event.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { REMOVED, removeTokens, secretsOf, tellsToken } from './remove-tokens.ts'
import { HandlerIdSchema, IdSchema, parseOrNull, UnixSecondsSchema } from './wire-schemas.ts'

const MAX_NAME_LENGTH = 120

// The longest name of an event: enough for every name that a module may choose.
const MAX_SENT_NAME = 500

// The form of entity ids and field names. The length only keeps out texts that cannot be one of them.
const CodeSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_]{1,100}$/))

// For example 2026-09-21T14:13:20+03:00, or a number with a fraction.
const TIME_LIKE = /^[\d.:T+ -]{1,40}Z?$/

const FieldsSchema = v.object({ id: IdSchema, entityId: CodeSchema, fieldName: CodeSchema })

/**
 * Decodes an event that is not about the application itself. `name` is the event's name as it was sent, and
 * `auth` is the part of `payload` with this name.
 */
export function decodeEvent(
  name: string,
  { payload, auth }: { readonly payload: JsonObject; readonly auth: JsonObject },
): RelayEvent {
  const secrets = secretsOf(payload)
  const handlerId = parseOrNull(HandlerIdSchema, payload['event_handler_id'])
  return understand({
    name: tellsToken(name, secrets) ? REMOVED : name,
    ts: removeTokens(payload['ts'] ?? null, secrets),
    handlerId: handlerId !== null && tellsToken(handlerId, secrets) ? null : handlerId,
    userId: parseOrNull(IdSchema, auth['user_id']),
    data: removeTokens(payload['data'] ?? null, secrets),
  })
}

/**
 * Decodes a quarantined event again, as this version understands it; null when it does not. Nothing is left of
 * an event whose row is damaged, and of one that was too long or too deep only a part.
 */
export function decodeStored(event: RelayEvent): RelayEvent | null {
  const { quarantined, sentName, sentTs, bodyLength, name, handlerId, userId, data } = event
  if (quarantined === null || quarantined === 'unreadable_row' || bodyLength !== undefined) {
    return null
  }
  if (quarantined === 'invalid_ts' && sentTs === undefined) return null
  const ts = sentTs ?? event.ts
  const again = understand({ name: sentName ?? name, ts, handlerId, userId, data })
  if (again.quarantined !== null) return null
  return event.isUserless === true ? { ...again, isUserless: true } : again
}

/** An event as it was sent, without tokens. */
interface SentEvent {
  readonly name: string
  readonly ts: Json
  readonly handlerId: string | null
  readonly userId: number | null
  readonly data: Json
}

/** Reads the meaning of an event, or the reason why it has none, and keeps what a later try needs. */
function understand({
  name: sentName,
  ts: sentTs,
  handlerId,
  userId,
  data,
}: SentEvent): RelayEvent {
  const canonical = canonicalName(sentName)
  const ts = parseTimestamp(sentTs)
  const userField = canonical === null ? null : userFieldOf(canonical)
  const field = userField && readUserField(userField, data)
  const quarantined = reasonToQuarantine({
    unknown_event_name: canonical === null,
    invalid_ts: ts === 'invalid',
    invalid_fields: userField !== null && field === null,
  })
  return {
    name: canonical ?? cleanName(sentName),
    ts: ts === 'invalid' ? null : ts,
    handlerId,
    userId,
    data,
    field: quarantined ? null : field,
    quarantined,
    ...(canonical === null && { sentName: sentName.slice(0, MAX_SENT_NAME) }),
    ...(ts === 'invalid' && isTimeLike(sentTs) && { sentTs }),
  }
}

/** Whether a value may be a time in a form that this version does not know. Any other one is not kept. */
function isTimeLike(sent: Json): boolean {
  return typeof sent === 'number' || (typeof sent === 'string' && TIME_LIKE.test(sent))
}

/** Parses `ts`. An absent one is null, which is no fault. */
export function parseTimestamp(sent: Json | undefined): number | null | 'invalid' {
  if (sent === undefined || sent === null) return null
  return parseOrNull(UnixSecondsSchema, sent) ?? 'invalid'
}

/** The faults that decoding can find, each with the answer whether it was found. */
type Faults = Readonly<Record<'unknown_event_name' | 'invalid_ts' | 'invalid_fields', boolean>>

/** The first fault counts. */
function reasonToQuarantine(faults: Faults): keyof Faults | null {
  if (faults.unknown_event_name) return 'unknown_event_name'
  if (faults.invalid_ts) return 'invalid_ts'
  return faults.invalid_fields ? 'invalid_fields' : null
}

/**
 * Reads `FIELDS`. Its keys are upper case on the wire; the documentation of old invoices names them in
 * camelCase, and has a form without `FIELDS` as well, so all of them are read (docs/bitrix24.md#event-form).
 */
function readUserField(name: UserFieldName, data: Json): UserField | null {
  if (!isJsonObject(data)) return null
  const inner = data['FIELDS']
  const fields = isJsonObject(inner) ? inner : data
  const read = parseOrNull(FieldsSchema, {
    id: fields['ID'] ?? fields['id'],
    entityId: fields['ENTITY_ID'] ?? fields['entityId'],
    fieldName: fields['FIELD_NAME'] ?? fields['fieldName'],
  })
  return read && { ...name, ...read }
}

/** Makes a name that is not an event's name safe to store and show. */
function cleanName(name: string): string {
  const upper = name.replace(/[a-z]/g, (letter) => letter.toUpperCase())
  const clean = upper.replace(/[^A-Z0-9_]/gu, '_').slice(0, MAX_NAME_LENGTH)
  return clean === '' ? 'UNNAMED' : clean
}
