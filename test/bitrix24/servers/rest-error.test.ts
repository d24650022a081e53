import { describe, expect, test } from 'vitest'

import {
  classifyError,
  classifyForeignAnswer,
  isClosed,
  isTransient,
} from '../../../src/bitrix24/servers/rest-error.ts'
import type { RestErrorKind } from '../../../src/bitrix24/servers/rest-error.ts'
import { DAY_MS } from '../../../src/core/durations.ts'
import { NOW } from '../../support/time.ts'

const FACTS = { status: 400, retryAfter: null, secrets: [] }

describe('classifyError()', () => {
  // The codes of docs/bitrix24.md#rest-errors and #oauth-servers.
  test.for<[string, RestErrorKind]>([
    ['expired_token', 'expired'],
    ['invalid_token', 'dead_token'],
    ['NO_AUTH_FOUND', 'dead_token'],
    ['authorization_error', 'dead_token'],
    ['ERROR_OAUTH', 'dead_token'],
    ['invalid_grant', 'dead_token'],
    ['APPLICATION_NOT_FOUND', 'uninstalled'],
    ['NOT_INSTALLED', 'uninstalled'],
    ['PAYMENT_REQUIRED', 'suspended'],
    ['ACCESS_DENIED', 'no_rights'],
    ['user_access_error', 'no_rights'],
    ['ALLOWED_ONLY_INTRANET_USER', 'no_rights'],
    ['insufficient_scope', 'no_scope'],
    ['invalid_scope', 'no_scope'],
    ['ERROR_METHOD_NOT_FOUND', 'no_scope'],
    ['METHOD_CONFIRM_WAITING', 'method_confirmation'],
    ['METHOD_CONFIRM_DENIED', 'method_confirmation'],
    ['QUERY_LIMIT_EXCEEDED', 'rate_limited'],
    ['OVERLOAD_LIMIT', 'rate_limited'],
    ['OPERATION_TIME_LIMIT', 'rate_limited'],
    ['ERROR_NOT_FOUND', 'not_found'],
    ['NOT_FOUND', 'not_found'],
    ['WRONG_AUTH_TYPE', 'refused'],
    ['invalid_client', 'refused'],
    ['wrong_client', 'refused'],
    ['invalid_request', 'refused'],
    ['INTERNAL_SERVER_ERROR', 'unreachable'],
    ['ERROR_UNEXPECTED_ANSWER', 'unreachable'],
  ])('takes %s for %s whatever its case and status are', ([code, kind]) => {
    for (const status of [200, 401, 403, 500]) {
      for (const spelling of [code, code.toLowerCase(), code.toUpperCase()]) {
        const error = classifyError({ error: spelling }, { ...FACTS, status })
        expect(error).toEqual({ kind, code: spelling, status })
      }
    }
  })

  test.for<[string, number, RestErrorKind]>([
    ['INVALID_CREDENTIALS', 401, 'dead_token'],
    ['INVALID_CREDENTIALS', 403, 'no_rights'],
    // A command of a batch has no status of its own, and the token of the batch was good.
    ['INVALID_CREDENTIALS', 200, 'no_rights'],
    ['PORTAL_DELETED', 500, 'unreachable'],
    ['PORTAL_DELETED', 403, 'portal_deleted'],
    ['PORTAL_DELETED', 410, 'portal_deleted'],
  ])('takes %s with status %i for %s whatever its case is', ([code, status, kind]) => {
    for (const spelling of [code, code.toLowerCase()]) {
      const error = classifyError({ error: spelling }, { ...FACTS, status })
      expect(error).toEqual({ kind, code: spelling, status })
      expect(isClosed(error)).toBe(kind === 'unreachable')
    }
  })

  test.for<[number, RestErrorKind]>([
    [200, 'refused'],
    [400, 'refused'],
    [403, 'refused'],
    [429, 'rate_limited'],
    [500, 'unreachable'],
    [503, 'unreachable'],
  ])('takes an unknown code with status %i for %s', ([status, kind]) => {
    const error = classifyError({ error: 'SOMETHING_NEW' }, { ...FACTS, status })
    expect(error).toEqual({ kind, code: 'SOMETHING_NEW', status })
  })

  test('takes an empty code with the description "Access denied" for missing rights', () => {
    const error = classifyError({ error: '', error_description: 'Access denied' }, FACTS)
    expect(error).toEqual({ kind: 'no_rights', code: '', status: 400 })
  })

  test.for(['ID is not defined or invalid', 'No access: access denied by the weather'])(
    'takes an empty code with the description "%s" for a plain no',
    (error_description) => {
      const error = classifyError({ error: '', error_description }, FACTS)
      expect(error).toEqual({ kind: 'refused', code: '', status: 400 })
    },
  )

  test.for<[string, number]>([
    ['ERROR_CORE', 400],
    ['', 400],
    ['ERROR_CORE', 500],
  ])(
    'recognises with code "%s" and status %i that a handler is bound already',
    ([error, status]) => {
      const error_description = 'Unable to set event handler: Handler already binded'
      expect(classifyError({ error, error_description }, { ...FACTS, status })).toEqual({
        kind: 'refused',
        code: 'already_bound',
        status,
      })
    },
  )

  test('believes a known code more than its description', () => {
    const body = { error: 'expired_token', error_description: 'Handler already binded' }
    expect(classifyError(body, FACTS).kind).toBe('expired')
    const other = { error: 'ERROR_CORE', error_description: 'Unable to set event handler' }
    expect(classifyError(other, FACTS)).toEqual({
      kind: 'refused',
      code: 'ERROR_CORE',
      status: 400,
    })
  })

  test('reads the code of a REST 3.0 error object', () => {
    const body = { error: { code: 'expired_token', message: 'no' } }
    expect(classifyError(body, FACTS)).toEqual({
      kind: 'expired',
      code: 'expired_token',
      status: 400,
    })
  })

  test.for<[string, string | number, string]>([
    ['a number', 100, '100'],
    ['markup', '<b>NOPE</b> & more', 'bNOPEbmore'],
    ['text over 60 characters', 'A'.repeat(200), 'A'.repeat(60)],
    ['a name of Object.prototype', 'constructor', 'constructor'],
    ['the prototype itself', '__proto__', '__proto__'],
  ])('keeps of %s only what a code may hold', ([, raw, code]) => {
    expect(classifyError({ error: raw }, FACTS)).toEqual({ kind: 'refused', code, status: 400 })
  })

  test.for([
    ['an array', [['expired_token']]],
    ['a boolean', true],
    ['an object without code', { message: 'expired_token' }],
    ['an object in an object', { code: { code: 'expired_token' } }],
  ] as const)('reads no code out of %s', ([, error]) => {
    expect(classifyError({ error }, FACTS)).toEqual({ kind: 'refused', code: '', status: 400 })
  })

  test.for([
    ['a whole secret', 'canary-4711-secret-0815'],
    ['a secret inside a word', 'ERROR_canary-4711-secret-0815_BAD'],
    ['a part of a secret', 'token 4711-secret'],
    ['a secret in upper case', 'CANARY-4711-SECRET-0815'],
    ['a secret that begins before the cut', `${'A'.repeat(52)}canary-4711-secret-0815`],
  ])('drops a code that repeats %s', ([, code]) => {
    const facts = { ...FACTS, secrets: ['other', 'canary-4711-secret-0815'] }
    expect(classifyError({ error: code ?? '' }, facts)).toEqual({
      kind: 'refused',
      code: '',
      status: 400,
    })
  })

  test('finds the echo of a secret that is in upper case', () => {
    const facts = { ...FACTS, secrets: ['CANARY-4711-SECRET-0815'] }
    expect(classifyError({ error: 'canary4711' }, facts).code).toBe('')
  })

  test('finds the echo of a secret that is shorter than the usual echo', () => {
    const facts = { ...FACTS, secrets: ['', 'ab1'] }
    expect(classifyError({ error: 'NO_AB1_NO' }, facts).code).toBe('')
    expect(classifyError({ error: 'NO_AB2_NO' }, facts).code).toBe('NO_AB2_NO')
  })

  test('keeps a known code even if a secret happens to hold it', () => {
    const facts = { ...FACTS, secrets: ['xx-expired_token-xx'] }
    expect(classifyError({ error: 'expired_token' }, facts).code).toBe('expired_token')
  })

  test.for<[string, string | null, number | undefined]>([
    ['seconds', '20', 20_000],
    ['an hour past a day', '90000', DAY_MS],
    ['a date', 'Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['a negative number', '-5', undefined],
    ['nothing', null, undefined],
  ])('reads Retry-After given as %s', ([, retryAfter, expected]) => {
    const error = classifyError({ error: 'QUERY_LIMIT_EXCEEDED' }, { ...FACTS, retryAfter })
    expect(error.retryAfterMs).toBe(expected)
    expect(Object.hasOwn(error, 'retryAfterMs')).toBe(expected !== undefined)
  })

  test('waits until operating_reset_at by the clock of the portal', () => {
    const time = { finish: NOW / 1000 + 0.5, operating_reset_at: NOW / 1000 + 420 }
    const error = classifyError({ error: 'OPERATION_TIME_LIMIT', time }, { ...FACTS, status: 429 })
    expect(error).toEqual({
      kind: 'rate_limited',
      code: 'OPERATION_TIME_LIMIT',
      status: 429,
      retryAfterMs: 419_500,
    })
  })

  test.for([
    ['lies in the past', { finish: 20, operating_reset_at: 10 }],
    ['is text', { finish: 10, operating_reset_at: '20' }],
    ['has no finish beside it', { operating_reset_at: 20 }],
  ] as const)('names no wait when operating_reset_at %s', ([, time]) => {
    const error = classifyError({ error: 'OPERATION_TIME_LIMIT', time: { ...time } }, FACTS)
    expect(Object.hasOwn(error, 'retryAfterMs')).toBe(false)
  })
})

describe('classifyForeignAnswer()', () => {
  test('takes 429 for a limit with its wait', () => {
    const facts = { status: 429, retryAfter: '7', secrets: [] }
    expect(classifyForeignAnswer('malformed_answer', facts)).toEqual({
      kind: 'rate_limited',
      code: 'malformed_answer',
      status: 429,
      retryAfterMs: 7000,
    })
  })

  test('takes every other status for no answer', () => {
    for (const status of [200, 401, 403, 404, 502]) {
      const facts = { status, retryAfter: null, secrets: [] }
      const expected = { kind: 'unreachable', code: 'malformed_answer', status }
      expect(classifyForeignAnswer('malformed_answer', facts)).toEqual(expected)
    }
  })
})

describe('isTransient()', () => {
  test('holds for silence and limits alone', () => {
    const kinds: RestErrorKind[] = [
      'unreachable',
      'rate_limited',
      'expired',
      'refused',
      'no_rights',
    ]
    const transient = kinds.filter((kind) => isTransient({ kind, code: '', status: null }))
    expect(transient).toEqual(['unreachable', 'rate_limited'])
  })
})
