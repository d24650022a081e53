/**
 * The portal's way out: which handlers an event goes to, with whose token, and what the switches do to
 * it. Events of one action leave one after the other, each exactly once per handler.
 */
import { randomBytes } from 'node:crypto'
import { formatEventBody } from './event-body.ts'
import type { UserContext } from './event-body.ts'
import type { EventHandler, PortalState } from './portal-state.ts'
import type { PhpValue } from './php-query.ts'
import { sendEvent } from './sender.ts'
import type { RecordedSend, SendRequest } from './sender.ts'
import type { FieldChange } from './user-fields.ts'

/** What the portal does wrong on purpose. */
export interface SendSwitches {
  /** A robot or workflow acts: no tokens in the auth block. */
  robot: boolean
  /** A second subscription exists: the same event arrives under another handler id as well. */
  twice: boolean
  /** The application token is not the portal's. */
  wrongToken: boolean
}

/** Who acts, and whether the event carries a refresh token. */
export interface SendOptions {
  /** User id; 0 for nobody. @default the first administrator */
  readonly by?: number | undefined
  /** Lifecycle events only. */
  readonly withRefreshToken?: boolean
}

/** The queue of one portal. */
export interface EventQueue {
  readonly sends: readonly RecordedSend[]
  readonly switches: SendSwitches
  /** Replaces the handler table with the rows that an installation without an interface gets. */
  bindPresets(): void
  send(name: string, data: PhpValue, options?: SendOptions): Promise<readonly RecordedSend[]>
  sendChange(change: FieldChange, by?: number): Promise<readonly RecordedSend[]>
  /** Sends in the background, as a portal does after the hit that caused the events. */
  sendLater(change: FieldChange, by: number): void
  sendRaw(body: string, options?: { contentType?: string }): Promise<RecordedSend>
  /** Resolves when nothing sent in the background is under way. */
  settled(): Promise<void>
}

/** What a new queue needs to know. */
export interface EventQueueOptions {
  readonly handlerUrl: string
  readonly boundEvents?: readonly string[]
}

/** Handler ids as in the recorded bodies; other codes get the next free number. */
const HANDLER_IDS: Readonly<Record<string, number>> = {
  ONAPPINSTALL: 12,
  ONAPPUPDATE: 13,
  ONAPPUNINSTALL: 14,
  ONAPPUSERREADY: 17,
  ONCRMREQUISITEUSERFIELDADD: 657,
  ONCRMREQUISITEUSERFIELDUPDATE: 661,
  ONCRMREQUISITEUSERFIELDDELETE: 663,
  ONCRMREQUISITEUSERFIELDSETENUMVALUES: 665,
}

const LIFECYCLE_EVENTS = ['ONAPPINSTALL', 'ONAPPUPDATE', 'ONAPPUNINSTALL', 'ONAPPUSERREADY']
const REQUISITE_EVENTS = ['ADD', 'UPDATE', 'DELETE', 'SETENUMVALUES'].map(
  (action) => `ONCRMREQUISITEUSERFIELD${action}`,
)
/** How far the second subscription's handler id lies from the first. */
const SECOND_SUBSCRIPTION = 1000

/** Creates the queue of one portal. */
export function createEventQueue(
  state: PortalState,
  { handlerUrl, boundEvents = REQUISITE_EVENTS }: EventQueueOptions,
): EventQueue {
  const sends: RecordedSend[] = []
  const switches: SendSwitches = { robot: false, twice: false, wrongToken: false }
  let background: Promise<unknown> = Promise.resolve()

  async function post(request: SendRequest): Promise<RecordedSend> {
    const sent = await sendEvent(request, { clock: state.clock })
    sends.push(sent)
    return sent
  }

  async function send(name: string, data: PhpValue, options: SendOptions = {}) {
    const done: RecordedSend[] = []
    for (const request of composeEvents(state, { name, data, switches, options })) {
      done.push(await post(request))
    }
    return done
  }

  async function sendChange({ field, events }: FieldChange, by?: number) {
    const { ID, ENTITY_ID, FIELD_NAME } = field
    const done: RecordedSend[] = []
    for (const action of events) {
      const name = `ONCRMREQUISITEUSERFIELD${action}`
      done.push(...(await send(name, { FIELDS: { ID, ENTITY_ID, FIELD_NAME } }, { by })))
    }
    return done
  }

  return {
    sends,
    switches,
    bindPresets() {
      state.handlers = [...LIFECYCLE_EVENTS, ...boundEvents].map((event) => ({
        id: HANDLER_IDS[event] ?? state.nextHandlerId++,
        event,
        url: handlerUrl,
        authType: 0,
      }))
    },
    send,
    sendChange,
    sendLater(change, by) {
      background = background.then(() => sendChange(change, by))
    },
    sendRaw: (body, options) =>
      post({ event: '', handlerId: null, url: handlerUrl, body, ...options }),
    async settled() {
      await background
    },
  }
}

/** One request per subscription, all with the time of the action. */
function composeEvents(
  state: PortalState,
  {
    name,
    data,
    switches,
    options,
  }: { name: string; data: PhpValue; switches: SendSwitches; options: SendOptions },
): SendRequest[] {
  const ts = Math.floor(state.clock() / 1000)
  return state.handlers
    .filter(({ event }) => event === name)
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
          identity: describePortal(state, switches),
          user: chooseUser(state, handler, { ...options, switches }),
        }),
      })),
    )
}

function subscriptionIds(handler: EventHandler, switches: SendSwitches): readonly number[] {
  return switches.twice ? [handler.id, handler.id + SECOND_SUBSCRIPTION] : [handler.id]
}

function describePortal(state: PortalState, switches: SendSwitches) {
  const { wrongToken } = switches
  return {
    domain: state.domain,
    serverEndpoint: state.oauth.serverEndpoint,
    clientEndpoint: state.clientEndpoint,
    memberId: state.memberId,
    applicationToken: wrongToken ? randomBytes(16).toString('hex') : state.applicationToken,
  }
}

/** A handler bound to a user gets that user's token; else the acting user's, and none for a robot. */
function chooseUser(
  state: PortalState,
  handler: EventHandler,
  { by, withRefreshToken, switches }: SendOptions & { switches: SendSwitches },
): UserContext | null {
  const acting = by ?? state.users.find(({ admin }) => admin)?.id ?? 0
  // The application's own life is never a robot's doing.
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
