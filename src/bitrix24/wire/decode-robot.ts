/**
 * Decodes the requests of the robots of automation rules. A robot of the application (`bizproc.robot.add`) proves
 * itself by the application token, but names no event; the robot "Outgoing webhook" has no token at all
 * (docs/bitrix24.md#robots).
 */
import type { Json, RelayEvent } from '../../core/log/event.ts'
import { decodeEvent } from './decode-event.ts'
import { createObject, isJsonObject, type JsonObject } from './json.ts'

/** The name under which the event of an application's robot is stored. */
export const ROBOT_EVENT = 'ROBOT'

const KEPT = ['code', 'workflow_id', 'document_id', 'document_type', 'properties'] as const

/** Whether a body has the form of a robot's: it names a document and no event. */
export function isRobot(payload: JsonObject): boolean {
  return !Object.hasOwn(payload, 'event') && Object.hasOwn(payload, 'document_id')
}

/**
 * Decodes the body of an application's robot into an event. `event_token`, by which a workflow can be moved on, is
 * left out like every other token.
 */
export function decodeRobot(payload: JsonObject, auth: JsonObject): RelayEvent {
  const data = createObject()
  for (const key of KEPT) {
    const value = payload[key]
    if (value !== undefined) data[key] = value
  }
  const document = readDocument(payload['document_id'])
  if (document !== null) data['document'] = document
  return decodeEvent(ROBOT_EVENT, { payload: { ...payload, data }, auth })
}

/**
 * The type and the number of the record that a document id names: `crm`, a class, and `DEAL_4325` or
 * `DYNAMIC_174_5`; of a task `tasks`, its class, and its number. Null when it names none.
 */
export function readDocument(documentId: Json | undefined): JsonObject | null {
  if (typeof documentId !== 'object' || documentId === null) return null
  const [owner, last] = isJsonObject(documentId)
    ? [documentId['1'], documentId['2']]
    : [documentId[1], documentId[2]]
  const text = typeof last === 'string' || typeof last === 'number' ? String(last) : ''
  // A task is named by its number alone, behind its class.
  if (typeof owner === 'string' && owner.endsWith('\\Task') && /^\d{1,15}$/.test(text)) {
    return { type: 'TASK', id: text }
  }
  const named = /^([A-Z0-9_]{1,40})_(\d{1,15})$/.exec(text)
  return named === null ? null : { type: named[1] ?? '', id: named[2] ?? '' }
}
