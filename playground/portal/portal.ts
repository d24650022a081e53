/**
 * A simulated Bitrix24 portal: its REST server, its OAuth server (own or shared) and the queue that
 * sends events. What it sends and answers follows the captures; what goes wrong is switched on.
 */
import { createHash, randomBytes } from 'node:crypto'
import { ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { startLocalServer } from '../local-server.ts'
import { createOauthSimulator } from './oauth-server.ts'
import type { OauthSimulator, RecordedCall } from './oauth-server.ts'
import type { PortalState, PortalUser } from './portal-state.ts'
import type { Params, PhpValue } from './php-query.ts'
import { createEventQueue } from './event-queue.ts'
import type { EventQueue, SendSwitches } from './event-queue.ts'
import type { Failure, RestError } from './rest-error.ts'
import { createRestMethods } from './rest-methods.ts'
import { answerRestRequest } from './rest-server.ts'
import type { RecordedSend } from './sender.ts'
import { addField, createUserFieldStore, removeField, updateField } from './user-fields.ts'
import type { FieldChange, UserFieldRecord } from './user-fields.ts'

/** What a portal is made of; everything but the handler has a default. */
export interface PortalOptions {
  /** Where events go, for example `http://127.0.0.1:8787/bitrix24/events`. */
  readonly handlerUrl: string
  /** 32 hex digits. @default random */
  readonly memberId?: string
  /** As told in `auth[domain]` and by the OAuth server. @default the server's own host and port */
  readonly domain?: string
  /** @default a random one in the form of a local application's */
  readonly clientId?: string
  readonly clientSecret?: string
  /** @default random */
  readonly applicationToken?: string
  /** @default user 1, an administrator, and user 7, who is none */
  readonly users?: readonly PortalUser[]
  /** Comma-separated. @default `crm,user_brief` */
  readonly scope?: string
  /** Keys of the label maps. @default `en`, `de` */
  readonly languages?: readonly string[]
  /** Shared by several portals; the portal does not close it then. @default its own */
  readonly oauth?: OauthSimulator
  /** Unix milliseconds. @default Date.now */
  readonly clock?: () => number
  /**
   * Codes that the application's installation binds to `handlerUrl` beside the lifecycle events.
   * @default the four requisite user-field events
   */
  readonly boundEvents?: readonly string[]
}

/** What went wrong with a change, or what was sent for it. */
export type ChangeResult = Result<
  { readonly field: UserFieldRecord; readonly sends: readonly RecordedSend[] },
  RestError
>

/** Who does something in the portal. */
export interface Actor {
  /** User id. @default the first administrator */
  readonly by?: number
}

/** A running portal. */
export interface PortalSimulator {
  readonly memberId: string
  readonly domain: string
  readonly clientId: string
  readonly clientSecret: string
  readonly applicationToken: string
  /** Ends in `/rest/`. */
  readonly clientEndpoint: string
  readonly users: readonly PortalUser[]
  readonly oauth: OauthSimulator
  readonly installed: boolean
  /** In order of their ids. */
  readonly fields: readonly UserFieldRecord[]
  /** Every POST so far, in order of sending. */
  readonly sends: readonly RecordedSend[]
  /** Every REST call so far. */
  readonly calls: readonly RecordedCall[]
  readonly switches: SendSwitches
  /** Set to make the portal's REST or the OAuth server fail. */
  readonly failures: { rest: Failure | null; oauth: Failure | null }
  install(actor?: Actor): Promise<readonly RecordedSend[]>
  /** CLEAN=1 asks for the data to be deleted. The tokens are dead before the event goes out. */
  uninstall(options?: { clean?: boolean }): Promise<readonly RecordedSend[]>
  update(options?: { newApplicationToken?: string } & Actor): Promise<readonly RecordedSend[]>
  /** ONAPPUSERREADY with the pair of a system user; `systemUserId` need not be one of `users`. */
  sendUserReady(options: { systemUserId: number } & Actor): Promise<readonly RecordedSend[]>
  /** `fields` as in `crm.requisite.userfield.add`. */
  createField(fields: Params, actor?: Actor): Promise<ChangeResult>
  /** `fields` as in `crm.requisite.userfield.update`. */
  updateField(id: string, fields: Params, actor?: Actor): Promise<ChangeResult>
  deleteField(id: string, actor?: Actor): Promise<ChangeResult>
  /** Replaces the values of a list field; a text that stays keeps its id. */
  setEnumValues(id: string, values: readonly string[], actor?: Actor): Promise<ChangeResult>
  /** Sends an event of any name; `data` as it shall be encoded. */
  sendEvent(name: string, data: PhpValue, actor?: Actor): Promise<readonly RecordedSend[]>
  /** Posts a body as it is. */
  sendRaw(body: string, options?: { contentType?: string }): Promise<RecordedSend>
  /** Resolves when events caused by REST calls have been sent. */
  settled(): Promise<void>
  close(): Promise<void>
}

const DEFAULT_USERS: readonly PortalUser[] = [
  { id: 1, name: 'Anna', lastName: 'Petrova', admin: true },
  { id: 7, name: 'Max', lastName: 'Weber', admin: false },
]

/** Starts a portal. */
export async function createPortalSimulator(options: PortalOptions): Promise<PortalSimulator> {
  const clock = options.clock ?? Date.now
  const oauth = options.oauth ?? (await createOauthSimulator({ clock }))
  const state = createState(options, { oauth, clock })
  const clientSecret = options.clientSecret ?? randomBytes(25).toString('hex')
  oauth.registerClient(state.clientId, clientSecret)
  const calls: RecordedCall[] = []
  const failures = createFailures(oauth)
  const queue = createEventQueue(state, options)
  const methods = createRestMethods(state, (change, by) => queue.sendLater(change, by))
  const server = await startLocalServer((request, response) =>
    answerRestRequest(
      { state, methods, failure: () => failures.rest, record: (call) => calls.push(call) },
      request,
      response,
    ),
  )
  state.clientEndpoint = `${server.origin}/rest/`
  state.domain = options.domain ?? server.host
  return {
    ...createFieldActions(state, queue),
    ...createLifecycleActions(state, queue),
    memberId: state.memberId,
    clientId: state.clientId,
    clientSecret,
    users: state.users,
    oauth,
    domain: state.domain,
    clientEndpoint: state.clientEndpoint,
    get applicationToken() {
      return state.applicationToken
    },
    get installed() {
      return state.installed
    },
    get fields() {
      return [...state.store.fields.values()]
    },
    sends: queue.sends,
    calls,
    switches: queue.switches,
    failures,
    async close() {
      await queue.settled()
      await server.close()
      if (options.oauth === undefined) await oauth.close()
    },
  }
}

function createState(
  options: PortalOptions,
  { oauth, clock }: { oauth: OauthSimulator; clock: () => number },
): PortalState {
  const memberId = options.memberId ?? randomBytes(16).toString('hex')
  const seed = createHash('sha256').update(memberId).digest()
  const digits = String(seed.readUInt32BE(0) % 100_000_000).padStart(8, '0')
  return {
    memberId,
    clientId: options.clientId ?? `local.${seed.toString('hex', 4, 11)}.${digits}`,
    scope: options.scope ?? 'crm,user_brief',
    status: 'L',
    users: options.users ?? DEFAULT_USERS,
    oauth,
    store: createUserFieldStore(
      options.languages === undefined ? {} : { languages: options.languages },
    ),
    clock,
    domain: '',
    clientEndpoint: '',
    applicationToken: options.applicationToken ?? randomBytes(16).toString('hex'),
    version: 1,
    installed: false,
    systemUserId: null,
    handlers: [],
    nextHandlerId: 700,
  }
}

/** The OAuth server's failure lives in the server, since portals may share it. */
function createFailures(oauth: OauthSimulator): PortalSimulator['failures'] {
  return {
    rest: null,
    get oauth() {
      return oauth.failure
    },
    set oauth(failure) {
      oauth.failure = failure
    },
  }
}

type FieldActions = Pick<
  PortalSimulator,
  'createField' | 'updateField' | 'deleteField' | 'setEnumValues'
>

function createFieldActions(state: PortalState, queue: EventQueue): FieldActions {
  async function apply(
    change: Result<FieldChange, RestError>,
    actor: Actor = {},
  ): Promise<ChangeResult> {
    if (!change.ok) return change
    const sends = await queue.sendChange(change.value, actor.by)
    return ok({ field: change.value.field, sends })
  }
  return {
    createField: (fields, actor) => apply(addField(state.store, fields), actor),
    updateField: (id, fields, actor) => apply(updateField(state.store, id, fields), actor),
    deleteField: (id, actor) => apply(removeField(state.store, id), actor),
    setEnumValues: (id, values, actor) =>
      apply(updateField(state.store, id, { LIST: values.map((VALUE) => ({ VALUE })) }), actor),
  }
}

type LifecycleActions = Pick<
  PortalSimulator,
  'install' | 'uninstall' | 'update' | 'sendUserReady' | 'sendEvent' | 'sendRaw' | 'settled'
>

function createLifecycleActions(state: PortalState, queue: EventQueue): LifecycleActions {
  return {
    async install(actor = {}) {
      queue.bindPresets()
      saveInstallation(state)
      const data = { VERSION: state.version, ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: 'en' }
      return queue.send('ONAPPINSTALL', data, { ...actor, withRefreshToken: true })
    },
    async uninstall({ clean = false } = {}) {
      state.oauth.endInstallation(state)
      const data = { CLEAN: clean ? 1 : 0, LANGUAGE_ID: 'en' }
      const sends = await queue.send('ONAPPUNINSTALL', data, { by: 0 })
      state.installed = false
      state.handlers = []
      return sends
    },
    async update({ newApplicationToken, ...actor } = {}) {
      const former = state.version++
      state.applicationToken = newApplicationToken ?? state.applicationToken
      saveInstallation(state)
      const data = { VERSION: state.version, PREVIOUS_VERSION: former, LANGUAGE_ID: 'en' }
      const sends = await queue.send('ONAPPUPDATE', data, { ...actor, withRefreshToken: true })
      // Bitrix24 drops every handler of the former version; only the preset ones come back by themselves.
      queue.bindPresets()
      return sends
    },
    sendUserReady: ({ systemUserId, ...actor }) =>
      queue.send('ONAPPUSERREADY', describeSystemUser(state, systemUserId), {
        ...actor,
        withRefreshToken: true,
      }),
    sendEvent: (name, data, actor) => queue.send(name, data, actor),
    sendRaw: (body, options) => queue.sendRaw(body, options),
    settled: () => queue.settled(),
  }
}

function saveInstallation(state: PortalState): void {
  state.installed = true
  state.oauth.saveInstallation({ ...state })
}

function describeSystemUser(state: PortalState, userId: number): PhpValue {
  state.systemUserId = userId
  const pair = state.oauth.issue({ ...state, userId })
  return {
    access_token: pair.accessToken,
    refresh_token: pair.refreshToken,
    expires_in: 3600,
    scope: state.scope,
    domain: new URL(state.oauth.origin).host,
    server_endpoint: state.oauth.serverEndpoint,
    client_endpoint: state.clientEndpoint,
    member_id: state.memberId,
    user_id: userId,
    client_id: state.clientId,
    status: state.status,
    LANGUAGE_ID: 'en',
  }
}
