import { describe, expect, test } from 'vitest'

import { callCommands } from '../../../src/bitrix24/servers/commands.ts'
import type { Command } from '../../../src/bitrix24/servers/commands.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { RestError, RestErrorKind } from '../../../src/bitrix24/servers/rest-error.ts'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { Result } from '../../../src/core/result.ts'

const MALFORMED = { kind: 'unreachable', code: 'malformed_answer', status: 200 } as const

function command(key: string, params: JsonObject = {}): Command {
  return { key, method: 'user.get', params }
}

/** Calls a portal that gives the same answer to every request. */
async function batch(commands: readonly Command[], answer: Result<JsonObject, RestError>) {
  const sent: [string, JsonObject | undefined][] = []
  const result = await callCommands(commands, async (method, params) => {
    sent.push([method, params])
    return answer
  })
  return { sent, result: result.ok ? Object.fromEntries(result.value) : result.error }
}

function whole(result: JsonObject, rest: JsonObject = {}): Result<JsonObject, RestError> {
  return { ok: true, value: { result, ...rest } }
}

describe('callCommands()', () => {
  test('calls nothing for no command', async () => {
    expect(await batch([], { ok: false, error: MALFORMED })).toEqual({ sent: [], result: {} })
  })

  test('sends one command as the plain call, its answer untouched', async () => {
    const value = { result: [], total: 0, time: { start: 1 } }
    const { sent, result } = await batch([command('a', { ID: 1 })], { ok: true, value })
    expect(sent).toEqual([['user.get', { ID: 1 }]])
    expect(result).toEqual({ a: { ok: true, value } })
  })

  test('sends several as one batch with an encoded query each', async () => {
    const params = { filter: { NAME: 'a&b=ü ?', ID: [1, 2] }, on: true, none: null }
    const { sent } = await batch([command('a', params), command('b')], whole({ result: {} }))
    const query =
      'filter%5BNAME%5D=a%26b%3D%C3%BC+%3F&filter%5BID%5D%5B0%5D=1&filter%5BID%5D%5B1%5D=2&on=1'
    const cmd = { a: `user.get?${query}`, b: 'user.get' }
    expect(sent).toEqual([['batch', { halt: 0, cmd }]])
  })

  test('gives every command its own answer, as if it had been called alone', async () => {
    const time = { start: 5, finish: 6 }
    const own = { start: 5.5, finish: 5.6 }
    const { result } = await batch(
      ['list', 'nothing', 'no', 'silent'].map((key) => command(key)),
      whole(
        {
          result: { list: [{ ID: '1' }], nothing: null },
          result_error: { no: { error: 'insufficient_scope', error_description: '' } },
          result_total: { list: 94 },
          result_next: { list: 50 },
          result_time: { list: own },
        },
        { time },
      ),
    )
    expect(result).toEqual({
      list: { ok: true, value: { result: [{ ID: '1' }], total: 94, next: 50, time: own } },
      nothing: { ok: true, value: { result: null, time } },
      no: { ok: false, error: { kind: 'no_scope', code: 'insufficient_scope', status: 200 } },
      silent: { ok: false, error: MALFORMED },
    })
  })

  test("reads PHP's empty lists as empty maps", async () => {
    const error = { error: 'ERROR_NOT_FOUND', error_description: '' }
    const { result } = await batch(
      [command('a'), command('b')],
      whole({
        result: [],
        result_error: { a: error, b: error },
        result_total: [],
        result_next: [],
      }),
    )
    const read = { ok: false, error: { kind: 'not_found', code: 'ERROR_NOT_FOUND', status: 200 } }
    expect(result).toEqual({ a: read, b: read })
  })

  test('believes an error before a result, and no error that is no map', async () => {
    const { result } = await batch(
      [command('a'), command('b')],
      whole({ result: { a: 1, b: 1 }, result_error: { a: { error: 'expired_token' }, b: 'no' } }),
    )
    expect(result).toEqual({
      a: { ok: false, error: { kind: 'expired', code: 'expired_token', status: 200 } },
      b: { ok: false, error: MALFORMED },
    })
  })

  test('takes the wait of a limited method from its own time', async () => {
    const { result } = await batch(
      [command('a'), command('b')],
      whole({
        result: { b: 1 },
        result_error: { a: { error: 'OPERATION_TIME_LIMIT' } },
        result_time: { a: { finish: 100, operating_reset_at: 160 } },
      }),
    )
    expect(result).toMatchObject({
      a: { error: { kind: 'rate_limited', retryAfterMs: MINUTE_MS } },
    })
  })

  test('finds no answer in names that every object inherits', async () => {
    const { result } = await batch(
      [command('constructor'), command('toString')],
      whole({ result: {}, result_error: [] }),
    )
    const nothing = { ok: false, error: MALFORMED }
    expect(result).toEqual({ constructor: nothing, toString: nothing })
  })

  test.for([[[]], [null], ['text']] as const)(
    'refuses %j as the result of a batch',
    async ([body]) => {
      const answer = { ok: true, value: { result: body } } as const
      const { result } = await batch([command('a'), command('b')], answer)
      expect(result).toEqual(MALFORMED)
    },
  )

  test('fails as a whole when the batch itself fails', async () => {
    const error = { kind: 'no_rights', code: 'ACCESS_DENIED', status: 403 } as const
    const { result } = await batch([command('a'), command('b')], { ok: false, error })
    expect(result).toEqual(error)
  })

  test.for<[RestErrorKind, 'whole' | 'part']>([
    ['expired', 'whole'],
    ['dead_token', 'whole'],
    ['uninstalled', 'whole'],
    ['suspended', 'whole'],
    ['portal_deleted', 'whole'],
    ['rate_limited', 'whole'],
    ['unreachable', 'whole'],
    ['no_rights', 'part'],
    ['no_scope', 'part'],
    ['method_confirmation', 'part'],
    ['not_found', 'part'],
    ['refused', 'part'],
  ])('takes %s of a single command for a failure of the %s', async ([kind, extent]) => {
    const failure = { ok: false, error: { kind, code: 'X', status: 400 } } as const
    const { result } = await batch([command('a')], failure)
    expect(result).toEqual(extent === 'whole' ? failure.error : { a: failure })
  })

  test('takes more than 50 commands, a repeated key and a key that is a number for bugs', async () => {
    const commands = Array.from({ length: 51 }, (_, index) => command(`k${index}`))
    const answer = whole({ result: {} })
    await expect(batch(commands, answer)).rejects.toThrow(RangeError)
    expect((await batch(commands.slice(1), answer)).sent).toHaveLength(1)
    await expect(batch([command('a'), command('a')], answer)).rejects.toThrow(TypeError)
    await expect(batch([command('1'), command('2')], answer)).rejects.toThrow(TypeError)
    await expect(batch([command('__proto__'), command('b')], answer)).rejects.toThrow(TypeError)
  })
})
