/** The list of portals, from the directory alone (docs/admin-api.md). */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DirectoryRemote } from '../../../../src/objects/directory.ts'
import { aLaneReport, aReport, LANE_DISABLED } from '../../../support/builders/a-report.ts'
import { realPortalList, UNREACHABLE } from '../../../support/builders/an-intake.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { NOW } from '../../../support/time.ts'
import { askAdmin as ask, refusal } from '../../../support/worker/admin-api.ts'

const ACME = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)
const TIME = new Date(NOW).toISOString()

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  const list = realPortalList()
  await list.noteReport(
    ACME,
    aReport({
      problem: LANE_DISABLED,
      lanes: [
        aLaneReport({ state: 'disabled', backlog: 3, parked: 1, oldestWaitingAt: NOW + 5 }),
        aLaneReport({ destination: 'crm', backlog: 2, oldestWaitingAt: NOW }),
        aLaneReport({ destination: 'old', state: 'removed', backlog: 9, oldestWaitingAt: 1 }),
      ],
    }),
  )
  await list.noteReport(OTHER, aReport({ domain: 'other.bitrix24.com', state: 'suspended' }))
})

afterEach(() => scenario.close())

/** The member ids of a page. */
async function listed(query: string): Promise<string[]> {
  const { body } = await ask(`GET /portals${query}`)
  // Sound: the first test compares the whole answer.
  const { portals } = body as { portals: readonly { memberId: string }[] }
  return portals.map(({ memberId }) => memberId)
}

describe('GET /portals', () => {
  it('shows everything that the contract names, and asks no portal', async () => {
    const answer = await ask('GET /portals', { settings: { PORTALS: { getByName: UNREACHABLE } } })
    expect(answer).toEqual({
      status: 200,
      body: {
        portals: [
          {
            memberId: ACME,
            domain: 'acme.bitrix24.com',
            state: 'active',
            backlog: 5,
            parked: 1,
            oldestWaitingAt: TIME,
            lastEventAt: TIME,
            problem: 'lane_disabled',
            destination: 'erp',
            remedy: 'Resume the lane',
            reportedAt: TIME,
          },
          {
            memberId: OTHER,
            domain: 'other.bitrix24.com',
            state: 'suspended',
            backlog: 0,
            parked: 0,
            oldestWaitingAt: null,
            lastEventAt: TIME,
            problem: null,
            destination: null,
            remedy: null,
            reportedAt: TIME,
          },
        ],
        cursor: null,
      },
    })
  })

  it.each([
    ['?state=suspended', [OTHER]],
    ['?problem=true', [ACME]],
    ['?problem=false', [OTHER]],
    ['?q=ACME', [ACME]],
    ['?q=bbbb', [OTHER]],
    ['?q=bitrix24&state=active', [ACME]],
    [`?cursor=${ACME}`, [OTHER]],
    [`?cursor=${OTHER}`, []],
  ])('%s', async (query, memberIds) => {
    expect(await listed(query)).toEqual(memberIds)
  })

  it.each(['?state=broken', '?problem=yes', '?q=', '?cursor=1', '?query=acme', '?q=a&q=b'])(
    '400 for %s',
    async (query) => {
      expect(await ask(`GET /portals${query}`)).toEqual(refusal(400, 'invalid_request'))
    },
  )

  it('shows an install that waits for its application, on the first page', async () => {
    const waiting = 'c'.repeat(32)
    // Sound: as in the composition root.
    const directory = env.DIRECTORY.getByName('directory') as unknown as DirectoryRemote
    await directory.notePending(waiting, {
      memberId: waiting,
      domain: 'waits.bitrix24.com',
      clientId: 'local.1',
      expiresAt: Date.now() + 60_000,
    })
    expect(await listed('?state=pending')).toEqual([waiting])
    expect(await listed('?q=waits')).toEqual([waiting])
    expect(await listed('')).toEqual([waiting, ACME, OTHER])
    expect(await listed('?state=active')).toEqual([ACME])
    expect(await listed(`?cursor=${ACME}`)).toEqual([OTHER])
    const { body } = await ask('GET /portals?state=pending')
    expect(body).toMatchObject({
      portals: [
        { state: 'pending', problem: 'pending', remedy: expect.stringContaining('local.1') },
      ],
    })
  })
})

describe('a domain in the place of a member id', () => {
  it('finds the portal, and 404 for a domain that nobody has reported', async () => {
    await scenario.portal.sends()
    const report = aReport({ domain: 'mine.bitrix24.com' })
    await realPortalList().noteReport(scenario.memberId, report)
    const { status, body } = await ask('GET /portals/Mine.bitrix24.com')
    expect([status, body]).toMatchObject([200, { memberId: scenario.memberId, head: 1 }])
    expect(await ask('POST /portals/mine.bitrix24.com/lanes/erp/pause')).toMatchObject({
      status: 200,
    })
    const nobody = await ask('GET /portals/nobody.bitrix24.com')
    expect(nobody).toEqual(refusal(404, 'not_found'))
  })
})
