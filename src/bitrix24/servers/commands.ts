/**
 * Sends several REST calls in one request, by Bitrix24's method `batch`. It answers with one map for each aspect: one
 * with all results (`result`), one with all errors (`result_error`), and so on; an empty map comes as PHP's `[]`.
 * `callCommands` takes these maps apart, so that each command gets an answer as if it had been called alone
 * (docs/bitrix24.md#batch).
 */
import type { Json } from '../../core/log/event.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import { encodeParams } from './encode-params.ts'
import type { CallPortal } from './rest-client.ts'
import { classifyError, MALFORMED_ANSWER } from './rest-error.ts'
import type { RestError, RestErrorKind } from './rest-error.ts'

/** The most commands that Bitrix24 takes in one request. */
export const MAX_COMMANDS = 50

/** One of the method calls in a request. */
export interface Command {
  /** A letter, then letters, digits and `_`: PHP could answer a map with number keys as a list. */
  readonly key: string
  readonly method: string
  readonly params: JsonObject
}

/** The answer to each command, by the command's key. */
export type CommandAnswers = ReadonlyMap<string, Result<JsonObject, RestError>>

/**
 * Calls up to 50 methods with one request; a failed command does not stop the others. A single command is
 * sent as a plain call. The request fails as a whole when the failure concerns the access or the portal, for
 * example a dead token. A command that the answer does not mention fails with `MALFORMED_ANSWER`.
 *
 * @throws RangeError for more than 50 commands, TypeError for a bad or repeated key.
 */
export async function callCommands(
  commands: readonly Command[],
  call: CallPortal,
): Promise<Result<CommandAnswers, RestError>> {
  checkCommands(commands)
  const [first] = commands
  if (first === undefined) return ok(new Map())
  if (commands.length === 1) {
    const answer = await call(first.method, first.params)
    if (!answer.ok && CONCERNS_ALL[answer.error.kind]) return answer
    return ok(new Map([[first.key, answer]]))
  }
  const cmd = Object.fromEntries(commands.map((command) => [command.key, commandText(command)]))
  const answer = await call('batch', { halt: 0, cmd })
  if (!answer.ok) return answer
  const { result } = answer.value
  if (!isJsonObject(result)) return err(MALFORMED_ANSWER)
  return ok(new Map(commands.map(({ key }) => [key, partOf(result, key, answer.value)])))
}

// Whether a single command that fails with this kind counts as a failure of the whole request. If there had
// been two commands, Bitrix24 would have refused the request itself.
const CONCERNS_ALL: Readonly<Record<RestErrorKind, boolean>> = {
  expired: true,
  dead_token: true,
  uninstalled: true,
  suspended: true,
  portal_deleted: true,
  rate_limited: true,
  unreachable: true,
  no_rights: false,
  no_scope: false,
  method_confirmation: false,
  not_found: false,
  refused: false,
}

function checkCommands(commands: readonly Command[]): void {
  if (commands.length > MAX_COMMANDS) {
    throw new RangeError(`Cannot call ${commands.length} commands as Bitrix24 takes at most 50`)
  }
  const keys = new Set(commands.map(({ key }) => key))
  if (keys.size < commands.length || ![...keys].every((key) => /^[a-z]\w*$/i.test(key))) {
    throw new TypeError('Cannot call commands as a key of them is repeated or no identifier')
  }
}

function commandText({ method, params }: Command): string {
  const query = encodeParams(params).toString()
  return query === '' ? method : `${method}?${query}`
}

function partOf(result: JsonObject, key: string, whole: JsonObject): Result<JsonObject, RestError> {
  const time = memberOf(result['result_time'], key) ?? whole['time']
  const error = memberOf(result['result_error'], key)
  if (isJsonObject(error)) {
    const timed = time === undefined ? error : { time, ...error }
    return err(classifyError(timed, { status: 200, retryAfter: null, secrets: [] }))
  }
  const value = memberOf(result['result'], key)
  if (value === undefined || error !== undefined) return err(MALFORMED_ANSWER)
  const total = memberOf(result['result_total'], key)
  const next = memberOf(result['result_next'], key)
  return ok({
    result: value,
    ...(total === undefined ? {} : { total }),
    ...(next === undefined ? {} : { next }),
    ...(time === undefined ? {} : { time }),
  })
}

function memberOf(map: Json | undefined, key: string): Json | undefined {
  return isJsonObject(map) && Object.hasOwn(map, key) ? map[key] : undefined
}
