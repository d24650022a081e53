/** The methods about events. All but `events` need the application's own authorization. */
import { err, ok } from '../../src/core/result.ts'
import { MODULE_EVENTS } from './field-families.ts'
import { readText } from './php-query.ts'
import type { Params } from './php-query.ts'
import { KNOWN_EVENTS } from './portal-state.ts'
import type { EventHandler, PortalState } from './portal-state.ts'
import { methodError, restError } from './rest-error.ts'
import type { RestCall, RestMethod, RestResult } from './rest-call.ts'

/** Called by `event.test`: the portal tells ONAPPTEST with the query. */
export type TestEventListener = (query: Params, userId: number) => void

/** All event methods, by lower-case name. */
export function createEventMethods(
  state: PortalState,
  onTest: TestEventListener,
): [string, RestMethod][] {
  const own: [string, RestMethod][] = [
    ['event.bind', (call) => bindEvent(state, call)],
    ['event.unbind', (call) => unbindEvent(state, call)],
    ['event.get', () => ok({ result: ownHandlers(state).map(formatHandler) })],
    [
      'event.test',
      ({ params, user }) => {
        const { auth: _token, ...query } = params
        onTest(query, user.id)
        return ok({ result: true })
      },
    ],
  ]
  return [['events', listEvents], ...own.map(([name, method]) => refuseWebhooks(name, method))]
}

function refuseWebhooks(name: string, method: RestMethod): [string, RestMethod] {
  return [name, (call) => (call.via === 'app' ? method(call) : err(restError('WRONG_AUTH_TYPE')))]
}

/**
 * The codes of one scope (`SCOPE`), of no scope when it is empty, or of all scopes, spelt as Bitrix24 spells
 * them.
 */
function listEvents({ params }: RestCall): RestResult {
  const scope = readText(params, 'SCOPE')
  const isWanted = (code: string): boolean => scope === null || scopeOf(code) === scope
  return ok({ result: KNOWN_EVENTS.filter(isWanted) })
}

function scopeOf(code: string): string {
  if (MODULE_EVENTS.includes(code)) return 'userfieldconfig'
  return code.startsWith('ONCRM') ? 'crm' : ''
}

function ownHandlers(state: PortalState): EventHandler[] {
  return state.handlers.filter(({ webhookToken }) => webhookToken === null)
}

function formatHandler(handler: EventHandler) {
  return {
    event: handler.event,
    handler: handler.url,
    auth_type: String(handler.authType),
    offline: 0,
  }
}

/** The user to whom a handler is bound. A user who is no administrator may bind only to himself. */
function readAuthType({ params, user }: RestCall): number {
  return user.admin ? Number(readText(params, 'auth_type') ?? 0) : user.id
}

function bindEvent(state: PortalState, call: RestCall): RestResult {
  const event = (readText(call.params, 'event') ?? '').toUpperCase()
  const url = readText(call.params, 'handler') ?? ''
  if (!KNOWN_EVENTS.includes(event)) return err(restError('ERROR_EVENT_NOT_FOUND'))
  if (!URL.canParse(url)) return err(restError('ERROR_WRONG_HANDLER_URL'))
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    return err(restError('ERROR_UNSUPPORTED_PROTOCOL'))
  }
  if (!hostname.includes('.')) return err(restError('ERROR_WRONG_HANDLER_URL'))
  const authType = readAuthType(call)
  if (findHandlers(state, { event, url, authType }).length > 0) {
    return err(methodError('ERROR_CORE', 'Unable to set event handler: Handler already binded'))
  }
  state.handlers.push({ id: state.nextHandlerId++, event, url, authType, webhookToken: null })
  return ok({ result: true })
}

function unbindEvent(state: PortalState, call: RestCall): RestResult {
  const event = (readText(call.params, 'event') ?? '').toUpperCase()
  const url = readText(call.params, 'handler') ?? ''
  const authType = call.params['auth_type'] === undefined ? null : readAuthType(call)
  const found = findHandlers(state, { event, url, authType })
  state.handlers = state.handlers.filter((handler) => !found.includes(handler))
  return ok({ result: { count: found.length } })
}

function findHandlers(
  state: PortalState,
  wanted: { event: string; url: string; authType: number | null },
): EventHandler[] {
  return ownHandlers(state).filter(
    (handler) =>
      handler.event === wanted.event &&
      handler.url === wanted.url &&
      (wanted.authType === null || handler.authType === wanted.authType),
  )
}
