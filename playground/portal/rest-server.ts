/** The HTTP side of a simulated portal: token, method, envelope, and `batch` over the same methods. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { readBody, sendJson } from '../local-server.ts'
import type { RecordedCall } from './oauth-server.ts'
import type { PortalState, PortalUser } from './portal-state.ts'
import { parseCallParams, parsePhpQuery, readParams, readText } from './php-query.ts'
import type { Params } from './php-query.ts'
import { formatTime, readAccessToken } from './rest-envelope.ts'
import { formatRestError, playFailure, restError } from './rest-error.ts'
import type { Failure, RestError } from './rest-error.ts'
import type { RestAnswer, RestMethod, RestResult } from './rest-methods.ts'

const MAX_BATCH_COMMANDS = 50

/** What the server needs to answer. */
export interface RestServerDeps {
  readonly state: PortalState
  readonly methods: ReadonlyMap<string, RestMethod>
  /** Asked at each request. */
  readonly failure: () => Failure | null
  /** Gets every request in order of arrival. */
  readonly record: (call: RecordedCall) => void
}

/** Answers one request to `/rest/<method>` or `/rest/<method>.json`. */
export async function answerRestRequest(
  deps: RestServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://portal.invalid')
  const params = parseCallParams(url.search, {
    text: await readBody(request),
    contentType: request.headers['content-type'] ?? '',
  })
  deps.record({ method: request.method ?? '', url: request.url ?? '', params })
  if (await playFailure(deps.failure(), response)) return
  const method = /^\/rest\/([a-z0-9_.]+?)(?:\.json)?\/?$/i.exec(url.pathname)?.[1]?.toLowerCase()
  const user = authorize(deps.state, readAccessToken(request, params))
  const answer = user.ok ? callMethod(deps, method ?? '', { params, user: user.value }) : user
  if (!answer.ok) {
    sendJson(response, answer.error.status, { value: formatRestError(answer.error) })
    return
  }
  const time = formatTime(deps.state.clock())
  sendJson(response, 200, { value: { ...answer.value, time } })
}

function authorize(state: PortalState, accessToken: string | null): Result<PortalUser, RestError> {
  const grant = state.oauth.resolve(accessToken)
  if (!grant.ok) return grant
  if (grant.value.memberId !== state.memberId) return err(restError('invalid_token'))
  const { userId } = grant.value
  if (userId === state.systemUserId) {
    return ok({ id: userId, name: 'Application', lastName: '', admin: false })
  }
  const user = state.users.find(({ id }) => id === userId)
  return user === undefined ? err(restError('authorization_error')) : ok(user)
}

function callMethod(
  deps: RestServerDeps,
  name: string,
  call: { params: Params; user: PortalUser },
): RestResult {
  if (name === 'batch') return runBatch(deps, call)
  const method = deps.methods.get(name)
  return method === undefined ? err(restError('ERROR_METHOD_NOT_FOUND')) : method(call)
}

function runBatch(
  deps: RestServerDeps,
  { params, user }: { params: Params; user: PortalUser },
): RestResult {
  const commands = Object.entries(readParams(params, 'cmd'))
  if (commands.length > MAX_BATCH_COMMANDS) return err(restError('ERROR_BATCH_LENGTH_EXCEEDED'))
  const halt = ['1', 'true', 'Y'].includes(readText(params, 'halt') ?? '')
  const results = new Map<string, RestAnswer>()
  const errors = new Map<string, unknown>()
  for (const [key, command] of commands) {
    const [name = '', query = ''] = (typeof command === 'string' ? command : '').split(/\?(.*)/s)
    const answer = callMethod(deps, name.toLowerCase(), { params: parsePhpQuery(query), user })
    if (answer.ok) results.set(key, answer.value)
    else errors.set(key, formatRestError(answer.error))
    if (halt && !answer.ok) break
  }
  const totals = [...results].flatMap(([key, { total }]) =>
    total === undefined ? [] : [[key, total] as const],
  )
  return ok({
    result: {
      result: asPhpArray([...results].map(([key, { result }]) => [key, result] as const)),
      result_error: asPhpArray([...errors]),
      result_total: asPhpArray(totals),
      result_next: [],
      result_time: asPhpArray(
        [...results.keys()].map((key) => [key, formatTime(deps.state.clock())] as const),
      ),
    },
  })
}

/** PHP's `json_encode` cannot tell an empty map from an empty list: both are `[]`. */
function asPhpArray(entries: readonly (readonly [string, unknown])[]): unknown {
  return entries.length === 0 ? [] : Object.fromEntries(entries)
}
