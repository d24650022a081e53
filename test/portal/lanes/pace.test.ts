/** The pace that portals share: real portals, the real pacer, one webhook. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPortalSettings } from '../../../src/app.ts'
import type { Env } from '../../../src/config/config.ts'
import { UNNAMED_WAIT_MS } from '../../../src/portal/lanes/pace.ts'
import type { PacerClient } from '../../../src/objects/pacer-client.ts'
import { PortalScenario, person, until } from '../../support/portal-scenario.ts'

const SECOND_MS = 1000
const CAREFUL_MS = 5 * SECOND_MS

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([person('chat')])
  await scenario.start()
})

afterEach(() => scenario.close())

/** When the channel was asked, by the test's clock. */
function watchChannel(answer: (request: number) => Response | null = () => null): number[] {
  const times: number[] = []
  scenario.receiveSlack('chat', () => {
    times.push(scenario.clock.now())
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
    const start = scenario.clock.now()
    expect(await askAsAnother()).toBeNull()
    await scenario.append()
    await until(() => scenario.clock.sleepers > 0)
    expect(times).toEqual([])
    await until(async () => {
      await scenario.advance(100)
      return times.length === 1
    })
    expect(times[0]).toBeGreaterThanOrEqual(start + SECOND_MS)
    expect(await askAsAnother()).toBe((times[0] ?? 0) + SECOND_MS)
  })

  it('wait together for the end of a Retry-After that one of them was told', async () => {
    watchChannel(() => new Response('', { status: 429, headers: { 'retry-after': '40' } }))
    const start = scenario.clock.now()
    await scenario.append()
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    expect(await askAsAnother()).toBe(start + 40 * SECOND_MS)
  })

  it('wait half a minute together after a limit that named no time', async () => {
    watchChannel(() => new Response('', { status: 429 }))
    const start = scenario.clock.now()
    await scenario.append()
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    expect(await askAsAnother()).toBe(start + UNNAMED_WAIT_MS)
  })

  it('wait for a slot by the alarm when it is far away, and are asked again then', async () => {
    const times = watchChannel()
    const until20 = scenario.clock.now() + 20 * SECOND_MS
    await realPacer().hold(URL_OF_CHAT, until20)
    await scenario.append()
    await until(async () => (await scenario.alarmAt()) === until20)
    expect(times).toEqual([])
    await scenario.alarmInTime()
    await until(() => times.length === 1)
    expect((await scenario.lane('chat')).attempts).toBe(0)
  })
})

describe('two destinations with one webhook', () => {
  it('take turns at its pace', async () => {
    const times = watchChannel()
    await scenario.deploy([person('chat'), { ...person('chat'), name: 'again' }])
    await scenario.append()
    await scenario.append()
    await until(async () => {
      await scenario.advance(250)
      return times.length === 4
    })
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
    await scenario.restart()
    const start = scenario.clock.now()
    await scenario.append()
    await until(() => times.length === 1)
    await scenario.append()
    await until(async () => {
      await scenario.advance(500)
      await scenario.alarmIfDue()
      return times.length === 2
    })
    expect((times[1] ?? 0) - start).toBeGreaterThanOrEqual(CAREFUL_MS)
    expect(scenario.logged).toContain('pacer_unreachable')
  })
})

describe('the pace of a receiver', () => {
  it('is waited out in the walk, and by the alarm after 30 s', async () => {
    await scenario.deploy([person('chat')])
    // Never more than ten behind, so that each is a message of its own.
    await scenario.appendMany(5)
    for (let second = 0; second < 30; second += 1) {
      await scenario.append()
      await until(() => scenario.messages('chat') === second + 1 && scenario.clock.sleepers > 0)
      await scenario.advance(SECOND_MS)
    }
    await until(async () => ((await scenario.alarmAt()) ?? Infinity) <= scenario.clock.now())
    expect(scenario.messages('chat')).toBe(30)
    expect((await scenario.storedLane('chat')).cursor).toBe(30)
    await scenario.alarm()
    await until(() => scenario.messages('chat') === 31)
  })
})
