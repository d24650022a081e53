/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, test } from 'vitest'

import { callRest } from '../../../src/bitrix24/servers/rest-client.ts'
import type { RestErrorKind } from '../../../src/bitrix24/servers/rest-error.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { jsonAnswer, simulateFetch } from '../../support/network/simulated-fetch.ts'

const FIXTURES: Record<string, Record<string, Json>> = import.meta.glob(
  '../../fixtures/bitrix24/rest/*.json',
  { eager: true, import: 'default' },
)

function answerWith(body: Record<string, Json>, status: number | undefined) {
  const { fetch } = simulateFetch(() => jsonAnswer(body, status))
  const request = { endpoint: 'https://acme.bitrix24.com/rest/', method: 'profile', token: 'x' }
  return callRest(request, { fetch, policy: { allowLocal: false }, timeoutMs: 5000 })
}

describe('callRest() and the recorded answers', () => {
  const errors: Record<string, [status: number, kind: RestErrorKind, code: string]> = {
    'crm.requisite.userfield.get-not-found': [400, 'not_found', 'ERROR_NOT_FOUND'],
    'error-ACCESS_DENIED-commercial-403': [403, 'no_rights', 'ACCESS_DENIED'],
    'error-APPLICATION_NOT_FOUND-401': [401, 'uninstalled', 'APPLICATION_NOT_FOUND'],
    'error-INVALID_CREDENTIALS-401': [401, 'dead_token', 'INVALID_CREDENTIALS'],
    'error-INVALID_CREDENTIALS-403': [403, 'no_rights', 'INVALID_CREDENTIALS'],
    'error-NO_AUTH_FOUND-401': [401, 'dead_token', 'NO_AUTH_FOUND'],
    'error-OPERATION_TIME_LIMIT-429': [429, 'rate_limited', 'OPERATION_TIME_LIMIT'],
    'error-OVERLOAD_LIMIT-503': [503, 'rate_limited', 'OVERLOAD_LIMIT'],
    'error-PORTAL_DELETED': [410, 'portal_deleted', 'PORTAL_DELETED'],
    'error-PORTAL_DELETED-closed-500': [500, 'unreachable', 'PORTAL_DELETED'],
    'error-QUERY_LIMIT_EXCEEDED-503': [503, 'rate_limited', 'QUERY_LIMIT_EXCEEDED'],
    'error-WRONG_AUTH_TYPE-403': [403, 'refused', 'WRONG_AUTH_TYPE'],
    'error-authorization_error-401': [401, 'dead_token', 'authorization_error'],
    'error-expired_token-401': [401, 'expired', 'expired_token'],
    'error-insufficient_scope': [403, 'no_scope', 'insufficient_scope'],
    'error-invalid_token-401': [401, 'dead_token', 'invalid_token'],
    'error-user_access_error-403': [403, 'no_rights', 'user_access_error'],
    'oauth-error-invalid_client-400': [400, 'refused', 'invalid_client'],
    'oauth-error-invalid_grant-400': [400, 'dead_token', 'invalid_grant'],
    'oauth-error-not_installed-401': [401, 'uninstalled', 'NOT_INSTALLED'],
    'oauth-error-payment_required': [401, 'suspended', 'PAYMENT_REQUIRED'],
    'oauth-error-wrong_client-200': [200, 'refused', 'wrong_client'],
  }
  const fixtures = Object.entries(FIXTURES).map(([path, body]) => ({
    name: path.slice(path.lastIndexOf('/') + 1, -'.json'.length),
    body,
  }))

  test('cover every recorded error', () => {
    const recorded = fixtures.filter(({ body }) => Object.hasOwn(body, 'error'))
    expect(recorded.map(({ name }) => name).toSorted()).toEqual(Object.keys(errors).toSorted())
    expect(fixtures.length).toBeGreaterThan(recorded.length)
  })

  test.for(fixtures.filter(({ name }) => name in errors))(
    'gives $name its class',
    async ({ name, body }) => {
      const [status, kind, code] = errors[name] ?? []
      expect(await answerWith(body, status)).toEqual({ ok: false, error: { kind, code, status } })
    },
  )

  test.for(fixtures.filter(({ name, body }) => !(name in errors) && 'result' in body))(
    'returns $name whole',
    async ({ body }) => {
      expect(await answerWith(body, 200)).toEqual({ ok: true, value: body })
    },
  )
})
