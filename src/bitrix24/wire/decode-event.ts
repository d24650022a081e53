/**
 * Decodes events for the log. No event is refused here, since it may come from a genuine portal: an event
 * that the relay does not understand is quarantined with a reason, and its data is kept.
 */
import * as v from 'valibot'
import { canonicalName, userFieldOf, type UserFieldName } from '../../core/events/event-names.ts'
import type { Json, QuarantineReason, RelayEvent, UserField } from '../../core/log/event.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { removeTokens, secretsOf, tellsToken } from './remove-tokens.ts'
import { HandlerIdSchema, IdSchema, parseOrNull, UnixSecondsSchema } from './wire-schemas.ts'

const MAX_NAME_LENGTH = 120

// The form of entity ids and field names. The length only keeps out texts that cannot be one of them.
const CodeSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_]{1,100}$/))

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
  const canonical = canonicalName(name)
  const safeName = tellsToken(name, secrets) ? 'REMOVED' : (canonical ?? cleanName(name))
  const understood = canonical === safeName
  const ts = parseTimestamp(payload['ts'])
  const data = removeTokens(payload['data'] ?? null, secrets)
  const userField = understood ? userFieldOf(safeName) : null
  const field = userField && readUserField(userField, data)
  const quarantined = reasonToQuarantine({
    unknown_event_name: !understood,
    invalid_ts: ts === 'invalid',
    invalid_fields: userField !== null && field === null,
  })
  const handlerId = parseOrNull(HandlerIdSchema, payload['event_handler_id'])
  return {
    name: safeName,
    ts: ts === 'invalid' ? null : ts,
    handlerId: handlerId !== null && tellsToken(handlerId, secrets) ? null : handlerId,
    userId: parseOrNull(IdSchema, auth['user_id']),
    data,
    field: quarantined ? null : field,
    quarantined,
  }
}

/** Parses `ts`. An absent one is null, which is no fault. */
export function parseTimestamp(sent: Json | undefined): number | null | 'invalid' {
  if (sent === undefined || sent === null) return null
  return parseOrNull(UnixSecondsSchema, sent) ?? 'invalid'
}

/** The faults that decoding can find, each with the answer whether it was found. */
type Faults = Readonly<Record<Exclude<QuarantineReason, 'unreadable_row'>, boolean>>

/** The first fault counts. */
function reasonToQuarantine(faults: Faults): QuarantineReason | null {
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
  return upper.replace(/[^A-Z0-9_]/gu, '_').slice(0, MAX_NAME_LENGTH)
}
