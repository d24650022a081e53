/**
 * The tokens of a portal under races and failures: one refresh however many callers, stored before use,
 * and nothing written for a pair or an installation that has been replaced meanwhile.
 */
import { describe, expect, it } from 'vitest'
import {
  NO_INSTALL,
  type ApplicationInstall,
  type InstallState,
} from '../../../src/core/access/install.ts'
import type { OutgoingWebhook } from '../../../src/core/access/outgoing-webhook.ts'
import { InstallRows } from '../../../src/portal/installs/install-rows.ts'
import { TokenKeeper } from '../../../src/portal/tokens/caller.ts'
import { openPair, sealPair, type PairField } from '../../../src/portal/tokens/pairs.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { parseTokenKeys } from '../../../src/storage/token-keys.ts'

const MEMBER = 'a223c6b3710f85df22e9377d6c4f7553'
const CLIENT = 'local.573ad8a0346747.09223434'
const SECRET = 'canary-secret-of-the-application'
const OAUTH = 'https://oauth.bitrix.info'
const TECH = 'https://oauth.bitrix24.tech'
const ENDPOINT = 'https://acme.bitrix24.com/rest/'
const WEBHOOK_URL = 'https://acme.bitrix24.com/rest/1/canarywebhooksecret/'
const METHOD = 'crm.requisite.userfield.get'
const NOW = 1_790_000_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const keys = parseTokenKeys({ k1: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' })
const SEALER = createSealer(keys.ok ? keys.value : [])

interface Sent {
  readonly url: string
  readonly form: URLSearchParams
}

type Answer = (sent: Sent) => Response | Promise<Response>

function fail(error: string, status = 401): Response {
  return Response.json({ error }, { status })
}

function seal(field: PairField, name: string): Promise<string | null> {
  const pair = {
    accessToken: `canary-access-${name}`,
    refreshToken: `canary-refresh-${name}`,
    expiresAt: NOW / 1000,
    userId: 1,
  }
  return sealPair(SEALER, pair, { memberId: MEMBER, field })
}

function pairAnswer(name: string, fields: Record<string, unknown> = {}): Response {
  return Response.json({
    access_token: `canary-access-${name}`,
    refresh_token: `canary-refresh-${name}`,
    expires: NOW / 1000 + 3600,
    member_id: MEMBER,
    user_id: 1,
    server_endpoint: `${OAUTH}/rest/`,
    ...fields,
  })
}

function appInfo(install: Record<string, unknown>): Response {
  const own = { installed: true, status: 'L', scope: 'crm', member_id: MEMBER }
  return Response.json({
    result: { client_id: CLIENT, scope: 'crm', user_id: 1, install: { ...own, ...install } },
  })
}

/** A portal that knows the access token `fresh` only, and an OAuth server that gives it. */
class Scene {
  now = NOW
  readonly sent: Sent[] = []
  readonly lines: string[] = []
  install: InstallState = NO_INSTALL
  failsToStore = false
  webhooks: OutgoingWebhook[] = []
  applications = new Map([[CLIENT, SECRET]])
  oauthUrls = [OAUTH, TECH]
  valid = new Set(['canary-access-fresh'])
  onRefresh: Answer = () => pairAnswer('fresh')
  onInfo: Answer = () => fail('expired_token')
  onCall: Answer = ({ form }) =>
    this.valid.has(form.get('auth') ?? '')
      ? Response.json({ result: { ID: '235' } })
      : fail('expired_token')

  async begin(application: Partial<ApplicationInstall> = {}): Promise<this> {
    this.install = {
      ...NO_INSTALL,
      application: {
        clientId: CLIENT,
        domain: 'acme.bitrix24.com',
        clientEndpoint: ENDPOINT,
        oauthUrl: OAUTH,
        installerUserId: 1,
        systemUserId: null,
        applicationStatus: 'L',
        scope: 'crm',
        installedAt: NOW,
        finished: true,
        tokens: await seal('tokens', 'old'),
        tokensIssuedAt: NOW / 1000,
        systemTokens: null,
        systemTokensIssuedAt: 0,
        ...application,
      },
    }
    return this
  }

  change(application: Partial<ApplicationInstall>): void {
    const known = this.install.application
    if (known === null) throw new Error('Cannot change an application that is not installed')
    this.install = { ...this.install, application: { ...known, ...application } }
  }

  keeper(): TokenKeeper {
    const install = () => this.install
    return new TokenKeeper({
      memberId: MEMBER,
      state: {
        install,
        changeInstall: (change) => {
          if (this.failsToStore) throw new Error('Cannot store')
          this.install = change(this.install)
        },
      },
      config: {
        policy: { allowLocal: false },
        sealer: SEALER,
        applications: this.applications,
        oauthUrls: this.oauthUrls,
        webhooks: this.webhooks,
      },
      world: {
        fetch: (input, init) => this.#answer(input, String(init?.body)),
        now: () => this.now,
        log: (...line) => void this.lines.push(JSON.stringify(line)),
      },
    })
  }

  async #answer(url: string, body: string): Promise<Response> {
    const sent = { url, form: new URLSearchParams(body) }
    this.sent.push(sent)
    if (url.endsWith('/oauth/token/')) return this.onRefresh(sent)
    if (url.endsWith('/rest/app.info')) return this.onInfo(sent)
    return this.onCall(sent)
  }

  refreshes(): number {
    return this.sent.filter(({ url }) => url.endsWith('/oauth/token/')).length
  }

  urls(): string[] {
    return this.sent.map(({ url }) => url)
  }

  async stored(field: PairField = 'tokens'): Promise<string | null> {
    const sealed = this.install.application?.[field] ?? ''
    const opened = await openPair(SEALER, sealed, { memberId: MEMBER, field })
    return opened.ok ? opened.value.refreshToken : null
  }
}

async function aScene(application: Partial<ApplicationInstall> = {}): Promise<Scene> {
  return new Scene().begin(application)
}

describe('TokenKeeper refreshes', () => {
  it('50 calls that find the token expired at once cause exactly one refresh', async () => {
    const scene = await aScene()
    const call = scene.keeper().callerFor('background')
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(METHOD, { id: 235 })))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(50)
    expect(scene.refreshes()).toBe(1)
    expect(await scene.stored()).toBe('canary-refresh-fresh')
  })

  it('a good token is never refreshed by habit', async () => {
    const scene = await aScene()
    scene.valid.add('canary-access-old')
    const call = scene.keeper().callerFor('background')
    for (let n = 0; n < 5; n += 1) await call(METHOD, {})
    expect(scene.refreshes()).toBe(0)
  })

  it('the fresh pair is stored before it is used', async () => {
    const scene = await aScene()
    const seen: (string | null)[] = []
    const answer = scene.onCall
    scene.onCall = async (sent) => {
      if (sent.form.get('auth') === 'canary-access-fresh') seen.push(await scene.stored())
      return answer(sent)
    }
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(seen).toEqual(['canary-refresh-fresh'])
  })

  it('secrets stand in no URL, no log line and no error', async () => {
    const scene = await aScene()
    const call = scene.keeper().callerFor('background')
    await call(METHOD, {})
    scene.onCall = () => fail('canary-access-fresh')
    const refused = await call(METHOD, {})
    expect(scene.sent.some(({ form }) => form.get('client_secret') === SECRET)).toBe(true)
    expect(JSON.stringify([scene.urls(), scene.lines, refused])).not.toContain('canary')
  })

  it('a token that the portal refuses after a refresh is not refreshed with every call', async () => {
    const scene = await aScene()
    scene.onCall = () => fail('invalid_token')
    const call = scene.keeper().callerFor('background')
    for (let n = 0; n < 5; n += 1) await call(METHOD, {})
    expect(scene.refreshes()).toBe(1)
  })

  it('an answer of another portal is thrown away and the pair counts as lost', async () => {
    const scene = await aScene()
    scene.onRefresh = () => pairAnswer('stranger', { member_id: 'f'.repeat(32) })
    const answer = await scene.keeper().callerFor('background')(METHOD, {})
    expect(answer.ok).toBe(false)
    expect(await scene.stored()).toBe('canary-refresh-old')
    expect(scene.install.access?.trouble).toBe('tokens_lost')
  })

  it('the server that the answer names is followed only when it is allow-listed', async () => {
    const scene = await aScene()
    scene.onRefresh = () => pairAnswer('fresh', { server_endpoint: `${TECH}/rest/` })
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(scene.install.application?.oauthUrl).toBe(TECH)
    const other = await aScene()
    other.onRefresh = () =>
      pairAnswer('fresh', { server_endpoint: 'https://evil.example.com/rest/' })
    await other.keeper().callerFor('background')(METHOD, {})
    expect(other.install.application?.oauthUrl).toBe(OAUTH)
  })
})

describe('TokenKeeper while the OAuth server is down', () => {
  it.each([
    [null, 30_000],
    ['90', 90_000],
  ])('with Retry-After %s, it is left alone for %i ms', async (retryAfter, restMs) => {
    const scene = await aScene()
    const headers = retryAfter === null ? {} : { 'retry-after': retryAfter }
    scene.onRefresh = () => new Response('<html>', { status: 503, headers })
    const call = scene.keeper().callerFor('background')
    const first = await call(METHOD, {})
    scene.now += restMs - 1
    expect(await call(METHOD, {})).toEqual(first)
    expect(scene.refreshes()).toBe(1)
    expect(scene.install.access).toBeNull()
    scene.now += 1
    scene.onRefresh = () => pairAnswer('fresh')
    expect((await call(METHOD, {})).ok).toBe(true)
    expect(scene.refreshes()).toBe(2)
  })
})

describe('TokenKeeper races', () => {
  it('a late invalid_grant does not kill a newer pair', async () => {
    const scene = await aScene()
    scene.onRefresh = async () => {
      scene.change({ tokens: await seal('tokens', 'fresh') })
      return fail('invalid_grant', 400)
    }
    const call = scene.keeper().callerFor('background')
    await call(METHOD, {})
    expect(scene.install.access).toBeNull()
    expect((await call(METHOD, {})).ok).toBe(true)
  })

  it('a late NOT_INSTALLED says nothing of a newer pair', async () => {
    const scene = await aScene()
    scene.onRefresh = async () => {
      scene.change({ tokens: await seal('tokens', 'fresh') })
      return fail('NOT_INSTALLED')
    }
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(scene.install.access).toBeNull()
  })

  it('a pair that came during the refresh is not replaced by the refreshed older one', async () => {
    const scene = await aScene()
    scene.onRefresh = async () => {
      scene.change({ tokens: await seal('tokens', 'newer') })
      return pairAnswer('fresh')
    }
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(await scene.stored()).toBe('canary-refresh-newer')
  })

  it('an uninstall and a new install with the same pair during the refresh write nothing', async () => {
    const scene = await aScene()
    scene.onRefresh = () => {
      scene.install = { ...scene.install, generation: 1 }
      return pairAnswer('fresh')
    }
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(await scene.stored()).toBe('canary-refresh-old')
  })

  it('an uninstall during the refresh writes nothing', async () => {
    const scene = await aScene()
    let ended: InstallState | null = null
    scene.onRefresh = () => {
      scene.install = { ...NO_INSTALL, generation: 1 }
      ended = scene.install
      return pairAnswer('fresh')
    }
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(scene.install).toBe(ended)
  })

  it('a pair that was sealed again during its refresh is still replaced by the fresh one', async () => {
    const scene = await aScene()
    scene.onRefresh = async () => {
      scene.change({ tokens: await seal('tokens', 'old') })
      return pairAnswer('fresh')
    }
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(await scene.stored()).toBe('canary-refresh-fresh')
  })

  it('a store that fails rejects no caller, and the portal is lost only when Bitrix24 says so', async () => {
    const scene = await aScene()
    scene.failsToStore = true
    const call = scene.keeper().callerFor('background')
    expect((await call(METHOD, {})).ok).toBe(false)
    scene.failsToStore = false
    expect(scene.install.access).toBeNull()
    scene.onRefresh = () => fail('invalid_grant', 400)
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(scene.install.access?.trouble).toBe('tokens_lost')
  })
})

describe('TokenKeeper troubles', () => {
  it.each([
    ['PAYMENT_REQUIRED', 'suspended'],
    ['ACCESS_DENIED', 'no_rights'],
    ['user_access_error', 'no_rights'],
    ['METHOD_CONFIRM_WAITING', 'method_confirmation'],
  ])('%s is remembered for an hour and ends with the first success', async (code, trouble) => {
    const scene = await aScene()
    scene.onCall = () => fail(code, 403)
    const call = scene.keeper().callerFor('background')
    await call(METHOD, {})
    expect(scene.install.access?.trouble).toBe(trouble)
    const asked = scene.sent.length
    scene.now += HOUR_MS - 1
    expect((await call(METHOD, {})).ok).toBe(false)
    expect(scene.sent).toHaveLength(asked)
    scene.now += 1
    scene.onCall = () => Response.json({ result: {} })
    expect((await call(METHOD, {})).ok).toBe(true)
    expect(scene.install.access).toBeNull()
  })

  it.each([
    ['APPLICATION_NOT_FOUND', 'uninstalled'],
    ['PORTAL_DELETED', 'deleted'],
  ])('%s lasts until a new pair comes', async (code, trouble) => {
    const scene = await aScene()
    scene.onCall = () => fail(code)
    const call = scene.keeper().callerFor('background')
    await call(METHOD, {})
    expect(scene.install.access?.trouble).toBe(trouble)
    const asked = scene.sent.length
    scene.now += 30 * DAY_MS
    await call(METHOD, {})
    expect(scene.sent).toHaveLength(asked)
  })

  it.each([
    ['invalid_grant', 'tokens_lost'],
    ['invalid_client', 'secret_refused'],
    ['wrong_client', 'secret_refused'],
    ['NOT_INSTALLED', 'uninstalled'],
    ['PAYMENT_REQUIRED', 'suspended'],
  ])('a refresh that says %s means %s, with HTTP 200 too', async (code, trouble) => {
    const scene = await aScene()
    scene.onRefresh = () => fail(code, 200)
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(scene.install.access?.trouble).toBe(trouble)
  })

  it.each([
    [
      'one field is denied',
      METHOD,
      () => Response.json({ error: '', error_description: 'Access denied' }, { status: 400 }),
    ],
    ['event.bind is denied', 'event.bind', () => fail('ACCESS_DENIED', 403)],
    ['user.get is denied', 'user.get', () => fail('ACCESS_DENIED', 403)],
    ['a scope is missing', 'user.get', () => fail('insufficient_scope', 403)],
    [
      'another method waits for confirmation',
      'user.get',
      () => fail('METHOD_CONFIRM_WAITING', 401),
    ],
    ['nobody answers', METHOD, () => new Response('<html>', { status: 502 })],
  ])('says nothing of the portal when %s', async (_, method, answer) => {
    const scene = await aScene()
    scene.onCall = answer
    await scene.keeper().callerFor('background')(method, {})
    expect(scene.install.access).toBeNull()
  })

  it('a row that was written before access was remembered is completed when it is read', async () => {
    const scene = await aScene({ systemTokens: 'sealed', systemUserId: 512 })
    const { access: _, application, ...older } = scene.install
    const { systemTokensIssuedAt: __, ...former } = application ?? {}
    const install = JSON.stringify({
      ...older,
      application: former,
      subscriptions: { checkedAt: 1, missing: [] },
    })
    const rows = new InstallRows({
      all: () => [{ install }],
      transaction: (work) => work(),
      sync: async () => {},
    })
    expect(rows.loadInstall()).toEqual({
      ...scene.install,
      application: { ...application, systemTokensIssuedAt: NOW / 1000 },
      subscriptions: { checkedAt: 1, missing: [], fixedUser: [] },
    })
  })
})

describe('TokenKeeper choice', () => {
  it.each([
    ['background', 'canary-access-system'],
    ['administration', 'canary-access-old'],
  ] as const)('%s begins with its own pair', async (purpose, token) => {
    const scene = await aScene({
      systemTokens: await seal('systemTokens', 'system'),
      systemUserId: 512,
    })
    scene.valid = new Set(['canary-access-system', 'canary-access-old'])
    await scene.keeper().callerFor(purpose)(METHOD, {})
    expect(scene.sent.map(({ form }) => form.get('auth'))).toEqual([token])
  })

  it("the installer's pair takes over from a dead system user's, also after a restart", async () => {
    const scene = await aScene({
      systemTokens: await seal('systemTokens', 'system'),
      systemUserId: 512,
    })
    scene.valid = new Set(['canary-access-old'])
    scene.onRefresh = () => fail('invalid_grant', 400)
    expect((await scene.keeper().callerFor('background')(METHOD, {})).ok).toBe(true)
    expect((await scene.keeper().callerFor('background')(METHOD, {})).ok).toBe(true)
    expect(scene.refreshes()).toBe(1)
  })

  it('an incoming webhook reads and never binds', async () => {
    const scene = new Scene()
    scene.webhooks = [{ token: 't'.repeat(32), portal: 'acme.bitrix24.com', rest: WEBHOOK_URL }]
    scene.install = {
      ...NO_INSTALL,
      webhooks: [{ hash: 'h', portal: 'acme.bitrix24.com', since: 1 }],
    }
    scene.onCall = () => Response.json({ result: {} })
    expect((await scene.keeper().callerFor('background')(METHOD, {})).ok).toBe(true)
    expect(scene.urls()).toEqual([`${WEBHOOK_URL}${METHOD}`])
    expect((await scene.keeper().callerFor('administration')('event.bind', {})).ok).toBe(false)
    expect(scene.sent).toHaveLength(1)
  })

  it.each(['PAYMENT_REQUIRED', 'APPLICATION_NOT_FOUND'])(
    'an incoming webhook answers at once when the application is told %s',
    async (code) => {
      const scene = await aScene()
      scene.webhooks = [{ token: 't'.repeat(32), portal: 'acme.bitrix24.com', rest: WEBHOOK_URL }]
      scene.install = {
        ...scene.install,
        webhooks: [{ hash: 'h', portal: 'acme.bitrix24.com', since: 1 }],
      }
      scene.onCall = ({ url }) =>
        url.startsWith(WEBHOOK_URL) ? Response.json({ result: {} }) : fail(code, 403)
      expect((await scene.keeper().callerFor('background')(METHOD, {})).ok).toBe(true)
      expect(scene.urls()).toEqual([`${ENDPOINT}${METHOD}`, `${WEBHOOK_URL}${METHOD}`])
    },
  )

  it('an incoming webhook of another domain than the verified one is not asked', async () => {
    const scene = await aScene({ tokens: null })
    scene.webhooks = [{ token: 't'.repeat(32), portal: 'other.bitrix24.com', rest: WEBHOOK_URL }]
    scene.install = {
      ...scene.install,
      webhooks: [{ hash: 'h', portal: 'other.bitrix24.com', since: 1 }],
    }
    await scene.keeper().callerFor('background')(METHOD, {})
    expect(scene.sent).toEqual([])
  })
})

describe('TokenKeeper renamed portals', () => {
  const NEW = 'https://new.bitrix24.com/rest/'

  async function aRenamed(info: Answer): Promise<Scene> {
    const scene = await aScene()
    scene.onInfo = info
    scene.onCall = ({ url }) =>
      url.startsWith(NEW)
        ? Response.json({ result: {} })
        : new Response(null, { status: 302, headers: { location: `${NEW}${METHOD}` } })
    return scene
  }

  it('follows a redirect that the OAuth server confirms', async () => {
    const scene = await aRenamed(() =>
      appInfo({ domain: 'new.bitrix24.com', client_endpoint: NEW }),
    )
    expect((await scene.keeper().callerFor('background')(METHOD, {})).ok).toBe(true)
    const { domain, clientEndpoint } = scene.install.application ?? {}
    expect({ domain, clientEndpoint, kvDirty: scene.install.kvDirty }).toEqual({
      domain: 'new.bitrix24.com',
      clientEndpoint: NEW,
      kvDirty: true,
    })
  })

  it.each<[string, Answer]>([
    ['nobody confirms', () => fail('invalid_token')],
    [
      'is the metadata service',
      () =>
        appInfo({ domain: '169.254.169.254', client_endpoint: 'https://169.254.169.254/rest/' }),
    ],
    [
      'belongs to another portal',
      () =>
        appInfo({ domain: 'new.bitrix24.com', client_endpoint: NEW, member_id: 'f'.repeat(32) }),
    ],
  ])('does not follow to a host that %s, and asks once in 10 minutes', async (_, info) => {
    const scene = await aRenamed(info)
    const call = scene.keeper().callerFor('background')
    for (let n = 0; n < 3; n += 1) expect((await call(METHOD, {})).ok).toBe(false)
    expect(scene.urls().filter((url) => url.endsWith('/app.info'))).toHaveLength(1)
    expect(scene.install.application?.clientEndpoint).toBe(ENDPOINT)
    expect(new Set(scene.urls().map((url) => new URL(url).host))).toEqual(
      new Set(['acme.bitrix24.com', 'oauth.bitrix.info']),
    )
  })
})

describe('TokenKeeper keepAlive()', () => {
  it.each([
    [19, 0],
    [21, 1],
  ])('a pair of %i days is refreshed %i times', async (days, refreshes) => {
    const scene = await aScene({ tokensIssuedAt: (NOW - days * DAY_MS) / 1000 })
    await scene.keeper().keepAlive()
    expect(scene.refreshes()).toBe(refreshes)
  })

  it("renews the system user's pair by its own age", async () => {
    const scene = await aScene({
      systemTokens: await seal('systemTokens', 'system'),
      systemUserId: 512,
      systemTokensIssuedAt: (NOW - 21 * DAY_MS) / 1000,
    })
    await scene.keeper().keepAlive()
    expect(scene.sent.map(({ form }) => form.get('refresh_token'))).toEqual([
      'canary-refresh-system',
    ])
  })
})
