/** What the settings `digest` and `batch` may hold. */
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import {
  BatchSettingSchema,
  DigestSettingSchema,
  MAX_BATCH,
  MAX_DIGEST,
} from '../../../src/destinations/settings/gathering-setting.ts'

const TABLE = 'Must be a table with seconds and max'

describe.each([
  [
    'digest',
    DigestSettingSchema,
    { usual: { seconds: 30, max: MAX_DIGEST }, least: { seconds: 1, max: 2 } },
    ['Must hold seconds from 1 to 3600', 'Must hold max from 2 to 50'],
  ],
  [
    'batch',
    BatchSettingSchema,
    { usual: { seconds: 0, max: MAX_BATCH }, least: { seconds: 0, max: 2 } },
    ['Must hold seconds from 0 to 3600', 'Must hold max from 2 to 100'],
  ],
] as const)('the setting %s', (_name, schema, { usual, least }, [seconds, max]) => {
  it('gives the defaults, member by member', () => {
    expect([MAX_DIGEST, MAX_BATCH]).toEqual([50, 100])
    expect(v.parse(schema, {})).toEqual(usual)
    expect(v.parse(schema, { seconds: 5 })).toEqual({ ...usual, seconds: 5 })
    expect(v.parse(schema, { max: 7 })).toEqual({ ...usual, max: 7 })
    expect(v.parse(schema, least)).toEqual(least)
    expect(v.parse(schema, { ...usual, seconds: 3600 })).toEqual({ ...usual, seconds: 3600 })
  })

  it.each([
    [true, TABLE],
    [null, TABLE],
    [30, TABLE],
    [{ second: 30 }, TABLE],
    [{ seconds: -1 }, seconds],
    [{ seconds: least.seconds - 0.1 }, seconds],
    [{ seconds: 3601 }, seconds],
    [{ seconds: '30' }, seconds],
    [{ max: 1 }, max],
    [{ max: usual.max + 1 }, max],
    [{ max: 2.5 }, max],
    [{ max: '5' }, max],
  ])('refuses %j: %s', (value, problem) => {
    const parsed = v.safeParse(schema, value)
    expect(parsed.success ? null : parsed.issues[0].message).toBe(problem)
  })
})
