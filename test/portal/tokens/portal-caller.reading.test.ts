/** With what a portal is read, end to end: whose token, how often refreshed, and never seen by anybody. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dumpKv } from '../../support/worker/traces.ts'
import { aDefinition } from '../../support/scenarios/reading-scenario.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'

const SYSTEM = { access: 'system-access-canary-4711', refresh: 'system-refresh-canary-4711' }
const READING_SECRET = 'readingcanary0815'
const OUTGOING_TOKEN = 'outgoing-webhook-token-0123456789'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
  scenario.bitrix24.rest.fields.set(235, aDefinition())
})

afterEach(() => {
  vi.restoreAllMocks()
  return scenario.close()
})

/** The REST calls of the portal: method and the token presented. */
function calls(): { method: string; token: string | null }[] {
  return scenario.network.to(scenario.domain).map(({ url, body }) => ({
    method: new URL(url).pathname.replace('/rest/', ''),
    token: new URLSearchParams(body).get('auth'),
  }))
}

function refreshes(): number {
  return scenario.network.sent.filter(({ url }) => url.endsWith('/oauth/token/')).length
}

async function delivered(count: number): Promise<Readonly<Record<string, unknown>>[]> {
  await vi.waitFor(() => expect(scenario.receiver('erp').delivered()).toHaveLength(count), 5000)
  return scenario.network.to('erp.example.com').map(({ body }) => {
    // Sound: the relay's own bodies.
    const { data } = JSON.parse(body) as { data: Readonly<Record<string, unknown>> }
    return data
  })
}

describe('an installed portal', () => {
  it('is read as its system user, and subscribed by its installer', async () => {
    scenario.byToken.set(SYSTEM.access, { userId: 512, isAdmin: false })
    await scenario.portal.installs()
    await scenario.portal.presentsSystemUser({
      'data[access_token]': SYSTEM.access,
      'data[refresh_token]': SYSTEM.refresh,
    })
    await scenario.portal.sends({ 'data[FIELDS][ID]': 235 })
    await delivered(1)
    const reads = calls().filter(({ method }) => /userfield\.get|batch/u.test(method))
    expect(reads.at(-1)?.token).toBe(SYSTEM.access)
    const listed = calls().filter(({ method }) => method === 'event.get')
    expect(listed.length).toBeGreaterThan(0)
    expect(listed.every(({ token }) => token !== SYSTEM.access)).toBe(true)
  })

  it('goes on being told of, thin, when its tokens are dead', async () => {
    await scenario.portal.installs()
    scenario.network.handle(({ url }) => {
      if (url.endsWith('/oauth/token/'))
        return Response.json({ error: 'invalid_grant' }, { status: 400 })
      return url.startsWith(`https://${scenario.domain}/rest/`)
        ? Response.json({ error: 'expired_token' }, { status: 401 })
        : null
    })
    expect((await scenario.portal.sends()).status).toBe(200)
    const [body] = await delivered(1)
    expect(body).toMatchObject({ enrichment: 'unavailable', enrichmentReason: 'tokens_lost' })
    const view: unknown = await (await scenario.admin()).json()
    expect(view).toMatchObject({
      state: 'tokens_lost',
      access: { trouble: 'tokens_lost', code: 'invalid_grant' },
      remedy: expect.stringContaining('administrator'),
      thin: 1,
    })
  })
})

describe('a portal with an outgoing and an incoming webhook', () => {
  beforeEach(() => {
    const rest = `https://${scenario.domain}/rest/1/${READING_SECRET}/`
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [{ token: OUTGOING_TOKEN, portal: scenario.memberId, rest }],
    })
    scenario.network.handle(({ url, body }) => {
      const prefix = `https://${scenario.domain}/rest/1/${READING_SECRET}/`
      if (!url.startsWith(prefix)) return null
      const method = url.slice(prefix.length)
      const answer = scenario.restAnswer(method, new URLSearchParams(body))
      return answer === null ? null : Response.json(answer)
    })
  })

  function webhookEvent(changes: Readonly<Record<string, string | number>> = {}) {
    const own = { 'data[FIELDS][ID]': 235, ts: scenario.portal.ts(), ...changes }
    return scenario.portal.sendsByWebhook(OUTGOING_TOKEN, own)
  }

  it('is told before and after without OAuth, and its address is seen by nobody', async () => {
    const lines: string[] = []
    for (const level of ['log', 'info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((...line) => void lines.push(line.join(' ')))
    }
    await webhookEvent()
    await delivered(1)
    scenario.bitrix24.rest.fields.set(235, aDefinition({ MANDATORY: 'Y' }))
    await webhookEvent({ ts: scenario.portal.ts(1) })
    const bodies = await delivered(2)
    expect(bodies[1]).toMatchObject({
      changes: [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }],
      enrichment: 'complete',
    })
    const view = await (await scenario.admin()).text()
    expect(JSON.parse(view)).toMatchObject({
      state: 'active',
      access: null,
      install: { kinds: ['outgoing_webhook'] },
    })
    const events = await (await scenario.admin('/events')).text()
    const stored = JSON.stringify([await scenario.tables(), await dumpKv(), Object.keys(env)])
    const sent = scenario.network.sent
      .filter(({ url }) => !url.startsWith(`https://${scenario.domain}/`))
      .map(({ url, body }) => url + body)
    const seen = [view, events, stored, ...lines, ...sent].join('\n')
    expect(seen).not.toContain(READING_SECRET)
    expect(refreshes()).toBe(0)
  })

  it('says what to do when the incoming webhook is refused', async () => {
    scenario.network.handle(({ url }) =>
      url.includes(READING_SECRET)
        ? Response.json({ error: 'INVALID_CREDENTIALS' }, { status: 401 })
        : null,
    )
    await webhookEvent()
    const [body] = await delivered(1)
    expect(body).toMatchObject({ enrichment: 'unavailable' })
    const view: unknown = await (await scenario.admin()).json()
    expect(view).toMatchObject({
      state: 'tokens_lost',
      access: { trouble: 'webhook_refused', code: 'INVALID_CREDENTIALS' },
      remedy: expect.stringContaining('OUTGOING_WEBHOOK_TOKENS'),
    })
  })
})
