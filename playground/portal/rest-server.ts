/**
 * The HTTP side of a simulated portal. It finds the caller, refuses calls that the portal does not take, runs
 * the method and wraps its answer. `/rest/<method>` takes an access token; `/rest/<user>/<secret>/<method>`
 * belongs to an incoming webhook.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { pause, readBody, sendJson } from '../local-server.ts'
import type { OperatingUse, UsageMeter } from './conditions.ts'
import { loseAnswer, playFailure } from './failure.ts'
import type { Failure } from './failure.ts'
import type { RecordedCall } from './oauth-server.ts'
import type { PortalState } from './portal-state.ts'
import { parseCallParams } from './php-query.ts'
import { runBatch } from './rest-batch.ts'
import type { MeteredResult } from './rest-batch.ts'
import { formatTime, readAccessToken } from './rest-envelope.ts'
import { formatRestError, restError } from './rest-error.ts'
import type { RestError, RestErrorCode } from './rest-error.ts'
import type { RestCall, RestMethod } from './rest-call.ts'

/** The parts that the server needs. */
export interface RestServerDeps {
  readonly state: PortalState
  readonly methods: ReadonlyMap<string, RestMethod>
  readonly meter: UsageMeter
  /** Asked at each request. */
  readonly failure: () => Failure | null
  /** Gets every request in order of arrival. */
  readonly record: (call: RecordedCall) => void
}

type Caller = Omit<RestCall, 'params'>

const NO_USE: OperatingUse = { operating: 0, resetAt: 0 }

/** Answers one request to `/rest/…`, with or without `.json` at the end of the method. */
export async function answerRestRequest(
  deps: RestServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { state } = deps
  const url = new URL(request.url ?? '/', 'http://portal.invalid')
  const params = parseCallParams(url.search, {
    text: await readBody(request),
    contentType: request.headers['content-type'] ?? '',
  })
  deps.record({ method: request.method ?? '', url: request.url ?? '', params })
  if (await playFailure(deps.failure(), response)) return
  if (state.conditions.answerDelayMs > 0) await pause(state.conditions.answerDelayMs)
  const path = readPath(url.pathname)
  const caller = admit(deps, path, readAccessToken(request, params))
  const { answer, use } = caller.ok
    ? callMethod(deps, path.method, { ...caller.value, params })
    : { answer: caller, use: null }
  if (loseAnswer(deps.failure(), response)) return
  if (answer.ok) {
    const time = formatTime(state.clock(), use ?? NO_USE)
    sendJson(response, 200, { value: { ...answer.value, time } })
    return
  }
  // Only a refusal by the operating limit says when the method works again.
  const isOverTime = answer.error.error === 'OPERATION_TIME_LIMIT' && use !== null
  const time = isOverTime ? { time: formatTime(state.clock(), use) } : {}
  sendJson(response, answer.error.status, { value: { ...formatRestError(answer.error), ...time } })
}

interface Path {
  readonly method: string
  readonly webhook: { readonly userId: number; readonly secret: string } | null
}

/** Reads the path. Doubled slashes count as one, as on Bitrix24's own servers. */
function readPath(pathname: string): Path {
  const parts = pathname.split('/').filter((part) => part !== '')
  const method = (parts.at(-1) ?? '').toLowerCase().replace(/\.json$/, '')
  const [, userId = '', secret = ''] = parts
  const webhook = parts.length === 4 ? { userId: Number(userId), secret } : null
  return { method: parts[0] === 'rest' && parts.length > 1 ? method : '', webhook }
}

/** Finds the caller. The error comes first when the portal refuses everybody, for example when it is deleted. */
function admit(
  { state, meter }: RestServerDeps,
  { webhook }: Path,
  accessToken: string | null,
): Result<Caller, RestError> {
  const { conditions } = state
  if (conditions.deleted) return err(restError('PORTAL_DELETED'))
  if (conditions.closed) return err(restError('PORTAL_DELETED', 500))
  const request = meter.takeRequest()
  if (!request.ok) return request
  const caller = webhook === null ? authorize(state, accessToken) : findWebhook(state, webhook)
  if (!caller.ok) return caller
  if (conditions.deniesUsers) return err(restError('INVALID_CREDENTIALS', 403))
  return conditions.licence === 'lost' ? err(restError('PAYMENT_REQUIRED')) : caller
}

function authorize(state: PortalState, accessToken: string | null): Result<Caller, RestError> {
  const grant = state.oauth.resolve(accessToken)
  // The OAuth server says NOT_INSTALLED of such a token; the portal has its own word for it.
  if (!grant.ok && grant.error.error === 'NOT_INSTALLED') {
    return err(restError('APPLICATION_NOT_FOUND'))
  }
  if (!grant.ok) return grant
  if (grant.value.memberId !== state.memberId) return err(restError('invalid_token'))
  const { userId } = grant.value
  const scope = state.scope.split(',')
  if (userId === state.systemUserId) {
    const user = { id: userId, name: 'Application', lastName: '', admin: false }
    return ok({ user, via: 'app', scope })
  }
  const user = state.users.find(({ id }) => id === userId)
  return user === undefined
    ? err(restError('authorization_error'))
    : ok({ user, via: 'app', scope })
}

function findWebhook(
  state: PortalState,
  { userId, secret }: { userId: number; secret: string },
): Result<Caller, RestError> {
  const webhook = state.webhooks.find((known) => known.secret === secret && known.userId === userId)
  const user = state.users.find(({ id }) => id === webhook?.userId)
  if (webhook === undefined || user === undefined) return err(restError('INVALID_CREDENTIALS'))
  return ok({ user, via: 'webhook', scope: webhook.scope })
}

function callMethod(deps: RestServerDeps, name: string, call: RestCall): MeteredResult {
  if (name !== 'batch') return invoke(deps, name, call)
  const answer = runBatch(call, {
    invoke: (inner, params) => invoke(deps, inner, { ...call, params }),
    now: deps.state.clock,
  })
  return { answer, use: NO_USE }
}

function invoke({ methods, meter }: RestServerDeps, name: string, call: RestCall): MeteredResult {
  // Only a batch within a batch gets here.
  if (name === 'batch') return refuse('ERROR_BATCH_METHOD_NOT_ALLOWED')
  const method = methods.get(name)
  if (method === undefined) return refuse('ERROR_METHOD_NOT_FOUND')
  const use = meter.takeMethod(name)
  if (!use.ok) return { answer: err(use.error), use: use.error.use }
  return { answer: method(call), use: use.value }
}

function refuse(code: RestErrorCode): MeteredResult {
  return { answer: err(restError(code)), use: NO_USE }
}
