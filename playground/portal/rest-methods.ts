/** The REST methods of a simulated portal. Each answers as the documentation's samples do. */
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { KNOWN_EVENTS } from './portal-state.ts'
import type { EventHandler, FieldChangeListener, PortalState, PortalUser } from './portal-state.ts'
import { readParams, readText } from './php-query.ts'
import type { Params } from './php-query.ts'
import { methodError, restError } from './rest-error.ts'
import type { RestError } from './rest-error.ts'
import {
  addField,
  formatField,
  formatListedField,
  notFound,
  removeField,
  updateField,
} from './user-fields.ts'
import type { FieldChange } from './user-fields.ts'

/** One verified call. */
export interface RestCall {
  readonly params: Params
  readonly user: PortalUser
}

/** A method's success; `total` only for lists. */
export interface RestAnswer {
  readonly result: unknown
  readonly total?: number
}

/** A method's answer. */
export type RestResult = Result<RestAnswer, RestError>

/** One method. */
export type RestMethod = (call: RestCall) => RestResult

/** Makes the method table of a portal: lower-case name to method; `batch` stands outside. */
export function createRestMethods(
  state: PortalState,
  onFieldChange: FieldChangeListener,
): ReadonlyMap<string, RestMethod> {
  return new Map<string, RestMethod>([
    ['profile', ({ user }) => ok({ result: formatProfile(user) })],
    ['user.get', (call) => getUsers(state, call)],
    ['app.info', () => ok({ result: formatAppInfo(state) })],
    ['scope', () => ok({ result: state.scope.split(',') })],
    ['events', () => ok({ result: KNOWN_EVENTS })],
    ['event.bind', (call) => bindEvent(state, call)],
    ['event.unbind', (call) => unbindEvent(state, call)],
    ['event.get', () => ok({ result: state.handlers.map(formatHandler) })],
    ...userFieldMethods(state, onFieldChange),
  ])
}

function formatProfile(user: PortalUser) {
  return {
    ID: String(user.id),
    ADMIN: user.admin,
    NAME: user.name,
    LAST_NAME: user.lastName,
    PERSONAL_GENDER: '',
    TIME_ZONE: '',
  }
}

function getUsers(state: PortalState, { params }: RestCall): RestResult {
  if (!state.scope.split(',').some((scope) => scope.startsWith('user'))) {
    return err(restError('insufficient_scope'))
  }
  const id = readText(readParams(params, 'FILTER'), 'ID') ?? readText(params, 'ID')
  const users = state.users.filter((user) => id === null || String(user.id) === id)
  const result = users.map((user) => ({
    ID: String(user.id),
    ACTIVE: true,
    NAME: user.name,
    LAST_NAME: user.lastName,
    SECOND_NAME: '',
    IS_ONLINE: 'N',
    USER_TYPE: 'employee',
  }))
  return ok({ result, total: result.length })
}

function formatAppInfo(state: PortalState) {
  return {
    ID: 5,
    CODE: state.clientId,
    VERSION: state.version,
    STATUS: state.status,
    INSTALLED: state.installed,
    PAYMENT_EXPIRED: 'N',
    DAYS: null,
    LANGUAGE_ID: 'en',
    LICENSE: 'en_ent10000',
    LICENSE_TYPE: 'ent10000',
    LICENSE_FAMILY: 'ent',
  }
}

function formatHandler(handler: EventHandler) {
  return {
    event: handler.event,
    handler: handler.url,
    auth_type: String(handler.authType),
    offline: 0,
  }
}

/** The user a handler is bound to: others than administrators may only bind to themselves. */
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
  state.handlers.push({ id: state.nextHandlerId++, event, url, authType })
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
  return state.handlers.filter(
    (handler) =>
      handler.event === wanted.event &&
      handler.url === wanted.url &&
      (wanted.authType === null || handler.authType === wanted.authType),
  )
}

function userFieldMethods(
  state: PortalState,
  onFieldChange: FieldChangeListener,
): [string, RestMethod][] {
  const { store } = state
  const write = (call: RestCall, change: () => Result<FieldChange, RestError>): RestResult => {
    if (!call.user.admin) return err(methodError('', 'Access denied.'))
    const changed = change()
    if (!changed.ok) return changed
    onFieldChange(changed.value, call.user.id)
    return ok({ result: true })
  }
  return [
    ['crm.requisite.userfield.get', (call) => getField(state, call)],
    ['crm.requisite.userfield.list', (call) => listFields(state, call)],
    [
      'crm.requisite.userfield.add',
      (call) => {
        const id = store.nextId
        const added = write(call, () => addField(store, readParams(call.params, 'fields')))
        return added.ok ? ok({ result: id }) : added
      },
    ],
    [
      'crm.requisite.userfield.update',
      (call) =>
        write(call, () => updateField(store, readId(call), readParams(call.params, 'fields'))),
    ],
    [
      'crm.requisite.userfield.delete',
      (call) => write(call, () => removeField(store, readId(call))),
    ],
  ]
}

function readId({ params }: RestCall): string {
  return readText(params, 'id') ?? ''
}

function getField(state: PortalState, call: RestCall): RestResult {
  const id = readId(call)
  if (!/^[1-9]\d*$/.test(id)) return err(methodError('', 'ID is not defined or invalid.'))
  const field = state.store.fields.get(id)
  return field === undefined ? err(notFound(id)) : ok({ result: formatField(field) })
}

function listFields(state: PortalState, { params }: RestCall): RestResult {
  const { LANG: language, ...filter } = readParams(params, 'filter')
  const listed = [...state.store.fields.values()]
    .map((field) => formatListedField(field, typeof language === 'string' ? language : null))
    .filter((field) => Object.entries(filter).every(([key, value]) => field[key] === value))
  return ok({ result: listed, total: listed.length })
}
