/** The REST methods of a simulated portal. Each answers as the documentation's samples do. */
import { err, ok } from '../../src/core/result.ts'
import { createNameMethods } from './crm-names.ts'
import { createEventMethods } from './event-methods.ts'
import type { TestEventListener } from './event-methods.ts'
import { createFieldMethods } from './field-methods.ts'
import { filterRows, sortRows } from './list-query.ts'
import { readParams, readText } from './php-query.ts'
import type { FieldChangeListener, PortalState, PortalUser } from './portal-state.ts'
import type { RestCall, RestMethod, RestResult } from './rest-call.ts'
import { restError } from './rest-error.ts'

/** The number of rows on one page of a list. */
const PAGE_SIZE = 50

/** Makes the method table of a portal: lower-case name to method; `batch` stands outside. */
export function createRestMethods(
  state: PortalState,
  { onFieldChange, onTest }: { onFieldChange: FieldChangeListener; onTest: TestEventListener },
): ReadonlyMap<string, RestMethod> {
  return new Map<string, RestMethod>([
    ['profile', ({ user }) => ok({ result: formatProfile(user) })],
    ['user.get', (call) => getUsers(state, call)],
    ['app.info', (call) => ok({ result: formatAppInfo(state, call) })],
    ['scope', ({ scope }) => ok({ result: scope })],
    ...createEventMethods(state, onTest),
    ...createFieldMethods({ state, onFieldChange }).map(requireCrm),
    ...createNameMethods(state).map(requireCrm),
  ])
}

function requireCrm([name, method]: [string, RestMethod]): [string, RestMethod] {
  return [
    name,
    (call) => (call.scope.includes('crm') ? method(call) : err(restError('insufficient_scope'))),
  ]
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

function getUsers(state: PortalState, { params, scope }: RestCall): RestResult {
  if (!scope.some((name) => name.startsWith('user') && name !== 'userfieldconfig')) {
    return err(restError('insufficient_scope'))
  }
  const rows = state.users.map((user) => ({
    ID: String(user.id),
    ACTIVE: true,
    NAME: user.name,
    LAST_NAME: user.lastName,
    SECOND_NAME: '',
    IS_ONLINE: 'N',
    USER_TYPE: 'employee',
  }))
  // The documentation shows the filter both inside FILTER and beside it.
  const id = readText(params, 'ID')
  const filter = { ...readParams(params, 'FILTER'), ...(id === null ? {} : { ID: id }) }
  const found = sortRows(filterRows(rows, filter), { ID: readText(params, 'ORDER') ?? 'ASC' })
  const start = Number(readText(params, 'start') ?? 0)
  const end = start + PAGE_SIZE
  return ok({
    result: found.slice(start, end),
    total: found.length,
    ...(end < found.length ? { next: end } : {}),
  })
}

function formatAppInfo(state: PortalState, { via }: RestCall) {
  const licence = {
    LICENSE: 'en_ent10000',
    LICENSE_TYPE: 'ent10000',
    LICENSE_FAMILY: 'ent',
  }
  // An incoming webhook has no application to tell of.
  if (via === 'webhook') return licence
  return {
    ID: 5,
    CODE: state.clientId,
    VERSION: state.version,
    STATUS: state.status,
    INSTALLED: state.finished,
    PAYMENT_EXPIRED: 'N',
    DAYS: null,
    LANGUAGE_ID: 'en',
    ...licence,
  }
}
