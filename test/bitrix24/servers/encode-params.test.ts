import { describe, expect, test } from 'vitest'
import { encodeParams } from '../../../src/bitrix24/servers/encode-params.ts'

describe('encodeParams()', () => {
  test('writes nested parameters in brackets, as http_build_query does', () => {
    const params = {
      filter: { LANG: 'de', ID: [1, 2] },
      start: 0,
      active: true,
      multiple: false,
      gone: null,
      empty: [],
      text: 'a&b=c ü',
    }
    expect([...encodeParams(params)]).toEqual([
      ['filter[LANG]', 'de'],
      ['filter[ID][0]', '1'],
      ['filter[ID][1]', '2'],
      ['start', '0'],
      ['active', '1'],
      ['multiple', '0'],
      ['text', 'a&b=c ü'],
    ])
  })
})
