/**
 * Decodes the hint of a robot: the body that the robot "Outgoing webhook" of an automation rule sends. It has no
 * token and no time, so nothing in it is believed. Only the record that it names is kept: its type and its number
 * (docs/bitrix24.md#robots).
 */
import { NO_CONTENT, type RelayEvent } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { isRobot, readDocument } from './decode-robot.ts'
import { parseForm } from './form.ts'
import { isJsonObject, parseJson, type JsonObject } from './json.ts'
import { readFormOutline, readJsonOutline } from './outline.ts'

/** The name under which a hint is stored. */
export const HINT_EVENT = 'ROBOT_HINT'

/**
 * The reason why a body is no hint. `robot_with_token`: it comes from a robot of an application, which has its own
 * address.
 */
export type HintFault = 'malformed' | 'not_a_hint' | 'robot_with_token'

/**
 * Decodes a body of at most 256 KiB. A document of a form that this version does not know is quarantined, since
 * whoever sent it may have known the secret.
 */
export function decodeHint(
  body: string,
  { isForm }: { readonly isForm: boolean },
): Result<RelayEvent, HintFault> {
  const payload = readPayload(body, isForm)
  if (payload === null) return err('malformed')
  const auth = payload['auth']
  if (isJsonObject(auth) && Object.hasOwn(auth, 'application_token')) return err('robot_with_token')
  if (!isRobot(payload)) return err('not_a_hint')
  const document = readDocument(payload['document_id'])
  const hint = { name: HINT_EVENT, ...NO_CONTENT }
  return ok(
    document === null
      ? { ...hint, quarantined: 'invalid_fields', bodyLength: body.length }
      : { ...hint, data: { document } },
  )
}

function readPayload(body: string, isForm: boolean): JsonObject | null {
  const parsed = isForm ? parseForm(body) : parseJson(body)
  if (parsed.ok) return isJsonObject(parsed.value) ? parsed.value : null
  if (parsed.error === 'invalid_json') return null
  return isForm ? readFormOutline(body) : readJsonOutline(body)
}
