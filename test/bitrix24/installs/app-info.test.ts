import { describe, expect, test } from 'vitest'

import { askInstalled } from '../../../src/bitrix24/installs/app-info.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { err, ok } from '../../../src/core/result.ts'
import recorded from '../../fixtures/bitrix24/rest/app.info-portal-200.json'

describe('askInstalled()', () => {
  test('asks app.info and reads the recorded answer', async () => {
    const sent: string[] = []
    const call = async (method: string) => {
      sent.push(method)
      return ok(recorded)
    }
    expect(await askInstalled(call)).toEqual({ ok: true, value: true })
    expect(sent).toEqual(['app.info'])
  })

  test.for<[Json, boolean]>([
    [false, false],
    ['false', false],
    ['N', false],
    [0, false],
    ['0', false],
    ['true', true],
    ['TRUE', true],
    ['Y', true],
    [1, true],
    ['1', true],
  ])('reads INSTALLED=%j as %s', async ([INSTALLED, value]) => {
    expect(await askInstalled(async () => ok({ result: { INSTALLED } }))).toEqual({
      ok: true,
      value,
    })
  })

  test.for<[Json]>([[{}], [{ INSTALLED: null }], [{ INSTALLED: 'maybe' }], [[]], [null]])(
    'takes %j for no answer',
    async ([result]) => {
      expect(await askInstalled(async () => ok({ result }))).toEqual({
        ok: false,
        error: { kind: 'unreachable', code: 'malformed_answer', status: 200 },
      })
    },
  )

  test('hands on a failure', async () => {
    const error = { kind: 'dead_token', code: 'invalid_token', status: 401 } as const
    expect(await askInstalled(async () => err(error))).toEqual({ ok: false, error })
  })
})
