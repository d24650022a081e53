/**
 * What a caller of the relay may ask for, after decoding and before trust. Tokens live only here and
 * in the trust code: `event` inside is already free of them.
 */
import type { RelayEvent } from '../../core/log/event.ts'

/** OAuth credentials and claims as a caller presents them. Nothing in it is believed until verified. */
export interface PresentedCredentials {
  readonly accessToken: string
  readonly refreshToken: string | null
  /** Unix seconds; null when not sent. */
  readonly expiresAt: number | null
  /** Claims, to be compared with the OAuth server's word; null when not sent. */
  readonly serverEndpoint: string | null
  readonly clientEndpoint: string | null
  readonly domain: string | null
  readonly userId: number | null
  /** Application status letter (L, F, D, T, P, S); null when not sent. */
  readonly status: string | null
  readonly scope: string | null
}

/** An installation that claims to be one: ONAPPINSTALL, ONAPPUPDATE, ONAPPUSERREADY, the frame page. */
export interface InstallRequest {
  readonly kind: 'install'
  readonly cause: 'install' | 'update' | 'user_ready' | 'page'
  readonly memberId: string
  /** Null on the frame page of older portals. */
  readonly applicationToken: string | null
  /** Unix seconds of Bitrix24; null on the frame page. */
  readonly ts: number | null
  readonly credentials: PresentedCredentials
  /** ONAPPUSERREADY only: the long-lived pair of the application's system user. */
  readonly systemUser: PresentedCredentials | null
  /** Two-letter language of the frame page or of LANGUAGE_ID; null when not sent. */
  readonly language: string | null
  /** The relay's own address that was called; added at the edge, where it is known. */
  readonly handlerUrl?: string
}

/** ONAPPUNINSTALL; proven by the application token alone. */
export interface UninstallRequest {
  readonly kind: 'uninstall'
  readonly memberId: string
  readonly applicationToken: string
  readonly ts: number | null
  /** CLEAN=1: the portal's data is to be deleted as well. */
  readonly clean: boolean
}

/** Any other ONAPP… event: verified, answered, neither stored nor delivered. */
export interface NoticeRequest {
  readonly kind: 'notice'
  readonly name: string
  readonly memberId: string
  readonly applicationToken: string
}

/** An event for the log. */
export interface EventRequest {
  readonly kind: 'event'
  readonly memberId: string
  readonly applicationToken: string
  readonly event: RelayEvent
}

/** Everything that `POST /bitrix24/events` and `POST /bitrix24/install` understand. */
export type IncomingRequest = InstallRequest | UninstallRequest | NoticeRequest | EventRequest
