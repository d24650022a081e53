/**
 * The page in the portal's frame: what it says, what it does, who may frame it, and that nothing of the
 * request is in it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installPage } from '../../src/http/install-page.ts'
import type { IntakeAnswer } from '../../src/http/intake.ts'
import { answerOf, Edge, JSON_TYPE, watchLog } from '../support/edge.ts'
import { UNREACHABLE } from '../support/intake.ts'
import { PortalLab, type Changes } from '../support/portal-lab.ts'
import { APPLICATION_TOKEN } from '../support/runtime-bindings.ts'

const CONNECTED = {
  title: 'The relay is connected',
  text: 'Changes of this Bitrix24 are passed on from now on. This page can be closed.',
}
const REFUSED = {
  title: 'The installation was not accepted',
  text: 'Open this page as an administrator of this Bitrix24. If that does not help, ask the operator of the relay.',
}
const WAITS = {
  title: 'The relay waits for its operator',
  text: 'The installation is noted. It becomes active as soon as the application is configured in the relay.',
}
const BUSY = {
  title: 'The relay is busy',
  text: 'The installation is noted and will be finished within some minutes.',
}

let lab: PortalLab
let edge: Edge
let log: ReturnType<typeof watchLog>

beforeEach(() => {
  log = watchLog()
  lab = new PortalLab()
  edge = new Edge()
})

afterEach(async () => {
  expect(lab.network.unclaimed).toEqual([])
  expect(log.filter(({ level }) => level === 'error')).toEqual([])
  await lab.close()
})

/** Opens the page as the portal does. */
function open(changes: Changes = {}, path = '/bitrix24/install'): Promise<Response> {
  const query = `DOMAIN=${lab.domain}&PROTOCOL=1&LANG=en&APP_SID=canary-sid`
  return edge.call(lab.body('install-page-body', changes), { path: `${path}?${query}` })
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
  { status = 200, scripts = [] as string[], framedBy = `https://${lab.domain}` } = {},
) {
  return { status, ...words, heading: words.title, scripts, framedBy }
}

const FINISH = [
  'src="https://api.bitrix24.com/api/v1/":',
  'nonce="NONCE": BX24.init(() => BX24.installFinish())',
]

describe('POST /bitrix24/install answers the frame page with a page', () => {
  it('that ends an unfinished installation with BX24.installFinish()', async () => {
    lab.bitrix24.installed = false
    expect(await read(await open())).toEqual(page(CONNECTED, { scripts: FINISH }))
  })

  it('that runs nothing where the installation is finished', async () => {
    expect(await read(await open())).toEqual(page(CONNECTED))
    // The next visit shows the same.
    expect(await read(await open())).toEqual(page(CONNECTED))
  })

  it('that runs nothing as soon as the portal says so', async () => {
    lab.bitrix24.installed = false
    await open()
    lab.bitrix24.installed = true
    expect(await read(await open())).toEqual(page(CONNECTED))
  })

  it('that says why not, to an ordinary user of a portal without an install', async () => {
    lab.bitrix24.isAdmin = false
    expect(await read(await open())).toEqual(page(REFUSED, { status: 403, framedBy: 'https:' }))
    expect((await lab.traces()).kv).toEqual({})
  })

  it('that says the same where the OAuth server knows nothing of the token', async () => {
    lab.bitrix24.knownTokens = []
    expect(await read(await open())).toEqual(page(REFUSED, { status: 403, framedBy: 'https:' }))
  })

  it('that asks to wait where the OAuth server does not answer', async () => {
    lab.bitrix24.answers = false
    expect(await read(await open())).toEqual(page(WAITS, { framedBy: 'https:' }))
  })

  it('that asks to wait where the application is not configured yet', async () => {
    lab.bitrix24.clientId = 'local.unknown.1'
    expect(await read(await open())).toEqual(page(WAITS))
  })

  it('that asks for patience where the object cannot be reached', async () => {
    edge = new Edge({ PORTALS: { getByName: UNREACHABLE } })
    expect(await read(await open())).toEqual(page(BUSY, { framedBy: 'https:' }))
  })

  it('whose frame is the verified domain, whatever the query claims', async () => {
    const body = lab.body('install-page-body')
    const path = '/bitrix24/install?DOMAIN=evil.example.com'
    const { framedBy } = await read(await edge.call(body, { path }))
    expect(framedBy).not.toContain('evil')
    const bare = await read(await edge.call(body, { path: '/bitrix24/install' }))
    expect(bare).toEqual(page(CONNECTED))
  })

  it('with nothing of the request in it', async () => {
    const canaries = {
      PLACEMENT_OPTIONS: '<script>canary-options</script>',
      status: 'canary-status',
      APPLICATION_SCOPE: 'canary-scope',
      canary: 'canary-key',
    }
    const accepted = await open(canaries)
    lab.bitrix24.isAdmin = false
    lab.bitrix24.userId = 99
    const refused = await open({ ...canaries, APPLICATION_TOKEN: 'canary-new-token' })
    expect([accepted.status, refused.status]).toEqual([200, 403])
    const tokens = new URLSearchParams(lab.body('install-page-body'))
    for (const response of [accepted, refused]) {
      const shown = (await response.text()) + JSON.stringify([...response.headers])
      const secrets = [tokens.get('AUTH_ID'), tokens.get('REFRESH_ID'), APPLICATION_TOKEN, 'canary']
      expect(secrets.filter((secret) => shown.includes(String(secret)))).toEqual([])
    }
  })

  it('under headers that let it do nothing else', async () => {
    lab.bitrix24.installed = false
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
        `form-action 'none'`,
        `frame-ancestors https://${lab.domain}`,
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
    // The one inline script and the one inline style carry the nonce.
    expect(html.match(new RegExp(`nonce="${nonces[0]}"`, 'g'))).toHaveLength(2)
  })
})

describe('both routes take both bodies', () => {
  it('the frame page as form and as JSON', async () => {
    const json = JSON.stringify(
      Object.fromEntries(new URLSearchParams(lab.body('install-page-body'))),
    )
    for (const path of ['/bitrix24/install', '/bitrix24/events']) {
      expect(await read(await open({}, path))).toEqual(page(CONNECTED))
      const response = await edge.call(json, { path, contentType: JSON_TYPE })
      expect(await read(response)).toEqual(page(CONNECTED))
    }
  })

  it('an event, which is answered in JSON', async () => {
    await open()
    const event = lab.body('app-ONCRMREQUISITEUSERFIELDUPDATE', { ts: lab.ts() })
    expect(await answerOf(await edge.call(event, { path: '/bitrix24/install' }))).toEqual({
      status: 200,
      body: { accepted: true, sequence: 1 },
    })
  })

  it('and what is no body of a portal is answered in JSON', async () => {
    const tokenless = lab.body('install-page-body', { AUTH_ID: null })
    expect(await answerOf(await edge.call(tokenless, { path: '/bitrix24/install' }))).toEqual({
      status: 403,
      body: {
        error: {
          code: 'untrusted',
          message: 'The caller could not prove that it speaks for the portal',
        },
      },
    })
  })
})

describe('installPage() has words for every answer', () => {
  const domain = 'acme.bitrix24.com'
  const wait = 'then open this page again.'
  const cases: [answer: IntakeAnswer, status: number, words: { title: string; text: string }][] = [
    [{ kind: 'accepted', domain, finished: true }, 200, CONNECTED],
    [{ kind: 'accepted', domain, finished: false }, 200, CONNECTED],
    [{ kind: 'pending', domain }, 200, WAITS],
    [{ kind: 'spilled' }, 200, BUSY],
    [{ kind: 'refused', code: 'untrusted' }, 403, REFUSED],
    [
      { kind: 'refused', code: 'too_many_requests' },
      429,
      {
        ...REFUSED,
        text: `There were too many attempts for this Bitrix24. Wait a minute, ${wait}`,
      },
    ],
    [
      { kind: 'refused', code: 'not_stored' },
      503,
      { ...REFUSED, text: `The relay could not note the installation. Wait some minutes, ${wait}` },
    ],
    [
      { kind: 'refused', code: 'misconfigured' },
      503,
      {
        ...REFUSED,
        text: `The relay is not configured yet. Ask its operator to look at /healthz, ${wait}`,
      },
    ],
  ]

  it.each(cases)('%j', async (answer, status, words) => {
    const isUnfinished = answer.kind === 'accepted' && !answer.finished
    const framedBy = 'domain' in answer ? `https://${domain}` : 'https:'
    const scripts = isUnfinished ? FINISH : []
    expect(await read(await installPage(answer))).toEqual(
      page(words, { status, scripts, framedBy }),
    )
  })
})
