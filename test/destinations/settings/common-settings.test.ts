import { describe, expect, it } from 'vitest'
import {
  COMMON_KEYS,
  DEFAULT_EVENTS,
  MACHINE_KEYS,
  PEOPLE_KEYS,
  readCommon,
} from '../../../src/destinations/settings/common-settings.ts'
import type { SettingProblem } from '../../../src/destinations/settings/setting-problem.ts'

const NEEDED = { name: 'alerts', type: 'slack' }

function read(table: Readonly<Record<string, unknown>>) {
  const problems: SettingProblem[] = []
  const common = readCommon({ ...NEEDED, ...table }, problems)
  return { common, said: problems.map(({ setting, problem }) => `${setting}: ${problem}`) }
}

describe('readCommon()', () => {
  const DEFAULTS = {
    name: 'alerts',
    type: 'slack',
    events: ['onCrmRequisiteUserField*'],
    portals: ['*'],
    fields: [],
    retryHours: 72,
    timeoutMs: 10_000,
    users: undefined,
    when: undefined,
    unchanged: undefined,
    digest: null,
    batch: null,
    language: 'en',
    template: null,
  }

  it('gives the defaults', () => {
    expect(read({})).toEqual({ common: DEFAULTS, said: [] })
    expect(DEFAULT_EVENTS).toEqual(['onCrmRequisiteUserField*'])
  })

  it('takes everything that a destination may say', () => {
    const table = {
      name: 'erp_2',
      type: 'any word',
      events: ['onCrm*', '?'],
      portals: ['acme.*'],
      fields: ['UF_CRM_TAX*'],
      users: ['!512', 'none'],
      when: ['subject.id = 27', 'data.FIELDS.CATEGORY_ID in (9, 10)'],
      retryHours: 720,
      timeoutMs: 100,
      unchanged: 'send',
      digest: { seconds: 3600, max: 2 },
      batch: { seconds: 0, max: 100 },
      language: 'ru',
      template: '{{field}}',
    }
    expect(read(table)).toEqual({ common: table, said: [] })
  })

  it.each([
    [{}, { seconds: 30, max: 50 }],
    [{ seconds: 1 }, { seconds: 1, max: 50 }],
    [
      { seconds: 0.5 + 0.5, max: 50 },
      { seconds: 1, max: 50 },
    ],
    [{ max: 2 }, { seconds: 30, max: 2 }],
  ])('reads the digest %j as %j', (digest, expected) => {
    const { common, said } = read({ digest })
    expect(common.digest).toEqual(expected)
    expect(said).toEqual([])
  })

  const seconds = 'digest: Must hold seconds from 1 to 3600'
  const max = 'digest: Must hold max from 2 to 50'
  const table = 'digest: Must be a table with seconds and max'
  const users =
    'users: Must be a list of at most 100 users: "512", "!512" to leave one out, "none" for nobody'
  const when = 'when: Must be a list of at most 20 conditions such as "data.FIELDS.CATEGORY_ID = 9"'
  const language = 'language: Must be one of en, ru, de, es, pt, fr'
  const name = 'name: Must be 1 to 64 of a-z, 0-9, _ and -'
  const cases: [changes: Readonly<Record<string, unknown>>, said: string[]][] = [
    [{ name: undefined }, ['name: Must be a text']],
    [{ name: 5 }, ['name: Must be a text']],
    [{ name: '' }, [name]],
    [{ name: 'ERP' }, [name]],
    [{ name: '-erp' }, [name]],
    [{ name: 'erp-' }, [name]],
    [{ name: 'a'.repeat(65) }, [name]],
    [{ name: 'a/b' }, [name]],
    [{ name: 'a\n' }, [name]],
    [{ name: 'a' }, []],
    [{ name: 'a'.repeat(64) }, []],
    [{ type: undefined }, ['type: Must be a text']],
    [{ events: 'onCrm*' }, ['events: Must be a list of globs']],
    [{ events: [] }, ['events: Must name at least one glob']],
    [{ events: [''] }, ['events: Must be a list of globs']],
    [{ events: [5] }, ['events: Must be a list of globs']],
    [{ portals: [] }, ['portals: Must name at least one glob']],
    [{ portals: 'acme.com' }, ['portals: Must be a list of globs']],
    [{ fields: 'UF_*' }, ['fields: Must be a list of globs']],
    [{ fields: ['a'.repeat(201)] }, ['fields: Must be a list of globs']],
    [{ fields: [] }, []],
    [{ users: [] }, []],
    [{ users: ['1', 'none'] }, []],
    [{ users: '512' }, [users]],
    [{ users: [512] }, [users]],
    [{ users: ['!anna'] }, [users]],
    [{ users: Array(101).fill('1') }, [users]],
    [
      { users: ['1', '!2'] },
      [
        'users: Must either take users or leave users out: without "!" only those named are taken, with "!" all but those',
      ],
    ],
    [{ when: [] }, []],
    [{ when: 'data.ID = 1' }, [when]],
    [{ when: [7] }, [when]],
    [{ when: Array(20).fill('data.ID = 1') }, []],
    [{ when: Array(21).fill('data.ID = 1') }, [when]],
    [
      { when: ['data.ID = 1', 'data.ID > secret', 'also wrong'] },
      ['when: Must hold conditions: condition 2, character 9, must be =, !=, in or exists'],
    ],
    [{ retryHours: 23 }, ['retryHours: Must be at least 24']],
    [{ retryHours: 24 }, []],
    [{ retryHours: 721 }, ['retryHours: Must be at most 720']],
    [{ retryHours: '72' }, ['retryHours: Must be a number of hours']],
    [{ retryHours: Number.NaN }, ['retryHours: Must be a number of hours']],
    [{ timeoutMs: 99 }, ['timeoutMs: Must be at least 100']],
    [{ timeoutMs: 30_000 }, []],
    [{ timeoutMs: 30_001 }, ['timeoutMs: Must be at most 30000']],
    [{ timeoutMs: null }, ['timeoutMs: Must be a number of milliseconds']],
    [{ unchanged: 'yes' }, ['unchanged: Must be "send" or "skip"']],
    [{ fallback: 7 }, ['fallback: Must be the name of another destination']],
    [{ allowPorts: [] }, ['allowPorts: Must be a list of 1 to 10 port numbers']],
    [{ allowPorts: 9443 }, ['allowPorts: Must be a list of 1 to 10 port numbers']],
    [{ allowPorts: ['9443'] }, ['allowPorts: Must be a list of 1 to 10 port numbers']],
    [{ allowPorts: [0] }, ['allowPorts: Must be a list of 1 to 10 port numbers']],
    [{ allowPorts: [65_536] }, ['allowPorts: Must be a list of 1 to 10 port numbers']],
    [{ allowPorts: [80.5] }, ['allowPorts: Must be a list of 1 to 10 port numbers']],
    [{ allowPorts: Array(11).fill(9443) }, ['allowPorts: Must be a list of 1 to 10 port numbers']],
    [{ unchanged: true }, ['unchanged: Must be "send" or "skip"']],
    [{ digest: true }, [table]],
    [{ digest: 30 }, [table]],
    [{ digest: null }, [table]],
    [{ digest: { seconds: 0 } }, [seconds]],
    [{ digest: { seconds: 0.9 } }, [seconds]],
    [{ digest: { seconds: 3601 } }, [seconds]],
    [{ digest: { seconds: '30' } }, [seconds]],
    [{ digest: { max: 1 } }, [max]],
    [{ digest: { max: 51 } }, [max]],
    [{ digest: { max: 2.5 } }, [max]],
    [{ digest: { max: '5' } }, [max]],
    [{ batch: true }, ['batch: Must be a table with seconds and max']],
    [{ batch: { max: 101 } }, ['batch: Must hold max from 2 to 100']],
    [{ language: 'EN' }, [language]],
    [{ language: 'xx' }, [language]],
    [{ language: 5 }, [language]],
    [{ template: 5 }, ['template: Must be a text']],
    [{ template: 'x'.repeat(10_000) }, []],
    [{ template: 'x'.repeat(10_001) }, ['template: Must be at most 10000 characters long']],
    [
      { retryHours: 1, timeoutMs: 1, unchanged: 1, digest: 1, language: 1, template: 1 },
      [
        'retryHours: Must be at least 24',
        'timeoutMs: Must be at least 100',
        'unchanged: Must be "send" or "skip"',
        table,
        language,
        'template: Must be a text',
      ],
    ],
  ]

  it.each(cases)('says of %j: %j', (changes, said) => {
    expect(read(changes).said).toEqual(said)
  })

  it('puts the default in the place of what is wrong', () => {
    const keys = [...COMMON_KEYS, ...PEOPLE_KEYS, ...MACHINE_KEYS]
    const wrong = Object.fromEntries(keys.map((key) => [key, 5]))
    const { common, said } = read({ ...wrong, retryHours: 'x', timeoutMs: 'x' })
    expect(common).toMatchObject({ name: '', type: '', retryHours: 72, timeoutMs: 10_000 })
    expect(common).toMatchObject({ digest: null, batch: null, language: 'en', template: null })
    expect(said).toHaveLength(keys.length)
  })

  it('tells an unknown key of a digest without showing its value', () => {
    expect(read({ digest: { second: 'canary-4711' } }).said).toEqual([table])
  })
})
