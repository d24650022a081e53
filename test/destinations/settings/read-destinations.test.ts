import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../src/core/durations.ts'
import { DEFAULT_EVENTS } from '../../../src/destinations/settings/common-settings.ts'
import { openReceiver, type Destination } from '../../../src/destinations/settings/destination.ts'
import { readDestinations } from '../../../src/destinations/settings/read-destinations.ts'
import { DESTINATION_TYPES } from '../../../src/destinations/registry.ts'
import { slack } from '../../../src/destinations/slack/receiver.ts'
import { webhook } from '../../../src/destinations/webhook/receiver.ts'

const POLICY = { allowLocal: false }
const SLACK_URL = 'https://hooks.slack.com/services/T000/B000/canary0000000'
const SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const SECRETS: Readonly<Record<string, string>> = { SLACK_URL, ERP_SECRET: SECRET }

const SLACK = { name: 'alerts', type: 'slack', url: '$SLACK_URL' }
const ERP = {
  name: 'erp',
  type: 'webhook',
  url: 'https://erp.example.com/hooks',
  secret: '$ERP_SECRET',
}

function read(...raw: readonly unknown[]): readonly Destination[] {
  const list = readDestinations(raw, (name) => SECRETS[name], POLICY)
  if (!list.ok) throw new Error(list.error)
  return list.value
}

/** The problems of one destination with some settings replaced. */
function problemsOf(changes: Readonly<Record<string, unknown>>): string[] {
  const [destination] = read({ ...ERP, ...changes })
  return (destination?.problems ?? []).map(({ setting, problem }) => `${setting}: ${problem}`)
}

describe('readDestinations()', () => {
  it('fills in secrets and the defaults of the kind of receiver', () => {
    expect(read(SLACK, ERP)).toEqual([
      {
        name: 'alerts',
        type: slack,
        typeName: 'slack',
        filter: { events: [...DEFAULT_EVENTS], fields: [], portals: ['*'] },
        retryMs: 72 * HOUR_MS,
        timeoutMs: 10_000,
        unchanged: 'skip',
        digestSetting: null,
        batchSetting: null,
        language: 'en',
        template: null,
        settings: { url: SLACK_URL },
        portalValues: [],
        problems: [],
      },
      {
        name: 'erp',
        type: webhook,
        typeName: 'webhook',
        filter: { events: [...DEFAULT_EVENTS], fields: [], portals: ['*'] },
        retryMs: 72 * HOUR_MS,
        timeoutMs: 10_000,
        unchanged: 'send',
        digestSetting: null,
        batchSetting: null,
        language: 'en',
        template: null,
        settings: { url: 'https://erp.example.com/hooks', secret: SECRET },
        portalValues: [],
        problems: [],
      },
    ])
  })

  it('takes what destinations for people may say', () => {
    const [digest, said] = [
      { seconds: 5, max: 20 },
      { language: 'ru', template: '{{title}}' },
    ]
    const [destination] = read({ ...SLACK, ...said, digest })
    const expected = { ...said, digestSetting: digest, settings: { url: SLACK_URL }, problems: [] }
    expect(destination).toMatchObject(expected)
  })

  it('takes what destinations for machines may say', () => {
    const [destination] = read({ ...ERP, batch: { max: 20 } })
    expect(destination).toMatchObject({ batchSetting: { seconds: 0, max: 20 }, problems: [] })
    expect(destination?.settings).not.toHaveProperty('batch')
  })

  it.each([[{ batch: {} }], [{ batch: 'wrong as well' }], [{ batch: {}, digest: {} }]])(
    'leaves batches to machines, and names what people have: %j',
    (changes) => {
      const reason = 'slack is read by people, and only destinations for machines have it'
      expect(read({ ...SLACK, ...changes })[0]?.problems).toEqual([
        {
          setting: 'batch',
          problem: `Must not be set: ${reason}; digest is the setting for people`,
        },
      ])
    },
  )

  it('leaves out of the filter what is empty', () => {
    const [destination] = read({ ...ERP, users: [], when: [] })
    expect(destination?.filter).toEqual({
      events: [...DEFAULT_EVENTS],
      fields: [],
      portals: ['*'],
    })
  })

  it('takes what every destination may say', () => {
    const [destination] = read({
      ...ERP,
      events: ['onCrm*'],
      portals: ['acme.*'],
      fields: ['UF_CRM_TAX*'],
      users: ['!512'],
      when: ['subject.id = 27'],
      retryHours: 24,
      timeoutMs: 30_000,
      unchanged: 'skip',
      secret: ['$ERP_SECRET', SECRET],
    })
    expect(destination).toMatchObject({
      filter: {
        events: ['onCrm*'],
        fields: ['UF_CRM_TAX*'],
        portals: ['acme.*'],
        users: ['!512'],
        when: ['subject.id = 27'],
      },
      retryMs: 24 * HOUR_MS,
      timeoutMs: 30_000,
      unchanged: 'skip',
      settings: { secret: [SECRET, SECRET] },
      problems: [],
    })
  })

  it.each([undefined, null, 'text', 5, {}])('refuses %j for the whole list', (raw) => {
    expect(readDestinations(raw, () => undefined, POLICY)).toEqual({
      ok: false,
      error: 'Must be a list of tables, each with name and type',
    })
  })

  it('reads no entry as no destination', () => {
    expect(read()).toEqual([])
  })

  const secret = 'Must be whsec_ followed by the base64 of 24 to 64 random bytes'
  const gone = 'Must be available: the secret GONE is not set'
  const kept = 'Must not be set, as the relay and its platform keep this name for themselves'
  const words = DESTINATION_TYPES.map(({ type }) => type).join(', ')
  const unknown = 'Must not be set: webhook has no such setting'
  const onlyPeople =
    'Must not be set: webhook is read by machines, and only destinations for people have it'
  const cases: [changes: Record<string, unknown>, problems: string[]][] = [
    [{ name: 5 }, ['name: Must be a text']],
    [{ type: 'webhok' }, ['type: Must be a known type: did you mean "webhook"?']],
    [{ type: 'Slack' }, ['type: Must be a known type: did you mean "slack"?']],
    [{ type: 'cloudevent' }, ['type: Must be a known type: did you mean "cloudevents"?']],
    [{ type: 'carrier-pigeon' }, [`type: Must be a known type: one of ${words}`]],
    [{ type: 'constructor' }, [`type: Must be a known type: one of ${words}`]],
    [{ sercet: SECRET }, [`sercet: ${unknown}; did you mean "secret"?`]],
    [{ portal: ['*'] }, [`portal: ${unknown}; did you mean "portals"?`]],
    [{ header: {} }, [`header: ${unknown}; did you mean "headers"?`]],
    [{ zzz: 1 }, [`zzz: ${unknown}`]],
    [{ toString: 1 }, [`toString: ${unknown}`]],
    // Known to another type, and known to people's.
    [{ bearer: 'abcdef' }, [`bearer: ${unknown}`]],
    [{ digest: { seconds: 5 } }, [`digest: ${onlyPeople}; batch is the setting for machines`]],
    [{ digest: 'wrong as well' }, [`digest: ${onlyPeople}; batch is the setting for machines`]],
    [{ digest: {}, batch: {} }, [`digest: ${onlyPeople}; batch is the setting for machines`]],
    [{ batch: {} }, []],
    [{ batch: { max: 1 } }, ['batch: Must hold max from 2 to 100']],
    [{ language: 'ru' }, [`language: ${onlyPeople}`]],
    [{ language: 'xx' }, [`language: ${onlyPeople}`]],
    [{ template: '{{field}}' }, [`template: ${onlyPeople}`]],
    [{ retryHours: 23 }, ['retryHours: Must be at least 24']],
    [{ url: undefined }, ['url: Must be set to a URL']],
    [{ secret: undefined }, [`secret: ${secret}`]],
    [{ url: 'erp', secret: 'erp' }, ['url: Must be an absolute https URL', `secret: ${secret}`]],
    [
      { url: 'https://erp.example.com:9443/' },
      ['url: Must use port 443 or 8443: set allowPorts to let this destination use another one'],
    ],
    [{ url: 'https://erp.example.com:9443/', allowPorts: [9443] }, []],
    [{ url: '$GONE' }, [`url: ${gone}`]],
    [{ secret: ['$ERP_SECRET', '$GONE'] }, [`secret: ${gone}`]],
    [{ headers: { 'X-Key': '$ERP_SECRET' } }, []],
    [
      { headers: { 'X-Key': '$GONE', host: 'erp' } },
      [`headers.X-Key: ${gone}`, `headers.host: ${kept}`],
    ],
    [{ url: '$portal.URL' }, []],
    [{ url: '$portal.URL', secret: ['$portal.KEY'] }, []],
    [
      { signature: '$portal.KIND' },
      ["signature: Must not refer to a portal's value: only url, token, chat, secret, bearer may"],
    ],
    // Other problems are told although the portal value is not known yet.
    [{ url: '$portal.URL', secret: 'erp' }, [`secret: ${secret}`]],
    [{ secret: '$portal.KEY', url: 'erp' }, ['url: Must be an absolute https URL']],
    [{ secret: '$portal.KEY', signature: 'v2' }, ['signature: Must be "v1", "v1a" or "both"']],
    // Each setting is told once, all of them at the same time.
    [
      { retryHours: 1, unchanged: 1, url: '$GONE', secret: 'erp', zzz: 1, signature: 'v2' },
      [
        'retryHours: Must be at least 24',
        'unchanged: Must be "send" or "skip"',
        `zzz: ${unknown}`,
        `url: ${gone}`,
        `secret: ${secret}, or whsk_ followed by the base64 of an Ed25519 seed (32 bytes), or of a seed and its public key (64 bytes)`,
        'signature: Must be "v1", "v1a" or "both"',
      ],
    ],
  ]

  it.each(cases)('says of %j: %j', (changes, problems) => {
    expect(problemsOf(changes)).toEqual(problems)
  })

  it.each([null, 'erp', 5, ['erp']])('keeps a place for %j, which is no table', (entry) => {
    const [first, second] = read(entry, ERP)
    expect(first).toMatchObject({
      name: '#1',
      type: null,
      problems: [
        { setting: 'name', problem: 'Must be a text' },
        { setting: 'type', problem: 'Must be a text' },
      ],
    })
    expect(second).toMatchObject({ name: 'erp', problems: [] })
  })

  it('lets each destination fail alone', () => {
    const list = read({ ...SLACK, url: 'https://hooks.slack.com.evil.example/' }, ERP)
    expect(list.map(({ name: shown, problems }) => [shown, problems.length])).toEqual([
      ['alerts', 1],
      ['erp', 0],
    ])
  })

  it('refuses a name the second time, under its place in the list', () => {
    const list = read(ERP, { ...SLACK, name: 'erp' }, { ...ERP, name: '' }, { ...ERP, name: '' })
    expect(list.map(({ name: shown, problems }) => [shown, problems[0]?.problem])).toEqual([
      ['erp', undefined],
      ['#2', 'Must be unique among the destinations'],
      ['#3', 'Must be 1 to 64 of a-z, 0-9, _ and -'],
      ['#4', 'Must be 1 to 64 of a-z, 0-9, _ and -'],
    ])
  })

  it('refuses a forgotten portals line, as it would tell one customer about another', () => {
    const forgotten = {
      setting: 'portals',
      problem: 'Must be set, as another destination names its portals: use ["*"] for all',
    }
    const one = { ...ERP, name: 'one', portals: ['one.bitrix24.com'] }
    expect(read(one, ERP, { ...SLACK, portals: ['*'] }).map(({ problems }) => problems)).toEqual([
      [],
      [forgotten],
      [],
    ])
    // A wrong line names portals as well; a broken neighbour does not excuse a forgotten one.
    expect(read({ ...one, portals: 5 }, ERP).map(({ problems }) => problems)).toEqual([
      [{ setting: 'portals', problem: 'Must be a list of globs' }],
      [forgotten],
    ])
  })

  it('takes another destination as the fallback, wherever it stands in the list', () => {
    const [alerts, erp] = read({ ...SLACK, fallback: 'erp' }, { ...ERP, fallback: 'alerts' })
    expect([alerts?.fallback, erp?.fallback]).toEqual(['erp', 'alerts'])
    expect([alerts?.problems, erp?.problems]).toEqual([[], []])
  })

  it.each([
    ['erp', 'Must be the name of another destination'],
    ['alert', 'Must be the name of another destination; did you mean "alerts"?'],
  ])('refuses %s as the fallback of erp, and no other destination for it', (fallback, problem) => {
    const [alerts, erp] = read(SLACK, { ...ERP, fallback })
    expect(erp?.problems).toEqual([{ setting: 'fallback', problem }])
    expect(alerts?.problems).toEqual([])
  })

  it('notes the values of the portal that the settings ask for', () => {
    const [destination] = read({ ...ERP, url: '$portal.URL', secret: ['$portal.KEY', SECRET] })
    expect(destination).toMatchObject({
      portalValues: ['URL', 'KEY'],
      settings: { url: '$portal.URL', secret: ['$portal.KEY', SECRET] },
      problems: [],
    })
    if (destination === undefined) throw new Error('Cannot find the destination')
    const values = new Map([
      ['URL', 'https://one.example.com/'],
      ['KEY', SECRET],
    ])
    expect(openReceiver(destination, values, POLICY).ok).toBe(true)
    const wrong = new Map([...values, ['KEY', 'old']])
    expect(openReceiver(destination, wrong, POLICY)).toMatchObject({
      ok: false,
      error: [{ setting: 'secret' }],
    })
    expect(openReceiver(destination, new Map(), POLICY)).toMatchObject({ ok: false })
  })

  it('shows no value of a setting in any problem', () => {
    const canary = 'canary-4711'
    const entries = Object.keys(ERP).flatMap((key) =>
      [canary, [canary], { a: canary }, `https://${canary}`, `whsec_${canary}`].map((value) => ({
        ...ERP,
        [key]: value,
      })),
    )
    const common =
      'events portals fields retryHours timeoutMs unchanged allowPorts digest batch language template'
    const own = 'headers signature other'
    const keys = `${common} ${own}`.split(' ')
    const others = keys.map((key) => ({ ...ERP, [key]: canary }))
    const forPeople = keys.map((key) => ({ ...SLACK, [key]: canary }))
    const headers = {
      ...ERP,
      headers: { host: canary, [canary + ' ']: canary, 'x-a': `${canary}\n` },
    }
    const problems = [...entries, ...others, ...forPeople, headers].flatMap(
      (entry) => read(entry)[0]?.problems ?? [],
    )
    expect(problems.length).toBeGreaterThan(20)
    expect(JSON.stringify(problems)).not.toContain(canary)
  })
})
