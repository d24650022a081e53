/** A wrong character in a setting is found in a minute: the list of callers that were not let through. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { callAdmin, RelayScenario, said } from '../../../support/scenarios/relay-scenario.ts'
import { realPortalList } from '../../../support/builders/an-intake.ts'
import { until } from '../../../support/until.ts'
import { Edge, watchLog } from '../../../support/worker/edge.ts'
import { dumpKv } from '../../../support/worker/traces.ts'

const EVENT = 'app-ONCRMREQUISITEUSERFIELDUPDATE'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

interface Line {
  readonly memberId: string | null
  readonly reason: string
}

/** Other tests may have been refused in this isolate: then the next line of their kind comes ten seconds later. */
const PATIENCE = { timeout: 15_000, interval: 500 }

/** The lines of the list that name this portal, once there are some. `refused` is refused again until then. */
async function listed(refused: () => Promise<unknown>): Promise<Line[]> {
  return vi.waitFor(async () => {
    await refused()
    // Sound: the first test compares a whole line.
    const body = (await (await callAdmin('/refused')).json()) as { refused: Line[] }
    const lines = body.refused.filter(({ memberId }) => memberId === scenario.memberId)
    expect(lines).not.toEqual([])
    return lines
  }, PATIENCE)
}

describe('GET /refused', () => {
  it('is empty before anybody was refused', async () => {
    expect(await said(callAdmin('/refused'))).toEqual({ status: 200, body: { refused: [] } })
  })

  it('tells of an unknown portal when, from where and why, and holds no token', async () => {
    const lines = await listed(async () => {
      expect((await scenario.portal.sends()).status).toBe(403)
    })
    expect(lines).toEqual([
      {
        at: expect.stringMatching(/Z$/u),
        network: expect.any(String),
        memberId: scenario.memberId,
        known: false,
        request: 'event',
        reason: 'unknown_portal',
      },
    ])
    expect(JSON.stringify(lines)).not.toContain('application_token')
    expect(await dumpKv()).toEqual({})
  }, 30_000)

  it('tells of a known portal at once, however many strangers were refused a moment ago', async () => {
    const lines = watchLog()
    await scenario.portal.installs()
    await until(async () => (await realPortalList().listPortals('')).includes(scenario.memberId))
    // An isolate of its own, which remembers no refusal.
    const edge = new Edge()
    const token = { 'auth[application_token]': 'a-token-of-nobody-here' }
    for (let stranger = 0; stranger < 20; stranger += 1) {
      const memberId = crypto.randomUUID().replaceAll('-', '')
      const body = scenario.portal.body(EVENT, { ...token, 'auth[member_id]': memberId })
      expect((await edge.call(body)).status).toBe(403)
    }
    expect((await edge.call(scenario.portal.body(EVENT, token))).status).toBe(403)
    const { refused } = JSON.parse(await (await callAdmin('/refused')).text())
    expect(refused).toMatchObject([
      { memberId: scenario.memberId, known: true, reason: 'wrong_token' },
      { known: false, reason: 'unknown_portal' },
    ])
    expect(lines.filter(({ event }) => event === 'caller_refused')).toMatchObject([
      { level: 'warn', known: false, request: 'event', reason: 'untrusted' },
      { level: 'warn', known: true, memberId: scenario.memberId },
    ])
    expect(JSON.stringify(lines)).not.toContain('a-token-of-nobody')
  })
})
