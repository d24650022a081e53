/** `batch`: up to 50 commands in one call, errors beside results, everything keyed as it was sent. */
import { err, ok } from '../../src/core/result.ts'
import type { OperatingUse } from './conditions.ts'
import { isParams, parsePhpQuery, readText } from './php-query.ts'
import type { Params, ParamValue } from './php-query.ts'
import { formatTime } from './rest-envelope.ts'
import { formatRestError, restError } from './rest-error.ts'
import type { RestAnswer, RestCall, RestResult } from './rest-call.ts'

const MAX_BATCH_COMMANDS = 50

/** One method's answer, with what it used. */
export interface MeteredResult {
  readonly answer: RestResult
  readonly use: OperatingUse
}

/** Runs the commands of one `batch` call one after the other. */
export function runBatch(
  call: RestCall,
  { invoke, now }: { invoke: (name: string, params: Params) => MeteredResult; now: () => number },
): RestResult {
  const commands = readCommands(call.params['cmd'])
  if (commands.length > MAX_BATCH_COMMANDS) return err(restError('ERROR_BATCH_LENGTH_EXCEEDED'))
  const halt = ['1', 'true', 'Y'].includes(readText(call.params, 'halt') ?? '')
  const results = new Map<string, RestAnswer>()
  const errors = new Map<string, unknown>()
  const times = new Map<string, unknown>()
  for (const [key, command] of commands) {
    const [name = '', query = ''] = command.split(/\?(.*)/s)
    const { answer, use } = invoke(name.toLowerCase(), parsePhpQuery(query))
    if (answer.ok) {
      results.set(key, answer.value)
      times.set(key, formatTime(now(), use))
    } else {
      errors.set(key, formatRestError(answer.error))
      if (halt) break
    }
  }
  return ok({
    result: {
      result: asPhpArray(results, ({ result }) => result),
      result_error: asPhpArray(errors, (error) => error),
      result_total: asPhpArray(results, ({ total }) => total),
      result_next: asPhpArray(results, ({ next }) => next),
      result_time: asPhpArray(times, (time) => time),
    },
  })
}

/** Commands come as a map or, from JSON bodies, as a list. */
function readCommands(cmd: ParamValue | undefined): [string, string][] {
  const entries = isParams(cmd) || Array.isArray(cmd) ? Object.entries(cmd) : []
  return entries.map(([key, command]) => [key, typeof command === 'string' ? command : ''])
}

/**
 * Turns an array of PHP into JSON as `json_encode` does: a list when the keys are 0, 1, 2 …, so `[]` when it is
 * empty; else an object. Undefined values are left out.
 */
function asPhpArray<T>(values: ReadonlyMap<string, T>, pick: (value: T) => unknown): unknown {
  const entries = [...values]
    .map(([key, value]) => [key, pick(value)] as const)
    .filter(([, value]) => value !== undefined)
  const isList = entries.every(([key], index) => key === String(index))
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}
