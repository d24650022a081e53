/** The pace that portals share: real portals, the real pacer, one webhook. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SECOND_MS } from '../../../../src/core/durations.ts'
import { createPortalSettings } from '../../../../src/app.ts'
import type { Env } from '../../../../src/config/config.ts'
import { LanePace } from '../../../../src/portal/lanes/sending/pace.ts'
import { slack } from '../../../../src/destinations/slack/receiver.ts'
import type { PacerClient } from '../../../../src/objects/pacer-client.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { DELIVERED, aLane } from '../../../support/builders/a-lane.ts'
import { person } from '../../../support/builders/entries.ts'
import { opened } from '../../../support/messages/opened-receiver.ts'
import { NOW } from '../../../support/time.ts'
import { until } from '../../../support/until.ts'

const CAREFUL_MS = 5 * SECOND_MS

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([person('chat')])
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** When the channel was asked, by the test's clock. */
function watchChannel(answer: (request: number) => Response | null = () => null): number[] {
  const times: number[] = []
  scenario.receiver('chat').answers(() => {
    times.push(scenario.time.now())
    return answer(times.length)
  })
  return times
}

const URL_OF_CHAT = 'https://hooks.slack.com/services/T0/B0/chat'
const WINDOWS = [{ count: 1, ms: SECOND_MS }]

function realPacer(): PacerClient {
  // Sound: the test runs in the Worker whose bindings these are.
  return createPortalSettings(env as unknown as Env).pacer
}

/** What another portal that sends to the same webhook would be told. */
function askAsAnother(): Promise<number | null> {
  return realPacer().take(URL_OF_CHAT, 'another portal', WINDOWS)
}

describe('portals that share a webhook', () => {
  it('share its second: the one that comes later waits, and loses nothing', async () => {
    const times = watchChannel()
    const start = scenario.time.now()
    expect(await askAsAnother()).toBeNull()
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers > 0)
    expect(times).toEqual([])
    await scenario.time.passesUntil(() => times.length === 1)
    expect(times[0]).toBeGreaterThanOrEqual(start + SECOND_MS)
    expect(await askAsAnother()).toBe((times[0] ?? 0) + SECOND_MS)
  })

  it('wait together for the end of a Retry-After that one of them was told', async () => {
    watchChannel(() => new Response('', { status: 429, headers: { 'retry-after': '40' } }))
    const start = scenario.time.now()
    await scenario.portal.sends()
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    expect(await askAsAnother()).toBe(start + 40 * SECOND_MS)
  })

  it('wait half a minute together after a limit that named no time', async () => {
    watchChannel(() => new Response('', { status: 429 }))
    const start = scenario.time.now()
    await scenario.portal.sends()
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    expect(await askAsAnother()).toBe(start + 30_000)
  })

  it('wait for a slot by the alarm when it is far away, and are asked again then', async () => {
    const times = watchChannel()
    const until20 = scenario.time.now() + 20 * SECOND_MS
    await realPacer().hold(URL_OF_CHAT, until20)
    await scenario.portal.sends()
    await until(async () => (await scenario.time.alarmAt()) === until20)
    expect(times).toEqual([])
    await scenario.time.passesToAlarm()
    await until(() => times.length === 1)
    expect((await scenario.lane('chat')).attempts).toBe(0)
  })
})

describe('two destinations with one webhook', () => {
  it('take turns at its pace', async () => {
    const times = watchChannel()
    await scenario.relay.deploys([person('chat'), { ...person('chat'), name: 'again' }])
    await scenario.portal.sends()
    await scenario.portal.sends()
    await scenario.time.passesUntil(() => times.length === 4)
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(SECOND_MS)
    await scenario.settled()
  })
})

describe('a pacer that cannot be reached', () => {
  it('stops no lane: it goes on at a careful pace of its own', async () => {
    const times = watchChannel()
    scenario.settings = {
      ...scenario.settings,
      pacer: {
        take: () => Promise.reject(new Error('unreachable')),
        hold: () => Promise.reject(new Error('unreachable')),
      },
    }
    await scenario.relay.restarts()
    const start = scenario.time.now()
    await scenario.portal.sends()
    await until(() => times.length === 1)
    await scenario.portal.sends()
    await scenario.time.passesUntil(() => times.length === 2)
    expect((times[1] ?? 0) - start).toBeGreaterThanOrEqual(CAREFUL_MS)
    expect(scenario.logged).toContain('pacer_unreachable')
  })

  it('lets a lane send as soon as its careful wait is over, and not before', async () => {
    let now = NOW
    const unreachable = () => Promise.reject(new Error('unreachable'))
    const pace = new LanePace({
      memberId: scenario.memberId,
      world: { now: () => now, logLine: () => {} },
      pacer: { take: unreachable, hold: unreachable },
    })
    const chat = opened(slack, { url: URL_OF_CHAT })
    const lane = aLane()
    await pace.obey(chat, { lane, outcome: DELIVERED })
    now = NOW + CAREFUL_MS - 1
    expect(await pace.takeSlot(chat, lane)).toBe(NOW + CAREFUL_MS)
    now = NOW + CAREFUL_MS
    expect(await pace.takeSlot(chat, lane)).toBeNull()
  })
})

describe('the pace of a receiver', () => {
  it('is waited out in the walk, and by the alarm after 30 s', async () => {
    await scenario.relay.deploys([person('chat')])
    // Never more than ten behind, so that each is a message of its own.
    await scenario.portal.sendsMany(5)
    for (let second = 0; second < 30; second += 1) {
      await scenario.portal.sends()
      await until(
        () => scenario.receiver('chat').count === second + 1 && scenario.time.sleepers > 0,
      )
      await scenario.time.passesWithoutAlarm('1 s')
    }
    await until(async () => ((await scenario.time.alarmAt()) ?? Infinity) <= scenario.time.now())
    expect(scenario.receiver('chat').count).toBe(30)
    expect((await scenario.storedLane('chat')).cursor).toBe(30)
    await scenario.time.alarmFires()
    await until(() => scenario.receiver('chat').count === 31)
  })
})
