/**
 * Builds the bodies that Bitrix24 sends, byte for byte: the order of the keys, the encoding and the two forms
 * of the auth block are those of the recorded bodies in `test/fixtures/bitrix24` (docs/bitrix24.md#event-form).
 */
import { formatPhpQuery } from './php-query.ts'
import type { PhpValue } from './php-query.ts'

/** The part of the auth block that every event has, with or without a user. */
export interface PortalIdentity {
  readonly domain: string
  readonly serverEndpoint: string
  readonly clientEndpoint: string
  /** 32 hex digits. */
  readonly memberId: string
  readonly applicationToken: string
}

/** The OAuth half of the auth block; present only when a user caused the event. */
export interface UserContext {
  readonly accessToken: string
  /** Unix seconds. */
  readonly expires: number
  /** Comma-separated. */
  readonly scope: string
  /** Application status letter, for example `L`. */
  readonly status: string
  readonly userId: number
  /** Only the lifecycle events carry one. */
  readonly refreshToken?: string
}

/** One event as it is sent to one handler. */
export interface OutgoingEvent {
  /** Upper-case code. */
  readonly name: string
  /** Null on portals that do not send `event_handler_id` yet. */
  readonly handlerId: number | null
  readonly data: PhpValue
  /** Unix seconds. */
  readonly ts: number
  readonly identity: PortalIdentity
  /** Null for robots, agents, outgoing webhooks and ONAPPUNINSTALL. */
  readonly user: UserContext | null
}

/** Builds the form body of one event. */
export function formatEventBody(event: OutgoingEvent): string {
  return formatPhpQuery({
    event: event.name,
    event_handler_id: event.handlerId,
    data: event.data,
    ts: event.ts,
    auth: formatAuth(event.identity, event.user),
  })
}

function formatAuth(identity: PortalIdentity, user: UserContext | null): PhpValue {
  if (user === null) {
    return {
      domain: identity.domain,
      client_endpoint: identity.clientEndpoint,
      server_endpoint: identity.serverEndpoint,
      member_id: identity.memberId,
      application_token: identity.applicationToken,
    }
  }
  return {
    access_token: user.accessToken,
    expires: user.expires,
    expires_in: 3600,
    scope: user.scope,
    domain: identity.domain,
    server_endpoint: identity.serverEndpoint,
    status: user.status,
    client_endpoint: identity.clientEndpoint,
    member_id: identity.memberId,
    user_id: user.userId,
    refresh_token: user.refreshToken ?? null,
    application_token: identity.applicationToken,
  }
}
