import { expect, it } from 'vitest'
import { findingsOf } from '../../../cli/doctor/finding.ts'

it('findingsOf() makes findings of one check', () => {
  const { ok, problem } = findingsOf('kv')
  expect([ok('KV answers'), problem('KV is silent', 'Wait')]).toEqual([
    { check: 'kv', result: 'ok', finding: 'KV answers', remedy: null },
    { check: 'kv', result: 'problem', finding: 'KV is silent', remedy: 'Wait' },
  ])
})
