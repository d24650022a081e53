/** Makes one request for each handler of an event, with the right user's token and the faults that are on. */
import { randomBytes } from 'node:crypto'
import { sendsEvents } from './conditions.ts'
import { formatEventBody } from './event-body.ts'
import type { UserContext } from './event-body.ts'
import type { EventHandler, PortalState } from './portal-state.ts'
import type { PhpValue } from './php-query.ts'
import type { SendRequest } from './sender.ts'

/** The faults that can be switched on for a portal. */
export interface SendSwitches {
  /** A robot or workflow acts: no tokens in the auth block. */
  robot: boolean
  /** A second subscription exists: the same event arrives under another handler id as well. */
  twice: boolean
  /** The application token is not the portal's. */
  wrongToken: boolean
}

/** The user who acts, and whether the event carries a refresh token. */
export interface SendOptions {
  /** User id; 0 for nobody. @default the first administrator */
  readonly by?: number | undefined
  /** Lifecycle events only. */
  readonly withRefreshToken?: boolean
  /**
   * Whether an event that nothing is bound to goes to the application's own address, as those of its bots and robots do.
   * @default false
   */
  readonly evenUnbound?: boolean
}

/** The distance between the handler ids of the first and the second subscription. */
const SECOND_SUBSCRIPTION = 1000

/** Whether a handler is an outgoing webhook, which no application owns. */
export function isWebhook({ webhookToken }: EventHandler): boolean {
  return webhookToken !== null
}

/** One event of the portal, before its handlers are looked up. */
export interface Composition {
  readonly name: string
  readonly data: PhpValue
  readonly switches: SendSwitches
  readonly options: SendOptions
}

/** One request per subscription, all with the time of the action; none while the portal is silent. */
export function composeEvents(
  state: PortalState,
  { name, data, switches, options }: Composition,
): SendRequest[] {
  if (!sendsEvents(state.conditions)) return []
  const ts = Math.floor(state.clock() / 1000)
  return handlersOf(state, name, options)
    .filter((handler) => state.finished || isWebhook(handler))
    .flatMap((handler) =>
      subscriptionIds(handler, switches).map((handlerId) => ({
        event: name,
        handlerId,
        url: handler.url,
        body: formatEventBody({
          name,
          handlerId,
          data,
          ts,
          identity: describePortal(state, handler, switches),
          user: chooseUser(state, handler, { ...options, switches }),
        }),
      })),
    )
}

function handlersOf(
  { handlers }: PortalState,
  name: string,
  { evenUnbound = false }: SendOptions,
): readonly EventHandler[] {
  const bound = handlers.filter(({ event }) => event === name)
  if (bound.length > 0 || !evenUnbound) return bound
  return handlers
    .filter((handler) => handler.event === 'ONAPPUNINSTALL' && !isWebhook(handler))
    .map((handler) => ({ ...handler, event: name }))
}

function subscriptionIds(handler: EventHandler, switches: SendSwitches): readonly number[] {
  return switches.twice ? [handler.id, handler.id + SECOND_SUBSCRIPTION] : [handler.id]
}

function describePortal(state: PortalState, handler: EventHandler, { wrongToken }: SendSwitches) {
  const applicationToken = handler.webhookToken ?? state.applicationToken
  return {
    domain: state.domain,
    serverEndpoint: state.oauth.serverEndpoint,
    clientEndpoint: state.clientEndpoint,
    memberId: state.memberId,
    applicationToken: wrongToken ? randomBytes(16).toString('hex') : applicationToken,
  }
}

/**
 * The user whose token the event carries: the one to whom the handler is bound, else the acting user; nobody
 * for a robot.
 */
function chooseUser(
  state: PortalState,
  handler: EventHandler,
  { by, withRefreshToken, switches }: SendOptions & { switches: SendSwitches },
): UserContext | null {
  // An outgoing webhook has no application that a token could be issued for.
  if (isWebhook(handler)) return null
  const acting = by ?? state.users.find(({ admin }) => admin)?.id ?? 0
  // A robot never installs, updates or removes the application.
  const robot = switches.robot && !handler.event.startsWith('ONAPP')
  const userId = handler.authType > 0 ? handler.authType : robot ? 0 : acting
  if (userId === 0) return null
  const grant = state.oauth.issue({ ...state, userId })
  return {
    accessToken: grant.accessToken,
    expires: grant.accessExpires,
    scope: state.scope,
    status: state.status,
    userId,
    ...(withRefreshToken === true ? { refreshToken: grant.refreshToken } : {}),
  }
}
