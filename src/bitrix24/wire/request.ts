/**
 * The requests that a caller can make, after decoding and before trust is decided. Tokens stand only here and
 * in the code that decides about trust; an event that `decode` has made is free of them.
 */
import type { RelayEvent } from '../../core/log/event.ts'

/** OAuth tokens and claims as a caller presents them. Nothing in them is believed before it is verified. */
export interface PresentedCredentials {
  readonly accessToken: string
  readonly refreshToken: string | null
  /** Unix seconds; null when not sent. */
  readonly expiresAt: number | null
  // The members from here on are claims, which are compared with the OAuth server's answer. Each is null when
  // it was not sent.
  readonly serverEndpoint: string | null
  readonly clientEndpoint: string | null
  readonly domain: string | null
  readonly userId: number | null
  /** The letter of the application's status: L, F, D, T, P or S. */
  readonly status: string | null
  readonly scope: string | null
}

/** A claimed installation: ONAPPINSTALL, ONAPPUPDATE, ONAPPUSERREADY or the frame page. */
export interface InstallRequest {
  readonly kind: 'install'
  readonly cause: 'install' | 'update' | 'user_ready' | 'page'
  readonly memberId: string
  /** Null on the frame page of older portals. */
  readonly applicationToken: string | null
  /** The time of sending in unix seconds, by the portal; null on the frame page. */
  readonly ts: number | null
  readonly credentials: PresentedCredentials
  /** The pair of the application's system user, which only ONAPPUSERREADY brings. */
  readonly systemUser: PresentedCredentials | null
  /** The two letters of the language, from the frame page or LANGUAGE_ID; null when not sent. */
  readonly language: string | null
  /** The relay's own address for events. The edge adds it, since only the edge knows the called address. */
  readonly handlerUrl?: string
}

/** ONAPPUNINSTALL, whose only proof is the application token. */
export interface UninstallRequest {
  readonly kind: 'uninstall'
  readonly memberId: string
  readonly applicationToken: string
  readonly ts: number | null
  /** True when the user has asked to delete the application's data as well (CLEAN=1). */
  readonly clean: boolean
}

/** Any other event about the application itself. It is verified and answered, but neither stored nor delivered. */
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
  /**
   * Whether the body is so long or so deep that `decode` costs more than a stranger may cause. Then it is called only
   * once somebody knows the caller.
   */
  readonly isCostly: boolean
  /**
   * Decodes the event and takes its tokens off. A body beyond the wide limits is quarantined with its outline.
   */
  readonly decode: () => RelayEvent
}

/** Every request that `POST /bitrix24/events` and `POST /bitrix24/install` understand. */
export type IncomingRequest = InstallRequest | UninstallRequest | NoticeRequest | EventRequest
