/** A simulated portal for tests: a function answers its calls, batches are taken apart as Bitrix24 does. */
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import { encodeParams } from '../../../src/bitrix24/servers/encode-params.ts'
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import { classifyError } from '../../../src/bitrix24/servers/rest-error.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { err, ok } from '../../../src/core/result.ts'
import { NOW } from '../time.ts'

/** Answers one method with the whole body, which may be that of an error. */
export type Answer = (method: string, params: Record<string, string>) => JsonObject

/** A simulated portal with its record: a text for each request, and one for each command. */
export interface SimulatedCaller {
  readonly call: CallPortal
  readonly requests: readonly string[]
  readonly commands: readonly string[]
}

/** The `time` of every answer of a simulated portal. */
export const TIME = { start: NOW / 1000 + 0.25, finish: NOW / 1000 + 1 }

/** Makes a simulated portal that hands each command, also those of a batch, to `answer`. */
export function simulateCaller(answer: Answer): SimulatedCaller {
  const requests: string[] = []
  const commands: string[] = []
  function run(method: string, query: URLSearchParams): JsonObject {
    const params = Object.fromEntries(query)
    const shown = Object.entries(params).map(([key, value]) => `${key}=${value}`)
    commands.push([method, ...shown].join(' '))
    return answer(method, params)
  }
  async function call(method: string, params: JsonObject = {}) {
    requests.push(method)
    const form = encodeParams(params)
    const body = method === 'batch' ? runBatch(form, run) : { time: TIME, ...run(method, form) }
    if (!('error' in body)) return ok(body)
    return err(classifyError(body, { status: 400, retryAfter: null, secrets: [] }))
  }
  return { call, requests, commands }
}

/** Takes a batch apart as Bitrix24 does. */
export function runBatch(
  form: URLSearchParams,
  run: (method: string, query: URLSearchParams) => JsonObject,
): JsonObject {
  if (form.get('halt') !== '0') throw new Error('A batch must not stop at the first error')
  const maps: Record<string, Record<string, Json>> = {
    result: {},
    result_error: {},
    result_total: {},
    result_next: {},
  }
  for (const [name, text] of form) {
    const key = /^cmd\[(\w+)\]$/.exec(name)?.[1]
    if (key === undefined) continue
    const cut = text.indexOf('?')
    const query = new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1))
    const body = run(cut < 0 ? text : text.slice(0, cut), query)
    const { result, total, next } = body
    if ('error' in body) maps['result_error'] = { ...maps['result_error'], [key]: body }
    else if (result !== undefined) maps['result'] = { ...maps['result'], [key]: result }
    if (total !== undefined) maps['result_total'] = { ...maps['result_total'], [key]: total }
    if (next !== undefined) maps['result_next'] = { ...maps['result_next'], [key]: next }
  }
  const entries = Object.entries(maps).map(([name, map]): [string, Json] => [
    name,
    Object.keys(map).length === 0 ? [] : map,
  ])
  return { result: Object.fromEntries(entries), time: TIME }
}
