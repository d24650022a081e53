/**
 * The configuration: every setting as TOML value and as text, every problem by its setting, and never a
 * value. Destinations have a test of their own.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_OAUTH_URLS } from '../../src/config/applications.ts'
import { loadConfig, type Config, type Env } from '../../src/config/config.ts'
import { CLIENT_ID, MEMBER_ID, WEBHOOK_TOKEN } from '../support/identity.ts'

const KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
/** A configuration without a fault. */
const GOOD = {
  BITRIX24_CLIENT_ID: CLIENT_ID,
  BITRIX24_CLIENT_SECRET: 'canary-client-secret',
  TOKEN_KEYS: { k1: KEY },
}

function read(settings: Readonly<Record<string, unknown>>): Config {
  // Sound: reading the configuration touches vars and secrets only.
  return loadConfig({ ...settings } as unknown as Env)
}

function problemsOf(settings: Readonly<Record<string, unknown>>): string[] {
  return read({ ...GOOD, ...settings }).problems.map(
    ({ setting, problem }) => `${setting}: ${problem}`,
  )
}

const REST_URL = 'https://box.example.com:8443/rest/1/canary0123456789/'
const REQUISITE_LINK = 'https://{domain}/crm/configs/preset/8/ufields/'

describe('loadConfig()', () => {
  it('reads everything', () => {
    const { sealer, ...config } = read({
      ...GOOD,
      BITRIX24_APPLICATIONS: { 'app.1': 'canary-1', 'app.2': 'canary-2' },
      BITRIX24_OAUTH_URLS: ['https://oauth.bitrix.info/', 'https://oauth.example.com:8443'],
      OUTGOING_WEBHOOK_TOKENS: {
        [WEBHOOK_TOKEN]: ' ACME.bitrix24.com ',
        [`${WEBHOOK_TOKEN}2`]: MEMBER_ID.toUpperCase(),
        [`${WEBHOOK_TOKEN}3`]: { portal: 'box.example.com:8443', rest: '$REST' },
      },
      ADMIN_TOKEN: ' canary-admin-token-0123456789 ',
      PUBLIC_URL: 'https://relay.example.com/',
      REST: 'https://box.example.com:8443/rest/1/canary0123456789',
      RETENTION_DAYS: 7,
      MAX_LOG_BYTES: 5_000_000,
      RECONCILE_MINUTES: '0',
      FIELD_LINKS: { requisite: REQUISITE_LINK },
      SUBSCRIBED_EVENTS: ['onCrmDealUpdate'],
      DESTINATIONS: [],
      VERSION: { id: 'v-1' },
    })
    expect(config).toEqual({
      policy: { allowLocal: false },
      applications: new Map([
        ['app.1', 'canary-1'],
        ['app.2', 'canary-2'],
        [CLIENT_ID, 'canary-client-secret'],
      ]),
      oauthUrls: ['https://oauth.bitrix.info', 'https://oauth.example.com:8443'],
      webhooks: [
        { token: WEBHOOK_TOKEN, portal: 'acme.bitrix24.com', rest: null },
        { token: `${WEBHOOK_TOKEN}2`, portal: MEMBER_ID, rest: null },
        { token: `${WEBHOOK_TOKEN}3`, portal: 'box.example.com:8443', rest: REST_URL },
      ],
      canSeal: true,
      destinations: [],
      adminAccess: null,
      adminToken: 'canary-admin-token-0123456789',
      publicUrl: 'https://relay.example.com',
      reconcileMinutes: 0,
      fieldLinks: new Map([['requisite', REQUISITE_LINK]]),
      retentionDays: 7,
      maxLogBytes: 5_000_000,
      subscribedEvents: ['onCrmDealUpdate'],
      version: 'v-1',
      problems: [],
      warnings: [],
      doubts: expect.any(Array),
    })
    expect(sealer.canOpen('v1.k1.0123456789abcdef.0123456789abcdefghijkl')).toBe(true)
  })

  it('has a default for whatever may be left out, empty texts included', () => {
    const empty = Object.fromEntries(
      [
        'BITRIX24_APPLICATIONS',
        'BITRIX24_OAUTH_URLS',
        'OUTGOING_WEBHOOK_TOKENS',
        'ADMIN_TOKEN',
        'PUBLIC_URL',
        'RETENTION_DAYS',
        'MAX_LOG_BYTES',
        'SUBSCRIBED_EVENTS',
        'UNSAFE_ALLOW_LOCAL_ADDRESSES',
        'DESTINATIONS',
      ].map((setting) => [setting, ' ']),
    )
    for (const settings of [GOOD, { ...GOOD, ...empty }]) {
      const { sealer, ...config } = read(settings)
      expect(config).toEqual({
        policy: { allowLocal: false },
        applications: new Map([[CLIENT_ID, 'canary-client-secret']]),
        oauthUrls: DEFAULT_OAUTH_URLS,
        webhooks: [],
        canSeal: true,
        destinations: [],
        adminAccess: null,
        adminToken: null,
        publicUrl: null,
        reconcileMinutes: 1440,
        fieldLinks: new Map(),
        retentionDays: 30,
        maxLogBytes: 1024 ** 3,
        subscribedEvents: null,
        version: 'unversioned',
        problems: [],
        warnings: [],
        doubts: expect.any(Array),
      })
      expect(sealer).toBeDefined()
    }
  })

  it.each(['0', 0])('takes MAX_LOG_BYTES %j for no limit', (value) => {
    expect(read({ ...GOOD, MAX_LOG_BYTES: value })).toMatchObject({ maxLogBytes: 0, problems: [] })
  })

  it('reads an environment once', () => {
    // Sound: as in `read`.
    const env = { ...GOOD } as unknown as Env
    expect(loadConfig(env)).toBe(loadConfig(env))
  })
})

describe('loadConfig() takes each setting as TOML value and as text', () => {
  const settings = {
    BITRIX24_APPLICATIONS: { 'app.1': 'secret' },
    BITRIX24_OAUTH_URLS: ['https://oauth.example.com'],
    OUTGOING_WEBHOOK_TOKENS: { [WEBHOOK_TOKEN]: 'acme.bitrix24.com' },
    TOKEN_KEYS: { k2: KEY.replace('M', 'N'), k1: KEY },
    RETENTION_DAYS: 12,
    SUBSCRIBED_EVENTS: ['onCrmDealUpdate', 'ONCRMLEADADD'],
    UNSAFE_ALLOW_LOCAL_ADDRESSES: true,
    DESTINATIONS: [
      {
        name: 'erp',
        type: 'webhook',
        url: 'https://erp.example.com/x',
        secret: [`whsec_${KEY}`],
        events: ['onCrm*'],
        portals: ['*'],
        retryHours: 48,
      },
    ],
  }

  it.each(Object.entries(settings))('%s', (setting, value) => {
    const { sealer: tomlSealer, ...toml } = read({ ...GOOD, [setting]: value })
    const { sealer: textSealer, ...text } = read({ ...GOOD, [setting]: JSON.stringify(value) })
    const padded = read({ ...GOOD, [setting]: `\n ${JSON.stringify(value, null, 2)} ` })
    expect(toml.problems).toEqual([])
    expect(text).toEqual(toml)
    expect({ ...text, sealer: null }).toEqual({ ...padded, sealer: null })
    const record = 'v1.k2.0123456789abcdef.0123456789abcdefghijkl'
    expect(textSealer.isStale(record)).toBe(tomlSealer.isStale(record))
  })
})

describe('loadConfig() names what is wrong', () => {
  const events = 'Must be a list of event names or globs such as onCrmDealUpdate or onCrmDeal*'
  const keys =
    'Must be base64 of 32 bytes, or a JSON object of key id to base64 of 32 bytes, newest first'
  const notJson = '(the text is not JSON)'
  const cases: [setting: string, value: unknown, problem: string][] = [
    ['RECONCILE_MINUTES', 5, 'Must be 0 (off) or at least 10 minutes'],
    ['RECONCILE_MINUTES', 'daily', `Must be 0 (off) or at least 10 minutes ${notJson}`],
    [
      'FIELD_LINKS',
      { requisite: 'https://evil.example.com/canary' },
      'Must be a JSON object of family (requisite, lead, …) to https://{domain}/… address',
    ],
    ['TOKEN_KEYS', '', 'Must be set to seal tokens: make one with npm run keys'],
    ['TOKEN_KEYS', 'canary', keys],
    ['TOKEN_KEYS', ['canary'], keys],
    ['TOKEN_KEYS', 47114711, keys],
    ['TOKEN_KEYS', '{}', 'Must hold at least one key'],
    ['TOKEN_KEYS', { canary: 'canary' }, 'Key 1 of 1 must be base64 of 32 bytes'],
    ['ADMIN_TOKEN', 47114711, 'Must be a text'],
    ['PUBLIC_URL', 'canary', 'Must be the https origin of this Worker (not_a_url)'],
    ['PUBLIC_URL', 'http://canary.example', 'Must be the https origin of this Worker (not_https)'],
    ['PUBLIC_URL', true, 'Must be a text'],
    ['RETENTION_DAYS', 'canary', `Must be a number of days ${notJson}`],
    ['RETENTION_DAYS', '"30"', 'Must be a number of days'],
    ['RETENTION_DAYS', true, 'Must be a number of days'],
    ['RETENTION_DAYS', 0, 'Must be at least 1'],
    ['RETENTION_DAYS', '3651', 'Must be at most 3650'],
    [
      'MAX_LOG_BYTES',
      'canary',
      `Must be 0 (no limit) or a number of bytes, at least 1000000 ${notJson}`,
    ],
    ['MAX_LOG_BYTES', -1, 'Must be 0 (no limit) or a number of bytes, at least 1000000'],
    ['MAX_LOG_BYTES', 999_999, 'Must be 0 (no limit) or a number of bytes, at least 1000000'],
    [
      'MAX_LOG_BYTES',
      '1e6.5',
      `Must be 0 (no limit) or a number of bytes, at least 1000000 ${notJson}`,
    ],
    ['SUBSCRIBED_EVENTS', 'onCrmCanary', `${events} ${notJson}`],
    ['SUBSCRIBED_EVENTS', ['no canary'], events],
    ['SUBSCRIBED_EVENTS', [47114711], events],
    ['UNSAFE_ALLOW_LOCAL_ADDRESSES', 'canary', 'Must be "true" or "false"'],
    ['UNSAFE_ALLOW_LOCAL_ADDRESSES', 1, 'Must be "true" or "false"'],
    ['DESTINATIONS', '[canary]', `Must be a list of tables, each with name and type ${notJson}`],
    ['DESTINATIONS', '{"canary":1}', 'Must be a list of tables, each with name and type'],
    ['DESTINATIONS', 47114711, 'Must be a list of tables, each with name and type'],
  ]

  it.each(cases)('%s = %j', (setting, value, problem) => {
    expect(problemsOf({ [setting]: value })).toEqual([`${setting}: ${problem}`])
  })

  it('all of it at once, and goes on with what is right', () => {
    const config = read({
      ...GOOD,
      BITRIX24_OAUTH_URLS: ['https://oauth.example.com', 'canary'],
      OUTGOING_WEBHOOK_TOKENS: { canary: 'acme.com', [WEBHOOK_TOKEN]: 'acme.com' },
      RETENTION_DAYS: 'canary',
      DESTINATIONS: '[',
    })
    expect(config.problems.map(({ setting }) => setting)).toEqual([
      'BITRIX24_OAUTH_URLS',
      'OUTGOING_WEBHOOK_TOKENS',
      'DESTINATIONS',
      'RETENTION_DAYS',
    ])
    expect(config.oauthUrls).toEqual(['https://oauth.example.com'])
    expect(config.webhooks).toEqual([{ token: WEBHOOK_TOKEN, portal: 'acme.com', rest: null }])
    expect(config.applications.size).toBe(1)
    expect(config.retentionDays).toBe(30)
    // Null, and not empty: lanes stand still, and no lane is taken for removed.
    expect(config.destinations).toBeNull()
  })

  it('in destinations by their names', () => {
    const destinations = [
      { name: 'alerts', type: 'slak', url: 'https://hooks.slack.com/services/canary' },
      { name: 'erp', type: 'webhook', url: '$ERP_URL', secret: '$ERP_SECRET', retryHours: 1 },
      { name: 'Not a name', type: 'webhook' },
    ]
    expect(problemsOf({ DESTINATIONS: destinations, ERP_SECRET: `whsec_${KEY}` })).toEqual([
      'DESTINATIONS.alerts.type: Must be a known type: did you mean "slack"?',
      'DESTINATIONS.erp.retryHours: Must be at least 24',
      'DESTINATIONS.erp.url: Must be available: the secret ERP_URL is not set',
      'DESTINATIONS.#3.name: Must be 1 to 64 of a-z, 0-9, _ and -',
      'DESTINATIONS.#3.url: Must be set to a URL',
      'DESTINATIONS.#3.secret: Must be whsec_ followed by the base64 of 24 to 64 random bytes',
    ])
  })

  it('takes no binding for a secret', () => {
    const destinations = [{ name: 'a', type: 'slack', url: '$INSTALLS' }]
    expect(problemsOf({ DESTINATIONS: destinations, INSTALLS: { get: 1 } })).toEqual([
      'DESTINATIONS.a.url: Must be available: the secret INSTALLS is not set',
    ])
  })
})

describe('loadConfig() warns', () => {
  const local = 'UNSAFE_ALLOW_LOCAL_ADDRESSES is on: http and local addresses are let through'

  it.each([
    [{ UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true' }, [local]],
    [{ UNSAFE_ALLOW_LOCAL_ADDRESSES: true }, [local]],
    [{ UNSAFE_ALLOW_LOCAL_ADDRESSES: 'false' }, []],
    [{ UNSAFE_ALLOW_LOCAL_ADDRESSES: false }, []],
    [{ ADMIN_TOKEN: 'canary-15-chars' }, ['ADMIN_TOKEN has fewer than 16 characters']],
    [{ ADMIN_TOKEN: 'canary-16-chars-' }, []],
    [
      {
        DESTINATIONS: [
          {
            name: 'erp',
            type: 'cloudevents',
            url: 'https://erp.example.com:9443/',
            allowPorts: [9443, 80],
          },
        ],
      },
      ['DESTINATIONS.erp.allowPorts lets this destination use port 9443, 80'],
    ],
  ])('of %j', (settings, warnings) => {
    expect(read({ ...GOOD, ...settings }).warnings).toEqual(warnings)
  })

  it('and lets local addresses in everywhere only then', () => {
    const settings = {
      BITRIX24_OAUTH_URLS: ['http://127.0.0.1:8001'],
      OUTGOING_WEBHOOK_TOKENS: { [WEBHOOK_TOKEN]: '*' },
      PUBLIC_URL: 'http://localhost:8787',
      DESTINATIONS: [
        { name: 'a', type: 'webhook', url: 'http://127.0.0.1:9/x', secret: `whsec_${KEY}` },
      ],
    }
    expect(problemsOf(settings)).toHaveLength(4)
    expect(problemsOf({ ...settings, UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true' })).toEqual([])
  })
})

describe('loadConfig() never throws and never shows a value', () => {
  /** Any value whose texts and numbers are canaries; keys of some settings are secrets as well. */
  function treeWith(...keys: readonly string[]): fc.Arbitrary<unknown> {
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>('canary', 'https://canary.example', '$CANARY', 'whsec_canary'),
        fc.constantFrom<unknown>(47114711, -47114711.5, true, null, '', '*'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('tree')),
      ),
    }))
    return tree
  }
  // The keys of a destination are shown.
  const tree = treeWith('header', 'value')
  const destination = fc.record(
    {
      // A name is shown, and the keys are.
      name: fc.constantFrom<unknown>('a', 'b', 'Not a name', 1),
      type: fc.oneof(fc.constantFrom<unknown>('slack', 'webhook'), tree),
      url: tree,
      secret: tree,
      events: tree,
      portals: tree,
      fields: tree,
      retryHours: tree,
      timeoutMs: tree,
      unchanged: tree,
      sercet: tree,
    },
    { requiredKeys: [] },
  )
  const secrets = treeWith('canary', 'canary-token', 'portal', 'rest')
  const values = fc.oneof(
    secrets,
    secrets.map((value) => JSON.stringify(value)),
    fc.constantFrom('{canary', 'canary', '["canary"'),
  )
  const settings = fc.record(
    {
      BITRIX24_CLIENT_ID: values,
      BITRIX24_CLIENT_SECRET: values,
      BITRIX24_APPLICATIONS: values,
      BITRIX24_OAUTH_URLS: values,
      OUTGOING_WEBHOOK_TOKENS: values,
      TOKEN_KEYS: values,
      ADMIN_TOKEN: values,
      PUBLIC_URL: values,
      RETENTION_DAYS: values,
      SUBSCRIBED_EVENTS: values,
      UNSAFE_ALLOW_LOCAL_ADDRESSES: values,
      DESTINATIONS: fc.oneof(fc.array(destination, { maxLength: 3 }), tree),
    },
    { requiredKeys: [] },
  )

  it('whatever is configured', () => {
    let problems = 0
    fc.assert(
      fc.property(settings, (generated) => {
        const config = read(generated)
        const shown = JSON.stringify([config.problems, config.warnings])
        problems += config.problems.length
        // The name of a secret that is missing may be shown: `$NAME` is no secret.
        expect(shown.replaceAll('the secret CANARY is not set', '')).not.toMatch(/canary|47114711/i)
      }),
      { numRuns: 500 },
    )
    expect(problems).toBeGreaterThan(500)
  })
})
