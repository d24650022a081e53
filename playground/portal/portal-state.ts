/** The state of a simulated portal: people, fields, handlers, and whether the application is installed. */
import type { PortalConditions } from './conditions.ts'
import type { CrmNames } from './crm-names.ts'
import { fieldEventNames, MODULE_EVENTS } from './field-families.ts'
import type { OauthSimulator } from './oauth-server.ts'
import type { FieldChange, UserFieldStore } from './user-fields.ts'

/** A person in the portal. */
export interface PortalUser {
  readonly id: number
  readonly name: string
  readonly lastName: string
  readonly admin: boolean
}

/** One row of the portal's handler table (`b_rest_event`). */
export interface EventHandler {
  /** `event_handler_id`. */
  readonly id: number
  /** Upper-case code. */
  readonly event: string
  readonly url: string
  /** The user whose token is sent; 0 for the user who caused the event. */
  readonly authType: number
  /** The application token of an outgoing webhook; null for the application's own handlers. */
  readonly webhookToken: string | null
}

/** An incoming webhook: whoever knows its URL acts as its owner. */
export interface IncomingWebhook {
  readonly userId: number
  readonly secret: string
  readonly scope: readonly string[]
}

/** The mutable state behind one simulated portal. */
export interface PortalState {
  readonly memberId: string
  readonly clientId: string
  /** Comma-separated. */
  readonly scope: string
  readonly status: string
  readonly users: readonly PortalUser[]
  readonly oauth: OauthSimulator
  readonly store: UserFieldStore
  readonly names: CrmNames
  /** Unix milliseconds. */
  readonly clock: () => number
  /** `host` or `host:port`, as told in `auth[domain]`. */
  domain: string
  /** Ends in `/rest/`. */
  clientEndpoint: string
  applicationToken: string
  version: number
  installed: boolean
  /** False between the install page and `BX24.installFinish()`: tokens work, events stay away. */
  finished: boolean
  /** The application's own user, once ONAPPUSERREADY has told of it. */
  systemUserId: number | null
  /** True when every pair that was handed out is dead, until another one is. */
  tokensDead: boolean
  handlers: EventHandler[]
  nextHandlerId: number
  readonly webhooks: IncomingWebhook[]
  readonly conditions: PortalConditions
}

/** Called when a REST call has changed a field, so that the portal tells its handlers. */
export type FieldChangeListener = (change: FieldChange, userId: number) => void

/** The codes a handler may be bound to (`events` without the lifecycle of other applications). */
export const KNOWN_EVENTS: readonly string[] = [
  'ONAPPINSTALL',
  'ONAPPUPDATE',
  'ONAPPUNINSTALL',
  'ONAPPTEST',
  'ONOFFLINEEVENT',
  ...fieldEventNames(),
  ...MODULE_EVENTS,
  ...['REQUISITE', 'BANKDETAIL', 'LEAD', 'DEAL', 'CONTACT', 'COMPANY', 'QUOTE', 'INVOICE'].flatMap(
    (entity) => ['ADD', 'UPDATE', 'DELETE'].map((action) => `ONCRM${entity}${action}`),
  ),
  'ONCRMADDRESSREGISTER',
  'ONCRMADDRESSUNREGISTER',
]
