/**
 * The page in the portal's frame: what it says, what it does, who may frame it, and that nothing of the
 * request is in it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InstallStatus } from '../../../src/core/access/portal-status.ts'
import { installPage } from '../../../src/http/install-page/page.ts'
import { PAGE_TEXTS } from '../../../src/http/install-page/languages.ts'
import type { IntakeAnswer } from '../../../src/edge/intake-answer.ts'
import { answerOf, Edge, JSON_TYPE, watchLog } from '../../support/worker/edge.ts'
import { UNREACHABLE } from '../../support/builders/an-intake.ts'
import { refused } from '../../support/worker/refusals.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { type Changes } from '../../support/scenarios/relay-portal.ts'
import { APPLICATION_TOKEN, DOMAIN } from '../../support/identity.ts'

const CONNECTED = {
  title: 'The relay is connected',
  text: 'Changes in this Bitrix24 are passed on from now on. You can close this page.',
}
const REFUSED = {
  title: 'The installation was not accepted',
  text: 'Open this page as an administrator of this Bitrix24. If that does not help, ask the operator of the relay.',
}
const ENGLISH = PAGE_TEXTS.en.subjects
const WAITS = {
  title: 'The relay is waiting for its operator',
  text: 'The installation has been recorded. It becomes active as soon as the operator has configured the application in the relay.',
}
const BUSY = {
  title: 'The relay is busy',
  text: 'The installation has been recorded and will be completed within a few minutes.',
}

let scenario: RelayScenario
let edge: Edge
let log: ReturnType<typeof watchLog>

beforeEach(() => {
  log = watchLog()
  scenario = new RelayScenario()
  edge = new Edge()
})

afterEach(async () => {
  expect(scenario.network.unclaimed).toEqual([])
  expect(log.filter(({ level }) => level === 'error')).toEqual([])
  await scenario.close()
})

/** Opens the page as the portal does. */
function open(changes: Changes = {}, path = '/bitrix24/install'): Promise<Response> {
  const query = `DOMAIN=${scenario.domain}&PROTOCOL=1&LANG=en&APP_SID=canary-sid`
  return edge.call(scenario.portal.body('install-page-body', changes), { path: `${path}?${query}` })
}

/** What a page says and does; throws nothing away that a browser would run. */
async function read(response: Response) {
  const html = await response.text()
  const policy = response.headers.get('content-security-policy') ?? ''
  const nonce = /nonce-([^']+)'/.exec(policy)?.[1] ?? 'none'
  return {
    status: response.status,
    title: /<title>(.*?)<\/title>/.exec(html)?.[1],
    heading: /<h1>(.*?)<\/h1>/.exec(html)?.[1],
    text: /<p>(.*?)<\/p>/.exec(html)?.[1],
    scripts: [...html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)].map(([, attributes, code]) =>
      `${attributes?.trim().replace(nonce, 'NONCE')}: ${code?.trim()}`.trim(),
    ),
    framedBy: /frame-ancestors (.*)$/.exec(policy)?.[1],
  }
}

function page(
  words: { title: string; text: string },
  { status = 200, scripts = [] as unknown[], framedBy = `https://${scenario.domain}` } = {},
) {
  return { status, ...words, heading: words.title, scripts, framedBy }
}

const RETRY = [
  `nonce="NONCE": document.getElementById('retry').addEventListener('click', () => location.reload())`,
]

/** The library's failure shows the hidden half of the page; only its answer ends the installation. */
const FINISH = [
  expect.stringMatching(
    /^nonce="NONCE": [^]*location\.reload[^]*addEventListener\('error', \(\) => show\(false\), true\)$/,
  ),
  'src="https://api.bitrix24.com/api/v1/":',
  expect.stringMatching(
    /^nonce="NONCE": BX24\.init\([^]*show\(true\)\s+BX24\.installFinish\(\)\s+\}\)$/,
  ),
]

describe('POST /bitrix24/install answers the frame page with a page', () => {
  it('that ends an unfinished installation with BX24.installFinish()', async () => {
    scenario.bitrix24.installed = false
    scenario.bitrix24.rest.finished = false
    expect(await read(await open())).toEqual(page(CONNECTED, { scripts: FINISH }))
  })

  it('that runs nothing where the installation is finished', async () => {
    const first = await read(await open())
    expect({ status: first.status, title: first.title }).toEqual({
      status: 200,
      title: CONNECTED.title,
    })
    expect(first.scripts.join()).not.toContain('BX24')
    // The next visit shows the same.
    expect((await read(await open())).title).toBe(CONNECTED.title)
  })

  it('that runs nothing as soon as the portal says so', async () => {
    scenario.bitrix24.installed = false
    scenario.bitrix24.rest.finished = false
    await open()
    scenario.bitrix24.installed = true
    scenario.bitrix24.rest.finished = true
    const later = await read(await open())
    expect(later.title).toBe(CONNECTED.title)
    expect(later.scripts.join()).not.toContain('BX24')
  })

  it('that says why not, to an ordinary user of a portal without an install', async () => {
    scenario.bitrix24.isAdmin = false
    expect(await read(await open())).toEqual(
      page(ENGLISH.not_administrator, { status: 403, scripts: RETRY, framedBy: 'https:' }),
    )
    expect((await scenario.traces()).kv).toEqual({})
  })

  it('that refuses where the OAuth server knows nothing of the token', async () => {
    scenario.bitrix24.knownTokens = []
    expect(await read(await open())).toEqual(
      page(REFUSED, { status: 403, scripts: RETRY, framedBy: 'https:' }),
    )
  })

  it('that asks to wait where the OAuth server does not answer', async () => {
    scenario.bitrix24.answers = false
    expect(await read(await open())).toEqual(
      page(ENGLISH.unanswered, { scripts: RETRY, framedBy: 'https:' }),
    )
  })

  it('that asks to wait where the application is not configured yet', async () => {
    scenario.bitrix24.clientId = 'local.unknown.1'
    expect(await read(await open())).toEqual(page(WAITS, { scripts: RETRY }))
  })

  it('that asks for patience where the object cannot be reached', async () => {
    edge = new Edge({ PORTALS: { getByName: UNREACHABLE } })
    expect(await read(await open())).toEqual(page(BUSY, { scripts: RETRY, framedBy: 'https:' }))
  })

  it('whose frame is the verified domain, whatever the query claims', async () => {
    const body = scenario.portal.body('install-page-body')
    const path = '/bitrix24/install?DOMAIN=evil.example.com'
    const { framedBy } = await read(await edge.call(body, { path }))
    expect(framedBy).not.toContain('evil')
    const bare = await read(await edge.call(body, { path: '/bitrix24/install' }))
    expect({ title: bare.title, framedBy: bare.framedBy }).toEqual({
      title: CONNECTED.title,
      framedBy: `https://${scenario.domain}`,
    })
  })

  it('with nothing of the request in it', async () => {
    const canaries = {
      PLACEMENT_OPTIONS: '<script>canary-options</script>',
      status: 'canary-status',
      APPLICATION_SCOPE: 'canary-scope',
      canary: 'canary-key',
    }
    const accepted = await open(canaries)
    scenario.bitrix24.isAdmin = false
    scenario.bitrix24.userId = 99
    const refused = await open({ ...canaries, APPLICATION_TOKEN: 'canary-new-token' })
    expect([accepted.status, refused.status]).toEqual([200, 403])
    const tokens = new URLSearchParams(scenario.portal.body('install-page-body'))
    for (const response of [accepted, refused]) {
      const shown = (await response.text()) + JSON.stringify([...response.headers])
      const secrets = [tokens.get('AUTH_ID'), tokens.get('REFRESH_ID'), APPLICATION_TOKEN, 'canary']
      expect(secrets.filter((secret) => shown.includes(String(secret)))).toEqual([])
    }
  })

  it('under headers that let it do nothing else', async () => {
    scenario.bitrix24.installed = false
    scenario.bitrix24.rest.finished = false
    const [first, second] = [await open(), await open()]
    const policies = [first, second].map(
      (response) => response.headers.get('content-security-policy') ?? '',
    )
    const nonces = policies.map((policy) => /nonce-([0-9a-f-]{36})'/.exec(policy)?.[1] ?? '')
    expect(nonces[0]).not.toBe(nonces[1])
    expect(policies[0]?.replaceAll(nonces[0] ?? '', 'NONCE')).toBe(
      [
        `default-src 'none'`,
        `script-src 'nonce-NONCE' https://api.bitrix24.com`,
        `style-src 'nonce-NONCE'`,
        `base-uri 'none'`,
        `form-action 'self'`,
        `frame-ancestors https://${scenario.domain}`,
      ].join('; '),
    )
    expect({
      type: first.headers.get('content-type'),
      cache: first.headers.get('cache-control'),
      referrer: first.headers.get('referrer-policy'),
      sniff: first.headers.get('x-content-type-options'),
      frameOptions: first.headers.get('x-frame-options'),
    }).toEqual({
      type: 'text/html; charset=utf-8',
      cache: 'no-store',
      referrer: 'no-referrer',
      sniff: 'nosniff',
      frameOptions: null,
    })
    const html = await first.text()
    expect(html.startsWith('<!doctype html>')).toBe(true)
    // The two inline scripts and the one inline style carry the nonce.
    expect(html.match(new RegExp(`nonce="${nonces[0]}"`, 'g'))).toHaveLength(3)
    // The library's failure has its words ready, out of sight.
    expect(html).toMatch(/<div id="unfinished" class="bad" role="alert" hidden>/)
    expect(html).toContain(ENGLISH.unfinished_here.text)
  })
})

describe('both routes take both bodies', () => {
  it('the frame page as form and as JSON', async () => {
    const json = JSON.stringify(
      Object.fromEntries(new URLSearchParams(scenario.portal.body('install-page-body'))),
    )
    for (const path of ['/bitrix24/install', '/bitrix24/events']) {
      expect((await read(await open({}, path))).title).toBe(CONNECTED.title)
      const response = await edge.call(json, { path, contentType: JSON_TYPE })
      expect((await read(response)).title).toBe(CONNECTED.title)
    }
  })

  it('an event, which is answered in JSON', async () => {
    await open()
    const event = scenario.portal.body('app-ONCRMREQUISITEUSERFIELDUPDATE', {
      ts: scenario.portal.ts(),
    })
    expect(await answerOf(await edge.call(event, { path: '/bitrix24/install' }))).toEqual({
      status: 200,
      body: { accepted: true, sequence: 1 },
    })
  })

  it('and what is no body of a portal is answered in JSON', async () => {
    const tokenless = scenario.portal.body('install-page-body', { AUTH_ID: null })
    const answer = await edge.call(tokenless, { path: '/bitrix24/install' })
    expect(await answerOf(answer)).toEqual(refused('untrusted'))
  })
})

const STATUS: InstallStatus = {
  state: 'active',
  missing: [],
  lastEventAt: Date.UTC(2026, 10, 24, 18, 40, 5),
  waiting: 1234,
  parked: 7,
}

function visit(status: InstallStatus | null): IntakeAnswer {
  return { kind: 'accepted', domain: DOMAIN, finished: true, status }
}

describe('installPage() has words for every refusal', () => {
  const cases: [
    answer: Extract<IntakeAnswer, { kind: 'refused' }>,
    status: number,
    words: object,
  ][] = [
    [{ kind: 'refused', code: 'untrusted' }, 403, REFUSED],
    [{ kind: 'refused', code: 'too_many_requests' }, 429, ENGLISH.too_many_requests],
    [{ kind: 'refused', code: 'not_stored' }, 503, ENGLISH.not_stored],
    [{ kind: 'refused', code: 'misconfigured' }, 503, ENGLISH.misconfigured],
    [{ kind: 'refused', code: 'untrusted', reason: 'suspended' }, 403, ENGLISH.suspended],
    [{ kind: 'refused', code: 'misconfigured', reason: 'suspended' }, 503, ENGLISH.misconfigured],
    [
      { kind: 'refused', code: 'untrusted', reason: 'not_administrator' },
      403,
      ENGLISH.not_administrator,
    ],
    // These reasons say more of the portal, or of the relay, than its user may know.
    [{ kind: 'refused', code: 'untrusted', reason: 'late' }, 403, REFUSED],
    [{ kind: 'refused', code: 'untrusted', reason: 'user_mismatch' }, 403, REFUSED],
    [{ kind: 'refused', code: 'untrusted', reason: 'no_key' }, 403, REFUSED],
  ]

  it.each(cases)('%j', async (answer, status, words) => {
    const seen = await read(await installPage(answer, 'en'))
    expect(seen).toMatchObject({ status, ...words, scripts: RETRY, framedBy: 'https:' })
  })
})

describe('installPage() shows the status of an installed portal', () => {
  it.each(['active', 'unfinished', 'tokens_lost', 'no_rights', 'suspended'] as const)(
    'in words, with its remedy: %s',
    async (state) => {
      const seen = await read(await installPage(visit({ ...STATUS, state }), 'de'))
      expect(seen).toMatchObject({
        status: 200,
        ...PAGE_TEXTS.de.subjects[state],
        framedBy: `https://${DOMAIN}`,
      })
    },
  )

  it.each([
    ['good', 'active', STATUS],
    ['attention', 'incomplete', { ...STATUS, missing: ['onCrmDealUserFieldAdd'] }],
    ['attention', 'tokens_lost', { ...STATUS, state: 'tokens_lost' }],
    ['attention', 'pending', { ...STATUS, state: 'pending' }],
  ] as const)('in the tone %s with the words of %s', async (tone, subject, status) => {
    const html = await (await installPage(visit(status), 'en')).text()
    expect(html).toContain(`<main class="${tone}">`)
    expect(html).toContain(`<p>${ENGLISH[subject].text}</p>`)
  })

  it.each([
    ["'none'", visit(STATUS)],
    ["'self'", { kind: 'pending', domain: null }],
  ] as const)('under a policy that lets a form go to %s', async (target, answer) => {
    const response = await installPage(answer, 'en')
    expect(response.headers.get('content-security-policy')).toContain(`form-action ${target};`)
  })

  it('without any count to a user who may not see it', async () => {
    const response = await installPage(visit(null), 'en')
    expect(response.status).toBe(200)
    const html = await response.text()
    expect(html).toContain(ENGLISH.visitor.text)
    expect(html).not.toContain('<dl>')
  })
})

describe('POST /bitrix24/install speaks the language of LANG', () => {
  it.each([
    ['de', 'de'],
    ['"><script>', 'en'],
  ])('%s as %s', async (sent, language) => {
    scenario.bitrix24.installed = false
    scenario.bitrix24.rest.finished = false
    const path = `/bitrix24/install?DOMAIN=${scenario.domain}&LANG=${encodeURIComponent(sent)}`
    const html = await (await edge.call(scenario.portal.body('install-page-body'), { path })).text()
    expect(html).toContain(`<html lang="${language}">`)
    expect(html).not.toContain('"><script>')
  })

  it('of the body where the query has none', async () => {
    scenario.bitrix24.installed = false
    scenario.bitrix24.rest.finished = false
    const body = scenario.portal.body('install-page-body', { LANG: 'fr' })
    const html = await (await edge.call(body, { path: '/bitrix24/install' })).text()
    expect(html).toContain('<html lang="fr">')
  })
})

describe('a frame reads every refusal of POST /bitrix24/install as a page', () => {
  const HOSTILE = encodeURIComponent('"><script>')
  const path = `/bitrix24/install?LANG=ru&DOMAIN=${HOSTILE}&APP_SID=${HOSTILE}`
  const headers = { accept: 'text/html,application/xhtml+xml' }

  it.each([
    ['what is no request', `member_id=${HOSTILE}&AUTH_ID=${HOSTILE}`, 400, 'malformed'],
    ['what is too large', 'x'.repeat(256 * 1024 + 1), 413, 'too_large'],
  ] as const)('%s', async (_, body, status, subject) => {
    const response = await edge.call(body, { path, headers })
    const html = await response.clone().text()
    expect(html).not.toContain('"><script>')
    expect(await read(response)).toMatchObject({
      status,
      ...PAGE_TEXTS.ru.subjects[subject],
      scripts: RETRY,
      framedBy: 'https:',
    })
  })

  it('and on the route of events in JSON', async () => {
    const response = await edge.call('x=1', { path: '/bitrix24/events', headers })
    expect((await answerOf(response)).status).toBe(400)
  })
})
