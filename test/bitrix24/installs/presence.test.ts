import { describe, expect, it } from 'vitest'
import { presenceByPortal, presenceByRefresh } from '../../../src/bitrix24/installs/presence.ts'
import { classifyError, MALFORMED_ANSWER } from '../../../src/bitrix24/servers/rest-error.ts'
import { err, ok } from '../../../src/core/result.ts'

function failure(error: string, status = 401) {
  return err(classifyError({ error }, { status, retryAfter: null, secrets: [] }))
}

describe('presenceByPortal()', () => {
  it.each([
    ['APPLICATION_NOT_FOUND', 401, 'gone'],
    ['insufficient_scope', 403, 'installed'],
    ['INSUFFICIENT_SCOPE', 403, 'installed'],
    ['user_access_error', 401, 'installed'],
    ['expired_token', 401, 'unknown'],
    ['invalid_token', 401, 'unknown'],
    ['ACCESS_DENIED', 403, 'unknown'],
    ['PAYMENT_REQUIRED', 402, 'unknown'],
    ['PORTAL_DELETED', 500, 'unknown'],
    ['PORTAL_DELETED', 403, 'unknown'],
    ['QUERY_LIMIT_EXCEEDED', 503, 'unknown'],
    ['INTERNAL_SERVER_ERROR', 500, 'unknown'],
    ['', 403, 'unknown'],
  ])('reads %s with %i as %s', (code, status, expected) => {
    expect(presenceByPortal(failure(code, status))).toBe(expected)
  })

  it('reads a success as installed, and an answer of nobody as unknown', () => {
    expect(presenceByPortal(ok({}))).toBe('installed')
    expect(presenceByPortal(err(MALFORMED_ANSWER))).toBe('unknown')
  })
})

describe('presenceByRefresh()', () => {
  it.each([
    ['NOT_INSTALLED', 'gone'],
    ['invalid_grant', 'unknown'],
    ['invalid_client', 'unknown'],
    ['PAYMENT_REQUIRED', 'unknown'],
  ])('reads %s as %s', (code, expected) => {
    expect(presenceByRefresh(failure(code))).toBe(expected)
  })

  it('reads a fresh pair as no word about the portal', () => {
    expect(presenceByRefresh(ok(null))).toBe('unknown')
  })
})
