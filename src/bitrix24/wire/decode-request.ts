/**
 * Decodes a parsed body into the request of the caller. Only the form is decided here: a request that passes
 * has the form of one from the portal that it names, but nothing proves yet that the portal has sent it.
 */
import { canonicalName } from '../../core/events/event-names.ts'
import { isOfApplication } from '../../core/events/topics.ts'
import type { Json, RelayEvent } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { decodeEvent } from './decode-event.ts'
import {
  decodeInstall,
  decodePage,
  decodeUninstall,
  type EventPayload,
  type Sender,
} from './decode-lifecycle.ts'
import { decodeRobot, isRobot } from './decode-robot.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { EventRequest, IncomingRequest } from './request.ts'
import { ApplicationTokenSchema, MemberIdSchema, parseOrNull } from './wire-schemas.ts'

/** The reason why a body is no request. The words hold nothing of the body's content. */
export type DecodeReason =
  | 'malformed'
  | 'invalid_auth'
  | 'invalid_member_id'
  | 'invalid_application_token'
  | 'robot_without_token'
  | 'missing_credentials'

/**
 * Decodes the body of an event or of the application's frame page; the body itself shows which one it is.
 * `query` holds the parameters of the URL, which only a frame page uses.
 *
 * The reason `missing_credentials` means an install without an access token, which nothing can prove (403).
 * Every other reason means a malformed request (400).
 */
export function decodeRequest(
  payload: Json,
  query: Readonly<Record<string, string>> = {},
): Result<IncomingRequest, DecodeReason> {
  if (!isJsonObject(payload)) return err('malformed')
  if (isPage(payload)) return decodePage(payload, query)
  const auth = payload['auth']
  if (!isJsonObject(auth)) return err('invalid_auth')
  const sender = readSender(auth)
  if (!sender.ok) {
    const isWithoutToken = sender.error === 'invalid_application_token'
    return isWithoutToken && isRobot(payload) ? err('robot_without_token') : sender
  }
  if (isRobot(payload)) {
    return ok(eventRequest(sender.value, () => decodeRobot(payload, auth)))
  }
  const event = payload['event']
  // An event without a readable name is quarantined like one with a strange name.
  const name = typeof event === 'string' ? event : ''
  return dispatch(name, { sender: sender.value, payload, auth })
}

/** Whether the body is of a frame page: it has no `event`, and its values stand at the top level. */
function isPage(payload: JsonObject): boolean {
  if (Object.hasOwn(payload, 'event')) return false
  return Object.hasOwn(payload, 'AUTH_ID') || Object.hasOwn(payload, 'member_id')
}

function readSender(
  auth: JsonObject,
): Result<Sender, 'invalid_member_id' | 'invalid_application_token'> {
  const memberId = parseOrNull(MemberIdSchema, auth['member_id'])
  if (memberId === null) return err('invalid_member_id')
  const applicationToken = parseOrNull(ApplicationTokenSchema, auth['application_token'])
  if (applicationToken === null) return err('invalid_application_token')
  return ok({ memberId, applicationToken })
}

function dispatch(
  sentName: string,
  sent: EventPayload,
): Result<IncomingRequest, 'missing_credentials'> {
  const name = canonicalName(sentName)
  if (name !== null && isOfApplication(name)) return decodeLifecycle(name, sent)
  return ok(eventRequest(sent.sender, () => decodeEvent(sentName, sent)))
}

function eventRequest(sender: Sender, decode: () => RelayEvent): EventRequest {
  return { kind: 'event', ...sender, isCostly: false, decode }
}

function decodeLifecycle(
  name: string,
  sent: EventPayload,
): Result<IncomingRequest, 'missing_credentials'> {
  switch (name) {
    case 'ONAPPINSTALL':
      return decodeInstall('install', sent)
    case 'ONAPPUPDATE':
      return decodeInstall('update', sent)
    case 'ONAPPUSERREADY':
      return decodeInstall('user_ready', sent)
    case 'ONAPPUNINSTALL':
      return ok(decodeUninstall(sent))
    default:
      return ok({ kind: 'notice', name, ...sent.sender })
  }
}
