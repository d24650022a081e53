/**
 * From a parsed body to what the caller asks for. Shape is decided here and trust is not: whatever
 * passes has the form of a request by the portal it names, and nothing more.
 */
import { canonicalName } from '../../core/log/event-names.ts'
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { decodeEvent } from './decode-event.ts'
import {
  decodeInstall,
  decodePage,
  decodeUninstall,
  type LifecycleEvent,
  type Sender,
} from './decode-lifecycle.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { IncomingRequest } from './request.ts'
import { ApplicationTokenSchema, MemberIdSchema, readOrNull } from './wire-schemas.ts'

/** Why a body is not a request; never holds any of its content. */
export type DecodeReason =
  | 'malformed'
  | 'invalid_event'
  | 'invalid_auth'
  | 'invalid_member_id'
  | 'invalid_application_token'
  | 'missing_credentials'

const MAX_EVENT_LENGTH = 200

/**
 * Decodes an event's body or that of the application's frame page, whichever it is; `query` holds the
 * URL's parameters, of which only the frame page uses some.
 *
 * `missing_credentials` means an install without an access token, which can never be trusted (403);
 * every other reason is a malformed request (400).
 */
export function decodeRequest(
  payload: Json,
  query: Readonly<Record<string, string>> = {},
): Result<IncomingRequest, DecodeReason> {
  if (!isJsonObject(payload)) return err('malformed')
  if (isPage(payload)) return decodePage(payload, query)
  const event = payload['event']
  if (typeof event !== 'string' || event === '' || event.length > MAX_EVENT_LENGTH) {
    return err('invalid_event')
  }
  const auth = payload['auth']
  if (!isJsonObject(auth)) return err('invalid_auth')
  const sender = readSender(auth)
  return sender.ok ? dispatch(event, { sender: sender.value, payload, auth }) : sender
}

/** The frame page has no `event`, and its keys stand at the top level. */
function isPage(payload: JsonObject): boolean {
  if (Object.hasOwn(payload, 'event')) return false
  return Object.hasOwn(payload, 'AUTH_ID') || Object.hasOwn(payload, 'member_id')
}

function readSender(
  auth: JsonObject,
): Result<Sender, 'invalid_member_id' | 'invalid_application_token'> {
  const memberId = readOrNull(MemberIdSchema, auth['member_id'])
  if (memberId === null) return err('invalid_member_id')
  const applicationToken = readOrNull(ApplicationTokenSchema, auth['application_token'])
  if (applicationToken === null) return err('invalid_application_token')
  return ok({ memberId, applicationToken })
}

function dispatch(
  event: string,
  lifecycle: LifecycleEvent,
): Result<IncomingRequest, 'missing_credentials'> {
  const { sender, payload, auth } = lifecycle
  const name = canonicalName(event)
  if (name?.startsWith('ONAPP')) return decodeLifecycle(name, lifecycle)
  return ok({ kind: 'event', ...sender, event: decodeEvent(event, payload, auth) })
}

function decodeLifecycle(
  name: string,
  lifecycle: LifecycleEvent,
): Result<IncomingRequest, 'missing_credentials'> {
  switch (name) {
    case 'ONAPPINSTALL':
      return decodeInstall('install', lifecycle)
    case 'ONAPPUPDATE':
      return decodeInstall('update', lifecycle)
    case 'ONAPPUSERREADY':
      return decodeInstall('user_ready', lifecycle)
    case 'ONAPPUNINSTALL':
      return ok(decodeUninstall(lifecycle))
    default:
      return ok({ kind: 'notice', name, ...lifecycle.sender })
  }
}
