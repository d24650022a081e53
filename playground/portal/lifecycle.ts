/** The life of the application in a portal: installed, updated, uninstalled, and its webhooks. */
import { randomBytes } from 'node:crypto'
import { isWebhook } from './event-composer.ts'
import type { EventQueue } from './event-queue.ts'
import type { Actor } from './field-actions.ts'
import { formatPhpQuery } from './php-query.ts'
import type { PhpValue } from './php-query.ts'
import type { PortalState } from './portal-state.ts'
import type { RecordedSend } from './sender.ts'

/** The POST by which a portal opens the install page of an application with an interface. */
export interface InstallPageRequest {
  /** Starts with `?`. */
  readonly search: string
  /** Form body. */
  readonly body: string
}

/** The lifecycle side of a portal. */
export interface LifecycleActions {
  /** Installs an application without an interface: presets are bound and ONAPPINSTALL goes out. */
  install(actor?: Actor): Promise<readonly RecordedSend[]>
  /**
   * Begins the installation of an application with an interface: its tokens work, nothing is bound, and no
   * event is sent before `finishInstall()`.
   */
  openInstallPage(options?: { lang?: string } & Actor): InstallPageRequest
  /** An administrator opens the installed application: its page gets a new pair. */
  openApplication(options?: { lang?: string } & Actor): InstallPageRequest
  /** Every pair that was handed out is dead: calls answer `expired_token`, and refreshes `invalid_grant`. */
  expireTokens(): void
  /** Does the work of `BX24.installFinish()`; ONAPPINSTALL goes out if the application has bound it. */
  finishInstall(actor?: Actor): Promise<readonly RecordedSend[]>
  /** CLEAN=1 asks for the data to be deleted. The tokens are dead before the event goes out. */
  uninstall(options?: { clean?: boolean }): Promise<readonly RecordedSend[]>
  /** An update; with `silent` as one of the Market, which takes every handler away and sends nothing. */
  update(
    options?: { newApplicationToken?: string; silent?: boolean } & Actor,
  ): Promise<readonly RecordedSend[]>
  /** ONAPPUSERREADY with the pair of a system user; `systemUserId` need not be one of `users`. */
  sendUserReady(options: { systemUserId: number } & Actor): Promise<readonly RecordedSend[]>
  /** A lost licence: calls and refreshes answer PAYMENT_REQUIRED and no event is sent. */
  setLicence(licence: 'paid' | 'lost'): void
  /** Deletes the portal for good: calls answer PORTAL_DELETED, refreshes `invalid_grant`. */
  deletePortal(): void
}

/** Webhooks, which need no application. */
export interface WebhookActions {
  /** Creates an incoming webhook; its URL ends in `/` and takes a method's name. */
  addIncomingWebhook(options?: { scope?: string } & Actor): string
  /** Creates an outgoing webhook and returns its application token. */
  addOutgoingWebhook(options: { url: string; events: readonly string[] }): string
}

/** Makes the lifecycle side of one portal. */
export function createLifecycle(state: PortalState, queue: EventQueue): LifecycleActions {
  return {
    async install(actor = {}) {
      queue.bindPresets()
      state.finished = true
      registerInstallation(state)
      return sendInstalled(state, queue, actor)
    },
    openInstallPage({ lang = 'en', by } = {}) {
      state.finished = false
      registerInstallation(state)
      return formatInstallPage(state, { lang, userId: by ?? firstAdmin(state) })
    },
    openApplication({ lang = 'en', by } = {}) {
      state.tokensDead = false
      return formatInstallPage(state, { lang, userId: by ?? firstAdmin(state) })
    },
    expireTokens: () => expireTokens(state),
    async finishInstall(actor = {}) {
      state.finished = true
      return sendInstalled(state, queue, actor)
    },
    async uninstall({ clean = false } = {}) {
      state.oauth.endInstallation(state)
      const data = { CLEAN: clean ? 1 : 0, LANGUAGE_ID: 'en' }
      const sends = await queue.send('ONAPPUNINSTALL', data, { by: 0 })
      state.installed = false
      state.finished = false
      state.handlers = state.handlers.filter(isWebhook)
      return sends
    },
    async update({ newApplicationToken, silent = false, ...actor } = {}) {
      const former = state.version++
      if (silent) {
        state.handlers = state.handlers.filter(isWebhook)
        return []
      }
      state.applicationToken = newApplicationToken ?? state.applicationToken
      registerInstallation(state)
      const data = { VERSION: state.version, PREVIOUS_VERSION: former, LANGUAGE_ID: 'en' }
      const sends = await queue.send('ONAPPUPDATE', data, { ...actor, withRefreshToken: true })
      // Bitrix24 drops every handler of the former version (docs/bitrix24.md#update-and-uninstall). Only the
      // preset ones come back by themselves.
      queue.bindPresets()
      return sends
    },
    sendUserReady: ({ systemUserId, ...actor }) =>
      queue.send('ONAPPUSERREADY', describeSystemUser(state, systemUserId), {
        ...actor,
        withRefreshToken: true,
      }),
    setLicence(licence) {
      state.conditions.licence = licence
      saveInstallation(state)
    },
    deletePortal() {
      state.conditions.deleted = true
      saveInstallation(state)
    },
  }
}

function expireTokens(state: PortalState): void {
  const { memberId } = state
  state.tokensDead = true
  state.oauth.expireAccessTokens({ memberId })
  state.oauth.killRefreshTokens({ memberId })
}

/** Makes the webhook side of one portal. */
export function createWebhooks(state: PortalState): WebhookActions {
  return {
    addIncomingWebhook({ scope = `${state.scope},userfieldconfig`, by } = {}) {
      const userId = by ?? firstAdmin(state)
      const secret = randomBytes(8).toString('hex')
      state.webhooks.push({ userId, secret, scope: scope.split(',') })
      return `${state.clientEndpoint}${userId}/${secret}/`
    },
    addOutgoingWebhook({ url, events }) {
      const webhookToken = randomBytes(16).toString('hex')
      // One row and one id for each event, all with the token of the webhook.
      for (const event of events) {
        const id = state.nextHandlerId++
        state.handlers.push({ id, event: event.toUpperCase(), url, authType: 0, webhookToken })
      }
      return webhookToken
    },
  }
}

/** Tells the OAuth server how things stand now. */
export function saveInstallation(state: PortalState): void {
  const { licence, deleted } = state.conditions
  if (!state.installed) return
  const refusal = deleted ? 'invalid_grant' : licence === 'lost' ? 'PAYMENT_REQUIRED' : null
  state.oauth.saveInstallation({ ...state, refusal })
}

function registerInstallation(state: PortalState): void {
  state.installed = true
  // An installation and an update bring a new pair.
  state.tokensDead = false
  saveInstallation(state)
}

function sendInstalled(state: PortalState, queue: EventQueue, actor: Actor) {
  const data = { VERSION: state.version, ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: 'en' }
  return queue.send('ONAPPINSTALL', data, { ...actor, withRefreshToken: true })
}

function firstAdmin({ users }: PortalState): number {
  return users.find(({ admin }) => admin)?.id ?? 0
}

/** Makes the request for the page; its keys and their order are the documented ones (docs/bitrix24.md#frame-page). */
function formatInstallPage(
  state: PortalState,
  { lang, userId }: { lang: string; userId: number },
): InstallPageRequest {
  const grant = state.oauth.issue({ ...state, userId })
  const protocol = new URL(state.clientEndpoint).protocol === 'https:' ? 1 : 0
  const appSid = randomBytes(16).toString('hex')
  const query = { DOMAIN: state.domain, PROTOCOL: protocol, LANG: lang, APP_SID: appSid }
  return {
    search: `?${formatPhpQuery(query)}`,
    body: formatPhpQuery({
      AUTH_ID: grant.accessToken,
      AUTH_EXPIRES: 3600,
      REFRESH_ID: grant.refreshToken,
      SERVER_ENDPOINT: state.oauth.serverEndpoint,
      APPLICATION_TOKEN: state.applicationToken,
      APPLICATION_SCOPE: state.scope,
      member_id: state.memberId,
      status: state.status,
      PLACEMENT: 'DEFAULT',
      PLACEMENT_OPTIONS: '{"any":"28\\/"}',
    }),
  }
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
