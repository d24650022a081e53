/**
 * What a receiver's answers asked to be remembered lives with the lane: over evictions, until the settings
 * change. And the portal's own values: one destination, each portal its own channel.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { until } from '../../support/until.ts'
import { type Entry } from '../../support/builders/entries.ts'

const BOT = `123456789:${'A'.repeat(35)}`
const HANDSHAKE: Entry = {
  name: 'events',
  type: 'cloudevents',
  url: 'https://events.example.com/in',
  handshake: true,
}

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([])
})

afterEach(() => scenario.close())

async function deploy(entry: Entry): Promise<void> {
  await scenario.portal.becomesKnown()
  await scenario.relay.deploys([entry])
  await scenario.time.passesUntilQuiet()
}

/** What the requests to a host were: method and, of JSON bodies, the chat. */
function asked(host: string): string[] {
  return scenario.network.to(host).map(({ method, body }) => {
    // Sound: our own layout, of which only this key is read.
    const chat = body === '' ? '' : ((JSON.parse(body) as { chat_id?: string }).chat_id ?? '')
    return [method, chat].filter((part) => part !== '').join(' ')
  })
}

describe('a Telegram chat that moved', () => {
  const entry = { name: 'tg', type: 'telegram', token: BOT, chat: '-100' }

  function moved(): void {
    scenario.network.handle(({ url, body }) => {
      if (new URL(url).host !== 'api.telegram.org') return null
      if (!body.includes('"-100"')) return Response.json({ ok: true, result: {} })
      const parameters = { migrate_to_chat_id: -100777 }
      const description = 'Bad Request: group chat was upgraded to a supergroup chat'
      return Response.json({ ok: false, error_code: 400, description, parameters }, { status: 400 })
    })
  }

  /** Waits for requests as Telegram's pace allows them. */
  async function inTime(count: number): Promise<void> {
    await scenario.time.passesUntil(() => asked('api.telegram.org').length === count)
  }

  it('is followed at once, and without asking the old one again after an eviction', async () => {
    moved()
    await deploy(entry)
    await scenario.relay.passesOn()
    await until(() => asked('api.telegram.org').length === 2)
    await scenario.relay.restarts()
    await scenario.portal.sends()
    await inTime(3)
    expect(asked('api.telegram.org')).toEqual(['POST -100', 'POST -100777', 'POST -100777'])
    expect(await scenario.fate('tg', 1)).toMatchObject({ state: 'delivered', attempts: 1 })
  })

  it('is forgotten when another chat is configured', async () => {
    moved()
    await deploy(entry)
    await scenario.relay.passesOn()
    await scenario.relay.restarts()
    await scenario.relay.deploys([{ ...entry, chat: '-200' }])
    await scenario.portal.sends()
    await inTime(3)
    expect(asked('api.telegram.org').at(-1)).toBe('POST -200')
  })
})

describe('a receiver of CloudEvents that wants to be asked', () => {
  it('is asked before the first delivery, not again after an eviction, and a day later', async () => {
    scenario
      .receiver('events')
      .answers(({ method }) =>
        method === 'OPTIONS'
          ? new Response('', { headers: { 'webhook-allowed-origin': '*' } })
          : new Response(''),
      )
    await deploy(HANDSHAKE)
    await scenario.relay.passesOn()
    await scenario.relay.restarts()
    await scenario.relay.passesOn()
    expect(asked('events.example.com')).toEqual(['OPTIONS', 'POST', 'POST'])
    await scenario.time.passes('1 day')
    await scenario.portal.sends()
    await until(() => asked('events.example.com').length === 5)
    expect(asked('events.example.com').slice(3)).toEqual(['OPTIONS', 'POST'])
  })

  it('gets no more than it allows', async () => {
    const times: number[] = []
    scenario.receiver('events').answers(({ method }) => {
      const headers = { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '30' }
      if (method === 'OPTIONS') return new Response('', { headers })
      times.push(scenario.time.now())
      return new Response('')
    })
    await deploy(HANDSHAKE)
    await scenario.portal.sendsMany(3)
    await scenario.time.passesUntil(() => times.length === 3)
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2000)
  })

  it('that gives no permission gets nothing; events wait with the reason', async () => {
    scenario.receiver('events').answers(() => new Response(''))
    await deploy(HANDSHAKE)
    await scenario.portal.sends()
    await until(async () => (await scenario.lane('events')).state === 'disabled')
    expect(asked('events.example.com')).toEqual(['OPTIONS'])
    expect(await scenario.lane('events')).toMatchObject({ reason: 'handshake_refused', backlog: 1 })
  })
})

describe("the portal's own values", () => {
  const entry = { name: 'tg', type: 'telegram', token: '$portal.BOT', chat: '$portal.CHAT' }

  it('give each portal its own bot and chat, and are never shown again', async () => {
    scenario.network.handle(({ url }) =>
      new URL(url).host === 'api.telegram.org' ? Response.json({ ok: true, result: {} }) : null,
    )
    await deploy(entry)
    await scenario.portal.sends()
    expect(await scenario.fate('tg', 1)).toMatchObject({ state: 'filtered', reason: 'no_value' })
    await scenario.operator.setsValue('BOT', BOT)
    await scenario.operator.setsValue('CHAT', '-100222333444')
    await scenario.portal.sends()
    await until(() => asked('api.telegram.org').length === 1)
    expect(asked('api.telegram.org')).toEqual(['POST -100222333444'])
    const [request] = scenario.network.to('api.telegram.org')
    expect(request?.url).toBe(`https://api.telegram.org/bot${BOT}/sendMessage`)
    const shown = JSON.stringify([
      await scenario.object.view(),
      await scenario.object.events(99, 99),
      await scenario.rows('SELECT * FROM portal_values'),
      await scenario.rows('SELECT * FROM lanes'),
    ])
    expect(shown).not.toContain(BOT)
    expect(shown).not.toContain('-100222333444')
  })
})
