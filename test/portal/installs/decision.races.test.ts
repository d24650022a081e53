/** Trust under a hostile order of things: forged installs, outages, delays and visits in between. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CLIENT_ID, PortalLab, RELAY } from '../../support/relay-scenario.ts'

const MINUTE_MS = 60_000
const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'
const UPDATED = { 'auth[application_token]': NEW_TOKEN }
const SECOND = 'local.0123456789abcd.87654321'

let lab: PortalLab

beforeEach(() => {
  lab = new PortalLab()
})

afterEach(async () => {
  await lab.close()
})

/** An install that nobody could confirm, with a token of its own. */
function forge(name: string): Promise<Response> {
  return lab.install({
    'auth[access_token]': `forged-access-${name}`,
    'auth[refresh_token]': `forged-refresh-${name}`,
    'auth[application_token]': name.padEnd(32, 'x'),
    ts: lab.ts(-1),
  })
}

/** The OAuth server answers again, and knows the access token of one recorded body alone. */
function answerFor(name: string): void {
  lab.bitrix24.answers = true
  lab.bitrix24.knownTokens = [accessTokenOf(name)]
}

function accessTokenOf(name: string): string {
  return new URLSearchParams(lab.body(name)).get('auth[access_token]') ?? ''
}

function visitAs(userId: number): void {
  lab.bitrix24.userId = userId
  lab.bitrix24.isAdmin = false
}

async function subscribed(): Promise<void> {
  await vi.waitFor(async () => {
    expect((await lab.stored()).subscriptions.checkedAt).not.toBeNull()
  })
}

describe('a pending install while the OAuth server is silent', () => {
  beforeEach(() => {
    lab.bitrix24.answers = false
  })

  it.each([
    ['after it', ['true', 'a']],
    ['before it', ['a', 'true']],
    ['around it', ['a', 'b', 'true', 'c']],
  ])('is trusted although forged ones came %s', async (_, order) => {
    for (const name of order) await (name === 'true' ? lab.install() : forge(name))
    answerFor('app-ONAPPINSTALL-local')
    await lab.later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
    expect((await lab.event()).status).toBe(200)
  })

  it('stays pending when a forged one beside it is refused', async () => {
    await lab.install()
    const before = await lab.pending()
    await forge('a')
    lab.byToken.set('forged-access-a', { answers: true, knownTokens: [] })
    await lab.later(MINUTE_MS + 1000)
    expect(before).not.toBeNull()
    expect(await lab.pending()).toMatchObject({ tokenHash: before?.tokenHash, others: [] })
  })

  it('is refused when too many are pending already', async () => {
    for (const name of ['a', 'b', 'c', 'd']) expect((await forge(name)).status).toBe(200)
    const before = await lab.pending()
    expect((await forge('e')).status).toBe(403)
    expect(await lab.pending()).toEqual(before)
  })

  it('is not ended by a page without an application token', async () => {
    await lab.install()
    lab.bitrix24.answers = true
    expect((await lab.page({ APPLICATION_TOKEN: null })).status).toBe(200)
    await lab.later(MINUTE_MS + 1000)
    expect((await lab.event()).status).toBe(200)
  })
})

describe('a true update at an installed portal', () => {
  it('is trusted although a forged install came after it during an outage', async () => {
    await lab.install()
    lab.bitrix24.answers = false
    await lab.update(UPDATED)
    await forge('a')
    answerFor('app-ONAPPUPDATE')
    await lab.later(MINUTE_MS + 1000)
    expect((await lab.event(UPDATED)).status).toBe(200)
  })

  it('makes its token the current one although a page was visited after it', async () => {
    await lab.install()
    await lab.page({ APPLICATION_TOKEN: null })
    await lab.update({ ...UPDATED, ts: lab.ts(-300) })
    lab.offsetMs += 25 * 60 * MINUTE_MS
    expect((await lab.event(UPDATED)).status).toBe(200)
  })

  it('is not ended by an uninstall that is older than it', async () => {
    await lab.install({ ts: lab.ts(-900) })
    lab.bitrix24.answers = false
    await lab.install({ ts: lab.ts(-100) })
    const before = await lab.pending()
    await lab.uninstall('keep-data', { ts: lab.ts(-200) })
    expect(before).not.toBeNull()
    expect(await lab.pending()).toEqual(before)
    await lab.restart()
    expect(await lab.pending()).toEqual(before)
  })
})

describe('a page', () => {
  it('installs again within a minute of an uninstall, whose repetition ends nothing', async () => {
    await lab.install()
    await lab.uninstall('keep-data', { ts: lab.ts(-10) })
    expect((await lab.page()).status).toBe(200)
    const token = new URLSearchParams(lab.body('install-page-body')).get('APPLICATION_TOKEN')
    const again = { 'auth[application_token]': token, ts: lab.ts(-10) }
    expect((await lab.uninstall('keep-data', again)).status).toBe(200)
    expect((await lab.view()).install.kinds).toEqual(['application'])
  })

  it('does not make an uninstall late that came on the way', async () => {
    await lab.install({ ts: lab.ts(-900) })
    await lab.page()
    await lab.uninstall('keep-data', { ts: lab.ts(-300) })
    expect((await lab.view()).state).toBe('uninstalled')
  })

  it("of an ordinary user does not move the portal's events to the address it was called at", async () => {
    await lab.install()
    visitAs(77)
    const http = `${RELAY.replace('https:', 'http:')}/bitrix24/events`
    const request = { ...anInstallRequest(), handlerUrl: http }
    expect(await lab.stub().install(request)).toMatchObject({ kind: 'installed' })
    expect((await lab.stored()).handlerUrl).toBe(`${RELAY}/bitrix24/events`)
  })

  it('that changes nothing is not written to KV', async () => {
    await lab.install()
    await vi.waitFor(async () => expect((await lab.stored()).kvDirty).toBe(false))
    const saved = vi.fn<() => Promise<void>>(async () => {})
    lab.adapt = (settings) => {
      const installs = Object.create(settings.installs, { save: { value: saved } })
      return { ...settings, installs }
    }
    await lab.restart()
    visitAs(77)
    await lab.page()
    expect(saved).not.toHaveBeenCalled()
  })

  it('does not report subscriptions as missing that the portal was not able to list', async () => {
    await lab.install()
    await subscribed()
    const before = (await lab.stored()).subscriptions
    let listed = 0
    lab.network.handle(({ url }) => {
      if (!url.endsWith('/rest/event.get')) return null
      listed += 1
      return Response.json({ error: 'expired_token' }, { status: 401 })
    })
    await lab.restart()
    visitAs(77)
    await lab.page()
    // Once more after the refresh that the answer asks for.
    await vi.waitFor(() => expect(listed).toBe(2))
    await scheduler.wait(20)
    expect((await lab.stored()).subscriptions).toEqual(before)
  })

  it('without a new pair does not ask for the subscriptions again', async () => {
    await lab.install()
    await subscribed()
    const before = lab.network.sent.filter(({ url }) => url.endsWith('/rest/event.get')).length
    visitAs(77)
    await lab.page()
    await scheduler.wait(20)
    const after = lab.network.sent.filter(({ url }) => url.endsWith('/rest/event.get')).length
    expect(after).toBe(before)
  })
})

describe('a second application', () => {
  beforeEach(async () => {
    lab.adapt = (settings) => ({
      ...settings,
      applications: new Map([...settings.applications, [SECOND, 'secret-of-the-second']]),
    })
    await lab.install()
    lab.bitrix24.clientId = SECOND
  })

  it('is refused with a remedy, so that the first one goes on speaking', async () => {
    expect((await lab.install({ ...UPDATED, ts: lab.ts(-800) })).status).toBe(403)
    const { install, refused } = await lab.view()
    expect(install.clientId).toBe(CLIENT_ID)
    expect(refused).toMatchObject({
      count: 1,
      reason: 'another_application',
      remedy: expect.stringMatching(/^Uninstall the application that the portal has/u),
    })
    lab.offsetMs += 25 * 60 * MINUTE_MS
    expect((await lab.event()).status).toBe(200)
  })

  it('is installed after the first one was uninstalled', async () => {
    await lab.uninstall('keep-data', { ts: lab.ts(-850) })
    expect((await lab.install({ ...UPDATED, ts: lab.ts(-800) })).status).toBe(200)
    expect((await lab.view()).install.clientId).toBe(SECOND)
  })

  it('takes the place of one that is configured no more', async () => {
    lab.adapt = (settings) => ({ ...settings, applications: new Map([[SECOND, 'secret']]) })
    await lab.restart()
    expect((await lab.install({ ...UPDATED, ts: lab.ts(-800) })).status).toBe(200)
    expect((await lab.view()).install.clientId).toBe(SECOND)
  })
})

describe('a refused install', () => {
  it.each([
    ['stores the fresh pair when it presented the stored one', {}, 'fresh-refresh-canary-1'],
    ['stores no pair of somebody else', { 'auth[refresh_token]': 'refresh-of-somebody' }, 'stored'],
  ])('%s', async (_, changes, expected) => {
    await lab.install()
    const stored = new URLSearchParams(lab.body('app-ONAPPINSTALL-local')).get(
      'auth[refresh_token]',
    )
    const access = accessTokenOf('app-ONAPPINSTALL-local')
    lab.network.handle(({ url, body }) =>
      url.endsWith('/rest/app.info') && new URLSearchParams(body).get('auth') === access
        ? Response.json({ error: 'expired_token' }, { status: 401 })
        : null,
    )
    const wrong = { 'auth[user_id]': 99, ts: lab.ts(-100) }
    expect((await lab.install({ ...wrong, ...changes })).status).toBe(403)
    expect((await lab.view()).refused.reason).toBe('user_mismatch')
    const { application } = await lab.stored()
    const pair = JSON.parse(await lab.open(application?.tokens, 'tokens'))
    expect(pair).toMatchObject({ refreshToken: expected === 'stored' ? stored : expected })
  })
})

function anInstallRequest() {
  const form = new URLSearchParams(lab.body('app-ONAPPINSTALL-local'))
  return {
    kind: 'install' as const,
    cause: 'page' as const,
    memberId: lab.memberId,
    applicationToken: form.get('auth[application_token]'),
    ts: null,
    credentials: {
      accessToken: form.get('auth[access_token]') ?? '',
      refreshToken: null,
      expiresAt: null,
      serverEndpoint: null,
      clientEndpoint: null,
      domain: null,
      userId: null,
      status: null,
      scope: null,
    },
    systemUser: null,
    language: null,
  }
}
