/**
 * A simulated Bitrix24 portal: its REST server, its OAuth server (own or shared) and the queue that
 * sends events. Its requests and answers are those of the recorded bodies; faults have to be switched on.
 */
import { createHash, randomBytes } from 'node:crypto'
import { startLocalServer } from '../local-server.ts'
import type { LocalServer, RequestHandler } from '../local-server.ts'
import { createConditions, createUsageMeter } from './conditions.ts'
import type { PortalConditions } from './conditions.ts'
import { USUAL_NAMES } from './crm-names.ts'
import type { CrmNames } from './crm-names.ts'
import type { SendOptions, SendSwitches } from './event-composer.ts'
import { createEventQueue } from './event-queue.ts'
import type { EventQueue, LostEvent } from './event-queue.ts'
import type { Failure } from './failure.ts'
import { createFieldActions } from './field-actions.ts'
import type { FieldActions } from './field-actions.ts'
import { createLifecycle, createWebhooks, saveInstallation } from './lifecycle.ts'
import type { LifecycleActions, WebhookActions } from './lifecycle.ts'
import { createOauthSimulator } from './oauth-server.ts'
import type { OauthSimulator, RecordedCall } from './oauth-server.ts'
import type { PhpValue } from './php-query.ts'
import type { EventHandler, PortalState, PortalUser } from './portal-state.ts'
import { createRestMethods } from './rest-methods.ts'
import { answerRestRequest } from './rest-server.ts'
import type { SendFaults } from './send-faults.ts'
import type { RecordedSend } from './sender.ts'
import { createUserFieldStore } from './user-fields.ts'
import type { UserFieldRecord } from './user-fields.ts'

/** The settings of a portal; each one but the handler has a default. */
export interface PortalOptions {
  /** The address for events, for example `http://127.0.0.1:8787/bitrix24/events`. */
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
  /** Its smart processes, pipelines and stages. @default those of the documentation's examples */
  readonly names?: CrmNames
  /** Comma-separated; `userfieldconfig.*` needs its own scope. @default `crm,user_brief` */
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

/** A running portal. */
export interface PortalSimulator extends FieldActions, LifecycleActions, WebhookActions {
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
  /** True from `expireTokens()` until the application gets another pair. */
  readonly tokensDead: boolean
  /** In order of their ids. */
  readonly fields: readonly UserFieldRecord[]
  /** The rows of the handler table, outgoing webhooks included. */
  readonly handlers: readonly EventHandler[]
  /** Every POST so far, in order of sending. */
  readonly sends: readonly RecordedSend[]
  /** Every event that was lost on purpose, in order. */
  readonly lost: readonly LostEvent[]
  /** Every REST call so far. */
  readonly calls: readonly RecordedCall[]
  readonly switches: SendSwitches
  /** Chance, with a seed: loss, doubles, disorder, delay, missing tokens. */
  readonly faults: SendFaults
  /** Limits, rights and the time that an answer takes. */
  readonly conditions: PortalConditions
  /** Set to make the portal's REST or the OAuth server fail. */
  readonly failures: { rest: Failure | null; oauth: Failure | null }
  /**
   * Gives the portal another host: a further port. The former one answers every call with 302 to the new
   * one, events and the OAuth server tell the new one.
   */
  rename(): Promise<void>
  /** Sends an event of any name; `data` as it shall be encoded. */
  sendEvent(name: string, data: PhpValue, options?: SendOptions): Promise<readonly RecordedSend[]>
  /** Posts a body as it is. */
  sendRaw(body: string, options?: { contentType?: string }): Promise<RecordedSend>
  /** Sends what a fault still holds back; `settled()` does so as well. */
  flush(): Promise<readonly RecordedSend[]>
  /** Resolves when events caused by REST calls have been sent and nothing is held back. */
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
  const failures = createFailures(oauth)
  const queue = createEventQueue(state, options)
  const rest = await startRest(state, { queue, failures })
  state.domain = options.domain ?? state.domain
  return {
    ...createFieldActions(state, queue),
    ...createLifecycle(state, queue),
    ...createWebhooks(state),
    memberId: state.memberId,
    clientId: state.clientId,
    clientSecret,
    users: state.users,
    oauth,
    get domain() {
      return state.domain
    },
    get clientEndpoint() {
      return state.clientEndpoint
    },
    get applicationToken() {
      return state.applicationToken
    },
    get installed() {
      return state.installed
    },
    get tokensDead() {
      return state.tokensDead
    },
    get fields() {
      return [...state.store.fields.values()]
    },
    get handlers() {
      return [...state.handlers]
    },
    sends: queue.sends,
    lost: queue.lost,
    switches: queue.switches,
    faults: queue.faults,
    sendRaw: (body, content) => queue.sendRaw(body, content),
    flush: () => queue.flush(),
    settled: () => queue.settled(),
    calls: rest.calls,
    conditions: state.conditions,
    failures,
    rename: () => rest.move(),
    sendEvent: (name, data, sending) => queue.send(name, data, sending),
    async close() {
      await queue.settled()
      await rest.close()
      if (options.oauth === undefined) await oauth.close()
    },
  }
}

interface RestSide {
  readonly calls: readonly RecordedCall[]
  /** Starts to listen elsewhere and sends callers of the former addresses there. */
  move(): Promise<void>
  close(): Promise<void>
}

async function startRest(
  state: PortalState,
  { queue, failures }: { queue: EventQueue; failures: PortalSimulator['failures'] },
): Promise<RestSide> {
  const calls: RecordedCall[] = []
  const servers: LocalServer[] = []
  const deps = {
    state,
    methods: createRestMethods(state, {
      onFieldChange: (change, by) => queue.sendLater(() => queue.sendChange(change, by)),
      onTest: (query, by) => {
        const data = { QUERY: query, LANGUAGE_ID: 'en' }
        queue.sendLater(() => queue.send('ONAPPTEST', data, { by, withRefreshToken: true }))
      },
    }),
    meter: createUsageMeter(state.conditions, state.clock),
    failure: () => failures.rest,
    record: (call: RecordedCall) => calls.push(call),
  }
  async function move(): Promise<void> {
    const answer: RequestHandler = async (request, response) => {
      if (server === servers.at(-1)) return answerRestRequest(deps, request, response)
      const location = new URL(request.url ?? '/', state.clientEndpoint).href
      response.writeHead(302, { location }).end()
    }
    const server = await startLocalServer(answer)
    servers.push(server)
    state.clientEndpoint = `${server.origin}/rest/`
    state.domain = server.host
    saveInstallation(state)
  }
  await move()
  return {
    calls,
    move,
    async close() {
      await Promise.all(servers.map((server) => server.close()))
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
    names: options.names ?? USUAL_NAMES,
    clock,
    domain: '',
    clientEndpoint: '',
    applicationToken: options.applicationToken ?? randomBytes(16).toString('hex'),
    version: 1,
    installed: false,
    finished: false,
    systemUserId: null,
    tokensDead: false,
    handlers: [],
    nextHandlerId: 700,
    webhooks: [],
    conditions: createConditions(),
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
