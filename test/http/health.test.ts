/**
 * `GET /healthz`: ok or every problem by its setting, never a value; and that wrong settings of receivers
 * never stop the receipt of events.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig, type Env } from '../../src/config/config.ts'
import type { PortalReport } from '../../src/core/reports/portal-report.ts'
import { figuresOf } from '../../src/core/reports/report-figures.ts'
import { sumReports as sumFigures } from '../../src/core/reports/report-totals.ts'
import { MAX_TROUBLED } from '../../src/http/health.ts'
import { aLaneReport, aReport, LANE_DISABLED } from '../support/builders/a-report.ts'
import { readWanted } from '../../src/core/events/wanted-events.ts'
import { answerOf, Edge, watchLog } from '../support/worker/edge.ts'
import { refused } from '../support/worker/refusals.ts'
import { NO_TRACES } from '../support/worker/traces.ts'
import { RelayScenario } from '../support/scenarios/relay-scenario.ts'
import { RUNTIME_BINDINGS } from '../support/worker/runtime-bindings.ts'
import { DOMAIN } from '../support/identity.ts'

const CANARY = 'canary-4711'
/** Nothing that proves a portal. */
const UNSET = { BITRIX24_CLIENT_ID: '', BITRIX24_CLIENT_SECRET: '', OUTGOING_WEBHOOK_TOKENS: '' }

let scenario: RelayScenario

beforeEach(() => {
  watchLog()
  scenario = new RelayScenario()
})

afterEach(async () => {
  expect(scenario.network.unclaimed).toEqual([])
  await scenario.close()
})

/** The destinations of the tests at addresses that are no placeholders. */
const DESTINATIONS = RUNTIME_BINDINGS.DESTINATIONS.map((destination) => ({
  ...destination,
  url: destination.url.replace('.example.com', '.acme.test'),
}))

function healthOf(settings: Readonly<Record<string, unknown>> = {}): Promise<Response> {
  const call = { method: 'GET', path: '/healthz', contentType: null }
  return new Edge({ DESTINATIONS, ...settings }).call(null, call)
}

function ok(more: object = {}) {
  return { status: 200, body: { status: 'ok', version: expect.any(String), ...more } }
}

function misconfigured(problems: Readonly<Record<string, string>>, more: object = {}) {
  return {
    status: 500,
    body: {
      status: 'misconfigured',
      version: expect.any(String),
      problems: Object.entries(problems).map(([setting, problem]) => ({ setting, problem })),
      ...more,
    },
  }
}

function bySetting<T extends { setting: string }>(problems: readonly T[]): T[] {
  return problems.toSorted((a, b) => (a.setting < b.setting ? -1 : 1))
}

describe('GET /healthz', () => {
  it('says ok, and the version that is deployed', async () => {
    const response = await healthOf({ VERSION: { id: 'v-1', tag: '', timestamp: '' } })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: { status: 'ok', version: 'v-1' },
    })
  })

  it('names every problem of every setting at once', async () => {
    const settings = {
      BITRIX24_CLIENT_SECRET: '',
      BITRIX24_APPLICATIONS: `{"${CANARY}"`,
      BITRIX24_OAUTH_URLS: `["http://${CANARY}.example.com"]`,
      OUTGOING_WEBHOOK_TOKENS: { [`${CANARY}-token`]: `https://${CANARY}` },
      TOKEN_KEYS: CANARY,
      PUBLIC_URL: `http://${CANARY}.example.com`,
      RETENTION_DAYS: CANARY,
      SUBSCRIBED_EVENTS: [`${CANARY} !`],
      UNSAFE_ALLOW_LOCAL_ADDRESSES: CANARY,
      DESTINATIONS: [
        { name: 'alerts', type: 'slak', url: CANARY },
        { name: 'alerts', type: 'slack', url: CANARY, portals: ['*'] },
        { name: 'erp', type: 'webhook', url: '$ERP_URL', secret: CANARY, sercet: CANARY },
      ],
    }
    const list = 'Must be a list of event names or globs such as onCrmDealUpdate or onCrmDeal*'
    const forgotten = 'Must be set, as another destination names its portals: use ["*"] for all'
    const response = await healthOf(settings)
    const text = await response.text()
    const { status, problems } = JSON.parse(text)
    expect({ code: response.status, status }).toEqual({ code: 500, status: 'misconfigured' })
    expect(bySetting(problems)).toEqual(
      bySetting(
        Object.entries({
          BITRIX24_CLIENT_ID:
            'Must be set, or OUTGOING_WEBHOOK_TOKENS: no portal can be verified yet',
          BITRIX24_CLIENT_SECRET: 'Must be set, as BITRIX24_CLIENT_ID is',
          BITRIX24_APPLICATIONS:
            'Must be a JSON object of client id to client secret (the text is not JSON)',
          BITRIX24_OAUTH_URLS: 'Must hold https URLs of public hosts (not_https)',
          OUTGOING_WEBHOOK_TOKENS: 'Entry 1 must name a domain or a member_id',
          TOKEN_KEYS:
            'Must be base64 of 32 bytes, or a JSON object of key id to base64 of 32 bytes, newest first',
          PUBLIC_URL: 'Must be the https origin of this Worker (not_https)',
          RETENTION_DAYS: 'Must be a number of days (the text is not JSON)',
          SUBSCRIBED_EVENTS: list,
          UNSAFE_ALLOW_LOCAL_ADDRESSES: 'Must be "true" or "false"',
          'DESTINATIONS.alerts.type': 'Must be a known type: did you mean "slack"?',
          'DESTINATIONS.alerts.portals': forgotten,
          'DESTINATIONS.#2.name': 'Must be unique among the destinations',
          'DESTINATIONS.erp.url': 'Must be available: the secret ERP_URL is not set',
          'DESTINATIONS.erp.secret':
            'Must be whsec_ followed by the base64 of 24 to 64 random bytes',
          'DESTINATIONS.erp.sercet':
            'Must not be set: webhook has no such setting; did you mean "secret"?',
          'DESTINATIONS.erp.portals': forgotten,
        }).map(([setting, problem]) => ({ setting, problem })),
      ),
    )
    expect(text).not.toContain(CANARY)
  })

  it('shows no value of any setting or secret, right or wrong', async () => {
    const secrets = [
      RUNTIME_BINDINGS.BITRIX24_CLIENT_SECRET,
      RUNTIME_BINDINGS.TOKEN_KEYS,
      RUNTIME_BINDINGS.OUTGOING_WEBHOOK_TOKENS,
      RUNTIME_BINDINGS.ADMIN_TOKEN,
      RUNTIME_BINDINGS.SLACK_WEBHOOK_URL,
      RUNTIME_BINDINGS.ERP_SIGNING_SECRET,
    ]
    const names = Object.keys(RUNTIME_BINDINGS)
    // Each setting in turn takes the place of another, as if lines had been mixed up.
    for (const [index, name] of names.entries()) {
      const other = names[(index + 1) % names.length] ?? ''
      const response = await healthOf({ [name]: Reflect.get(RUNTIME_BINDINGS, other) })
      const text = await response.text()
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
      expect(text).not.toMatch(/canary/i)
    }
  })

  it('shows warnings beside either status', async () => {
    const warnings = [
      'UNSAFE_ALLOW_LOCAL_ADDRESSES is on: http and local addresses are let through',
    ]
    const local = { UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true' }
    expect(await answerOf(await healthOf(local))).toEqual(ok({ warnings }))
    expect(await answerOf(await healthOf({ ...local, RETENTION_DAYS: 0 }))).toEqual(
      misconfigured({ RETENTION_DAYS: 'Must be at least 1' }, { warnings }),
    )
    const short = { ADMIN_TOKEN: 'short' }
    expect(await answerOf(await healthOf(short))).toEqual(
      ok({ warnings: ['ADMIN_TOKEN has fewer than 16 characters'] }),
    )
  })

  it('says what to set where nothing could ever be verified', async () => {
    expect(await answerOf(await healthOf({ ...UNSET, TOKEN_KEYS: '' }))).toEqual(
      misconfigured({
        TOKEN_KEYS: 'Must be set to seal tokens: make one with npm run keys',
        BITRIX24_CLIENT_ID:
          'Must be set, or OUTGOING_WEBHOOK_TOKENS: no portal can be verified yet',
      }),
    )
  })

  it('answers HEAD like GET, and nothing else', async () => {
    const edge = new Edge()
    const head = await edge.call(null, { method: 'HEAD', path: '/healthz', contentType: null })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await edge.call('event=1', { path: '/healthz' })
    expect(await answerOf(post)).toEqual(refused('not_found'))
  })

  it('answers although the directory cannot be reached', async () => {
    const DIRECTORY = {
      getByName: () => {
        throw new Error('Network connection lost.')
      },
    }
    expect(await answerOf(await healthOf({ DIRECTORY }))).toEqual(ok())
  })

  describe('about installs that wait', () => {
    const LISTED = ['acme', 'globex'].map((name, index) => ({
      memberId: String(index).repeat(32),
      domain: `${name}.bitrix24.com`,
      clientId: `local.${name}`,
      expiresAt: 2e12,
    }))
    const DIRECTORY = { getByName: () => ({ listPending: () => Promise.resolve(LISTED) }) }

    function call(path: string, headers: Record<string, string> = {}): Promise<Response> {
      return new Edge({ DESTINATIONS, DIRECTORY }).call(null, {
        method: 'GET',
        path,
        headers,
        contentType: null,
      })
    }

    it.each(['/healthz', '/healthz?deep=0', '/healthz?deep'])(
      'tells anybody that they wait, and names none of them: %s',
      async (path) => {
        const response = await call(path)
        const text = await response.text()
        expect(JSON.parse(text)).toEqual({
          ...ok().body,
          pending: [
            '2 installations wait for the settings of an application: GET /healthz?deep=1 with ADMIN_TOKEN names them',
          ],
        })
        for (const { memberId, domain, clientId } of LISTED) {
          for (const name of [memberId, domain, clientId]) expect(text).not.toContain(name)
        }
      },
    )

    it('names them to the operator only', async () => {
      expect((await call('/healthz?deep=1')).status).toBe(401)
      const wrong = { authorization: 'Bearer wrong-token-of-somebody' }
      expect((await call('/healthz?deep=1', wrong)).status).toBe(401)
      const right = { authorization: `Bearer ${RUNTIME_BINDINGS.ADMIN_TOKEN}` }
      const pending = ['acme', 'globex'].map(
        (name) =>
          `portal ${name}.bitrix24.com installed application local.${name}: ` +
          'set BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET',
      )
      // This directory knows of no report.
      const unread = { reports: false, portals: [], portalsInTrouble: 0, lanes: [] }
      expect(await answerOf(await call('/healthz?deep=1', right))).toEqual(
        ok({ pending, ...unread }),
      )
    })
  })

  describe('about portals and lanes in trouble', () => {
    const troubled: PortalReport = aReport({ domain: DOMAIN, problem: LANE_DISABLED })

    function call(
      { reports, isDown = false }: { reports: readonly PortalReport[]; isDown?: boolean },
      path: string,
      headers: Record<string, string> = {
        authorization: `Bearer ${RUNTIME_BINDINGS.ADMIN_TOKEN}`,
      },
    ): Promise<Response> {
      const listReports = async () => {
        if (isDown) throw new Error('Network connection lost.')
        const listed = reports.filter(({ problem }) => problem !== null)
        const portals = listed.map((report, n) => ({ memberId: `m${n}`, report }))
        return { portals, cursor: null }
      }
      const sumReports = async () => sumFigures(reports.map(figuresOf))
      const DIRECTORY = { getByName: () => ({ listReports, sumReports }) }
      const get = { method: 'GET', path, headers, contentType: null } as const
      return new Edge({ DESTINATIONS, DIRECTORY }).call(null, get)
    }

    const lanes = [
      aLaneReport({ state: 'disabled', parked: 2 }),
      aLaneReport({ destination: 'crm' }),
    ]
    const BAD = { reports: [{ ...troubled, lanes }, aReport()] }
    const named = {
      reports: true,
      portals: [
        {
          memberId: 'm0',
          domain: DOMAIN,
          state: 'active',
          problem: 'lane_disabled',
          destination: 'erp',
          remedy: 'Resume the lane',
        },
      ],
      portalsInTrouble: 1,
      lanes: [{ destination: 'erp', disabled: 1, retrying: 0, parked: 2 }],
    }

    it('names them to the operator, and stays ok', async () => {
      expect(await answerOf(await call(BAD, '/healthz?deep=1'))).toEqual(ok(named))
    })

    it('turns red where it is asked to be strict, and only then', async () => {
      const strict = await answerOf(await call(BAD, '/healthz?deep=1&strict=1'))
      const { body } = ok(named)
      expect(strict).toEqual({ status: 500, body: { ...body, status: 'trouble' } })
      const well = { reports: [aReport()] }
      const none = { reports: true, portals: [], portalsInTrouble: 0, lanes: [] }
      expect(await answerOf(await call(well, '/healthz?deep=1&strict=1'))).toEqual(ok(none))
    })

    it('says when the reports cannot be read, and is not green then where it is strict', async () => {
      const down = { reports: [], isDown: true }
      expect(await answerOf(await call(down, '/healthz?deep=1'))).toMatchObject({
        status: 200,
        body: { reports: false },
      })
      expect((await call(down, '/healthz?deep=1&strict=1')).status).toBe(500)
    })

    it('tells nobody else, however it is asked', async () => {
      for (const path of ['/healthz', '/healthz?strict=1', '/healthz?deep=0&strict=1']) {
        const text = await (await call(BAD, path, {})).text()
        expect(JSON.parse(text)).toEqual(ok().body)
      }
      expect((await call(BAD, '/healthz?deep=1&strict=1', {})).status).toBe(401)
    })

    it('names a few of many', async () => {
      const reports = Array.from({ length: MAX_TROUBLED + 5 }, () => troubled)
      const { portals, portalsInTrouble } = JSON.parse(
        await (await call({ reports }, '/healthz?deep=1')).text(),
      )
      expect([portals.length, portalsInTrouble]).toEqual([MAX_TROUBLED, MAX_TROUBLED + 5])
    })
  })

  it('shows doubts about settings, whatever they are, without a value', async () => {
    const settings = { DESTINATIONS: [], PUBLIC_URL: `https://relay.acme.test/${CANARY}` }
    const response = await healthOf(settings)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(JSON.parse(text).warnings).toEqual([
      'DESTINATIONS names no destination: events are stored, and nobody is told',
      'PUBLIC_URL has a path: only its origin is used',
    ])
    expect(text).not.toContain(CANARY)
  })

  it('warns of portals that are not bound to every event, and names them to the operator only', async () => {
    scenario.bitrix24.rest.offer = { own: ['ONAPPUNINSTALL', 'ONAPPUPDATE'], all: ['ONTASKADD'] }
    scenario.adapt = (settings) => ({ ...settings, wanted: readWanted(['onTaskAdd'], []) })
    await scenario.portal.installs()
    await scenario.isSubscribed()
    const call = (path: string, headers = {}) =>
      new Edge({ DESTINATIONS }).call(null, { method: 'GET', path, headers, contentType: null })
    await vi.waitFor(async () => {
      expect(await answerOf(await call('/healthz'))).toEqual(
        ok({
          warnings: [
            '1 portal is not bound to every event that is wanted: GET /healthz?deep=1 with ADMIN_TOKEN names them',
          ],
        }),
      )
    })
    const right = { authorization: `Bearer ${RUNTIME_BINDINGS.ADMIN_TOKEN}` }
    const deep = await answerOf(await call('/healthz?deep=1', right))
    const named = `portal ${scenario.domain} is not bound to OnTaskAdd (no_scope)`
    expect(deep).toMatchObject(ok({ warnings: [expect.stringContaining(named)] }))
    await scenario.portal.uninstalls('keep-data')
    await vi.waitFor(async () => expect(await answerOf(await call('/healthz'))).toEqual(ok()))
  })

  it('reads the directory once for a burst of calls', async () => {
    let reads = 0
    const DIRECTORY = {
      getByName: () => ({
        listPending: () => {
          reads += 1
          return Promise.resolve([])
        },
      }),
    }
    const edge = new Edge({ DIRECTORY })
    for (let count = 0; count < 20; count += 1) {
      const call = { method: 'GET', path: '/healthz', contentType: null }
      expect((await edge.call(null, call)).status).toBe(200)
    }
    expect(reads).toBe(1)
  })

  it('stores nothing and asks nobody', async () => {
    await healthOf()
    expect(await scenario.traces()).toEqual(NO_TRACES)
    expect(scenario.network.sent).toEqual([])
  })
})

describe('receipt depends on its own settings only', () => {
  const broken = [
    '[{"name":',
    5,
    [{ name: 'a', type: 'slack', url: 'http://10.0.0.1/' }],
    [{ type: 'pigeon' }, null],
  ]

  it.each(broken)('and stores with DESTINATIONS = %j', async (destinations) => {
    // The object gets what its own configuration would hold.
    scenario.adapt = (settings) => ({
      ...settings,
      // Sound: only DESTINATIONS is read of it.
      destinations: loadConfig({ DESTINATIONS: destinations } as unknown as Env).destinations,
    })
    const edge = new Edge({ DESTINATIONS: destinations })
    const install = scenario.portal.body('app-ONAPPINSTALL-local', { ts: scenario.portal.ts(-60) })
    expect(await answerOf(await edge.call(install))).toEqual({
      status: 200,
      body: { accepted: true },
    })
    const event = scenario.portal.body('app-ONCRMREQUISITEUSERFIELDUPDATE', {
      ts: scenario.portal.ts(),
    })
    expect(await answerOf(await edge.call(event))).toEqual({
      status: 200,
      body: { accepted: true, sequence: 1 },
    })
    expect((await healthOf({ DESTINATIONS: destinations })).status).toBe(500)
    expect(scenario.receiver('erp').delivered()).toEqual([])
  })

  it('and the events that waited are delivered once the setting is right', async () => {
    scenario.adapt = (settings) => ({ ...settings, destinations: null })
    await scenario.portal.installs()
    await scenario.portal.sends()
    scenario.adapt = (settings) => settings
    await scenario.relay.restarts()
    await scenario.portal.sends()
    await vi.waitFor(() => expect(scenario.receiver('erp').sequences()).toEqual([1, 2]))
  })
})

describe('503 misconfigured', () => {
  function eventTo(settings: Readonly<Record<string, unknown>>): Promise<Response> {
    return new Edge(settings).call(scenario.portal.body('app-ONCRMDEALUPDATE'))
  }

  it('is said only where no portal can be verified at all', async () => {
    const keyless = { ...UNSET, TOKEN_KEYS: '' }
    expect(await answerOf(await eventTo(keyless))).toEqual(refused('misconfigured'))
    // A configured setting that cannot be read proves nobody either.
    const unreadable = { ...keyless, OUTGOING_WEBHOOK_TOKENS: '{', TOKEN_KEYS: 'x' }
    expect(await answerOf(await eventTo(unreadable))).toEqual(refused('misconfigured'))
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it.each([
    ['an application', { BITRIX24_APPLICATIONS: { 'app.1': 'secret' } }],
    ['an outgoing webhook', { OUTGOING_WEBHOOK_TOKENS: { 'token-of-someone': 'acme.com' } }],
    ['a key, under which an install can wait', { TOKEN_KEYS: RUNTIME_BINDINGS.TOKEN_KEYS }],
  ])('is not said beside %s', async (_what, settings) => {
    const answer = await eventTo({ ...UNSET, TOKEN_KEYS: '', ...settings })
    expect(await answerOf(answer)).toEqual(refused('untrusted'))
  })

  it('does not hide a fault of the request', async () => {
    const edge = new Edge({ ...UNSET, TOKEN_KEYS: '' })
    expect((await edge.call('event=')).status).toBe(400)
    expect((await edge.call(null, { method: 'GET', contentType: null })).status).toBe(405)
  })
})
