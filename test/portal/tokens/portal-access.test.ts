import { expect, it } from 'vitest'
import { canAsk } from '../../../src/portal/tokens/portal-access.ts'

it.each([
  ['there is access and no trouble', true, null, true],
  ['there is nothing to ask with', false, null, false],
  ['asking is useless now', true, 'access_denied', false],
] as const)('canAsk() tells whether asking makes sense: %s', (_, hasAccess, refusal, expected) => {
  expect(canAsk({ hasAccess: () => hasAccess, refusal: () => refusal })).toBe(expected)
})
