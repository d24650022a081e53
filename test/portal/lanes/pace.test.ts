/** The pace that portals share: real portals, the real pacer, one webhook. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPortalSettings } from '../../../src/app.ts'
import type { Env } from '../../../src/config/config.ts'
import { UNNAMED_WAIT_MS } from '../../../src/portal/lanes/pace.ts'
import type { PacerClient } from '../../../src/objects/pacer-client.ts'
import { PortalBench, person, until } from '../../support/portal-scenario.ts'

const SECOND_MS = 1000
const CAREFUL_MS = 5 * SECOND_MS

let bench: PortalBench

beforeEach(async () => {
  bench = new PortalBench([person('chat')])
  await bench.start()
})

afterEach(() => bench.close())

/** When the channel was asked, by the test's clock. */
function watchChannel(answer: (request: number) => Response | null = () => null): number[] {
  const times: number[] = []
  bench.receiveSlack('chat', () => {
    times.push(bench.clock.now())
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
    const start = bench.clock.now()
    expect(await askAsAnother()).toBeNull()
    await bench.append()
    await until(() => bench.clock.sleepers > 0)
    expect(times).toEqual([])
    await until(async () => {
      await bench.advance(100)
      return times.length === 1
    })
    expect(times[0]).toBeGreaterThanOrEqual(start + SECOND_MS)
    expect(await askAsAnother()).toBe((times[0] ?? 0) + SECOND_MS)
  })

  it('wait together for the end of a Retry-After that one of them was told', async () => {
    watchChannel(() => new Response('', { status: 429, headers: { 'retry-after': '40' } }))
    const start = bench.clock.now()
    await bench.append()
    await until(async () => (await bench.storedLane('chat')).attempts === 1)
    expect(await askAsAnother()).toBe(start + 40 * SECOND_MS)
  })

  it('wait half a minute together after a limit that named no time', async () => {
    watchChannel(() => new Response('', { status: 429 }))
    const start = bench.clock.now()
    await bench.append()
    await until(async () => (await bench.storedLane('chat')).attempts === 1)
    expect(await askAsAnother()).toBe(start + UNNAMED_WAIT_MS)
  })

  it('wait for a slot by the alarm when it is far away, and are asked again then', async () => {
    const times = watchChannel()
    const until20 = bench.clock.now() + 20 * SECOND_MS
    await realPacer().hold(URL_OF_CHAT, until20)
    await bench.append()
    await until(async () => (await bench.alarmAt()) === until20)
    expect(times).toEqual([])
    await bench.alarmInTime()
    await until(() => times.length === 1)
    expect((await bench.lane('chat')).attempts).toBe(0)
  })
})

describe('two destinations with one webhook', () => {
  it('take turns at its pace', async () => {
    const times = watchChannel()
    await bench.deploy([person('chat'), { ...person('chat'), name: 'again' }])
    await bench.append()
    await bench.append()
    await until(async () => {
      await bench.advance(250)
      return times.length === 4
    })
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(SECOND_MS)
    await bench.settled()
  })
})

describe('a pacer that cannot be reached', () => {
  it('stops no lane: it goes on at a careful pace of its own', async () => {
    const times = watchChannel()
    bench.settings = {
      ...bench.settings,
      pacer: {
        take: () => Promise.reject(new Error('unreachable')),
        hold: () => Promise.reject(new Error('unreachable')),
      },
    }
    await bench.restart()
    const start = bench.clock.now()
    await bench.append()
    await until(() => times.length === 1)
    await bench.append()
    await until(async () => {
      await bench.advance(500)
      await bench.alarmIfDue()
      return times.length === 2
    })
    expect((times[1] ?? 0) - start).toBeGreaterThanOrEqual(CAREFUL_MS)
    expect(bench.logged).toContain('pacer_unreachable')
  })
})
