import { expect, it } from 'vitest'
import { refuse } from '../../src/edge/intake-answer.ts'

it.each([
  ['untrusted', true, 'untrusted'],
  ['untrusted', false, 'misconfigured'],
  ['too_many_requests', true, 'too_many_requests'],
  ['too_many_requests', false, 'too_many_requests'],
] as const)('refuse() with %s, canVerify %j, says %s', (code, canVerify, said) => {
  expect(refuse(code, { canVerify })).toEqual({ kind: 'refused', code: said })
})
