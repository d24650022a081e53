/** The REST methods of a portal that the relay calls, over a few maps that a test fills. */
import { createNameMethods, NO_NAMES, type CrmNames } from '../../../playground/portal/crm-names.ts'
import { parsePhpQuery } from '../../../playground/portal/php-query.ts'
import { formatRestError } from '../../../playground/portal/rest-error.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { runBatch } from './simulated-caller.ts'

/** One row of the portal's handler table, as `event.get` shows it. */
export interface BoundHandler {
  readonly event: string
  readonly handler: string
  readonly auth_type: string
  readonly offline: 0
}

/** The data of the portal. */
export interface PortalRestState {
  /** Definitions of fields by id; each belongs to the family that its ENTITY_ID names. */
  readonly fields: Map<number, FieldAttributes>
  /** Definitions of fields of smart processes by id, as `userfieldconfig.get` shows them. */
  readonly smartFields: Map<number, JsonObject>
  /** Names by user id. */
  readonly users: Map<number, string>
  /** Its smart processes, pipelines and stages. */
  names: CrmNames
  bound: BoundHandler[]
  /** INSTALLED of the portal's own `app.info`. */
  finished: boolean
  /** What `events` answers: for the scopes of the application, and for all. Null for a portal without the method. */
  offer: { readonly own: readonly string[]; readonly all: readonly string[] } | null
}

/** A portal without fields and handlers, whose installation is finished. */
export function aPortalRest(): PortalRestState {
  return {
    fields: new Map(),
    smartFields: new Map(),
    users: new Map(),
    names: NO_NAMES,
    bound: [],
    finished: true,
    offer: null,
  }
}

/** Answers a call of the portal's REST; null for a method that it does not know. */
export function answerPortal(
  state: PortalRestState,
  method: string,
  form: URLSearchParams,
): JsonObject | null {
  if (method === 'batch') {
    return runBatch(form, (name, query) => answerPortal(state, name, query) ?? UNKNOWN_METHOD)
  }
  const smartField = state.smartFields.get(Number(form.get('id')))
  if (method === 'userfieldconfig.get' && smartField !== undefined) {
    return { result: { field: smartField } }
  }
  if (method === 'userfieldconfig.get')
    return {
      error: 'ACCESS_DENIED',
      error_description: 'You are not allowed to view custom field settings',
    }
  if (method === 'userfieldconfig.list') return { result: { fields: [] }, total: 0 }
  if (/^crm\.\w+\.userfield\.(get|list)$/.test(method)) return answerFields(state, method, form)
  const named = answerName(state, method, form)
  if (named !== null) return named
  switch (method) {
    case 'app.info':
      return { result: { INSTALLED: state.finished } }
    case 'user.get':
      return answerUser(state, form)
    case 'event.get':
      return { result: state.bound.map((bound) => ({ ...bound })) }
    case 'events':
      return state.offer && { result: state.offer[form.has('FULL') ? 'all' : 'own'] }
    case 'event.bind':
      if (state.offer?.own.includes(handlerOf(form).event) === false) {
        return { error: 'ERROR_EVENT_NOT_FOUND', error_description: 'Event not found' }
      }
      state.bound = [...state.bound, handlerOf(form)]
      return { result: true }
    case 'event.unbind': {
      const { event, handler } = handlerOf(form)
      const kept = state.bound.filter((row) => row.event !== event || row.handler !== handler)
      const count = state.bound.length - kept.length
      state.bound = kept
      return { result: { count } }
    }
    default:
      return null
  }
}

/** Names are told as the playground's portal tells them. */
function answerName(
  { names }: PortalRestState,
  method: string,
  form: URLSearchParams,
): JsonObject | null {
  const [, answer] =
    createNameMethods({ names, conditions: { fieldRights: 'full' } }).find(
      ([name]) => name === method.toLowerCase(),
    ) ?? []
  const answered = answer?.({ params: parsePhpQuery(form.toString()), ...ADMINISTRATOR })
  if (answered === undefined) return null
  // Sound: the answers are JSON.
  return answered.ok ? { ...(answered.value as object) } : formatRestError(answered.error)
}

const ADMINISTRATOR = {
  user: { id: 1, name: 'Anna', lastName: 'Petrova', admin: true },
  via: 'app',
  scope: ['crm'],
} as const

const UNKNOWN_METHOD = { error: 'ERROR_METHOD_NOT_FOUND', error_description: 'Method not found!' }

function handlerOf(form: URLSearchParams): BoundHandler {
  const event = (form.get('event') ?? '').toUpperCase()
  const auth = form.get('auth_type') ?? '0'
  return { event, handler: form.get('handler') ?? '', auth_type: auth, offline: 0 }
}

function answerFields(
  { fields }: PortalRestState,
  method: string,
  form: URLSearchParams,
): JsonObject {
  const entityId = `CRM_${method.split('.')[1]?.toUpperCase() ?? ''}`
  if (method.endsWith('.list')) {
    const result = [...fields.values()].filter(({ ENTITY_ID: owner }) => owner === entityId)
    return { result, total: result.length }
  }
  const found = fields.get(Number(form.get('id')))
  if (found?.['ENTITY_ID'] === entityId) return { result: found }
  return { error: 'ERROR_NOT_FOUND', error_description: 'The entity is not found.' }
}

function answerUser({ users }: PortalRestState, form: URLSearchParams): JsonObject {
  const id = Number(form.get('ID') ?? form.get('id') ?? form.get('FILTER[ID]'))
  const name = users.get(id)
  if (name === undefined) return { error: 'insufficient_scope', error_description: '' }
  return { result: [{ ID: String(id), NAME: name, LAST_NAME: '' }], total: 1 }
}
