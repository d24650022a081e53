import { expect, it } from 'vitest'
import { err, ok } from '../../src/core/result.ts'

it('ok() wraps a value, and err() wraps an error', () => {
  expect(ok(7)).toEqual({ ok: true, value: 7 })
  expect(err('late')).toEqual({ ok: false, error: 'late' })
})
