/** A wrong character in a setting is found in a minute: the list of callers that were not let through. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callAdmin, RelayScenario, said } from '../../support/scenarios/relay-scenario.ts'
import { until } from '../../support/until.ts'
import { dumpKv } from '../../support/worker/traces.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

interface Line {
  readonly memberId: string | null
  readonly reason: string
}

/** The lines of the list that name this portal, once there are some. */
async function listed(): Promise<Line[]> {
  let lines: Line[] = []
  await until(async () => {
    // Sound: the first test compares a whole line.
    const body = (await (await callAdmin('/refused')).json()) as { refused: Line[] }
    lines = body.refused.filter(({ memberId }) => memberId === scenario.memberId)
    return lines.length > 0
  })
  return lines
}

describe('GET /refused', () => {
  it('is empty before anybody was refused', async () => {
    expect(await said(callAdmin('/refused'))).toEqual({ status: 200, body: { refused: [] } })
  })

  it('tells of an unknown portal when, from where and why, and holds no token', async () => {
    expect((await scenario.portal.sends()).status).toBe(403)
    const lines = await listed()
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
  })
})
