/**
 * `POST /bitrix24/robots/{secret}` from outside: a robot's hint is stored before it is answered, nothing in it is
 * believed but its document, and its secret stands nowhere but in the address (G1, G6, G7, G9).
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { drainSpill } from '../../src/edge/spill/drain.ts'
import { realPortals, spilledKeys, UNREACHABLE } from '../support/builders/an-intake.ts'
import { EdgeScenario } from '../support/scenarios/edge-scenario.ts'
import { callAdmin, said } from '../support/scenarios/relay-scenario.ts'
import { answerOf, Edge } from '../support/worker/edge.ts'
import { refused } from '../support/worker/refusals.ts'
import { directoryTables, dumpKv } from '../support/worker/traces.ts'
import { APPLICATION_TOKEN } from '../support/identity.ts'

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

/** The body of the robot "Outgoing webhook" for a deal. */
function hint(deal = 4325, more = ''): string {
  const document = `document_id[0]=crm&document_id[1]=CCrmDocumentDeal&document_id[2]=DEAL_${deal}`
  return `${document}&auth[domain]=${scenario.domain}&auth[member_id]=${scenario.memberId}${more}`
}

/** Makes a robot address; the answer is its path. */
async function newPath(): Promise<string> {
  const answer = await scenario.admin('/robot-address', { method: 'POST' })
  expect(answer.status).toBe(201)
  const { address }: { address: string } = await answer.json()
  await scenario.kvFollows()
  return new URL(address).pathname
}

async function send(path: string, body = hint(), edge = new Edge()) {
  return answerOf(await edge.call(body, { path }))
}

const STORED = (sequence: number) => ({ status: 200, body: { accepted: true, sequence } })

describe('a hint', () => {
  it('is stored with nothing but its document, whatever the body claims', async () => {
    const path = await newPath()
    const claims = '&event=ONCRMDEALADD&ts=1&data[FIELDS][ID]=7&auth[user_id]=1'
    expect(await send(path, hint(1, claims))).toEqual(refused('invalid_hint'))
    expect(await send(path, hint(4325, '&ts=1&data[x]=7&auth[user_id]=1'))).toEqual(STORED(1))
    const { body } = (await said(scenario.admin('/events/1'))) as { body: object }
    expect(body).toMatchObject({ event: 'robot_hint', origin: 'event', quarantined: false })
    const [row] = (await scenario.tables())['log'] ?? []
    expect(JSON.parse(String(row?.['event']))).toEqual({
      name: 'ROBOT_HINT',
      ts: null,
      handlerId: null,
      userId: null,
      data: { document: { type: 'DEAL', id: '4325' } },
      field: null,
      quarantined: null,
    })
  })

  it('is quarantined when its document is not understood', async () => {
    const body = 'document_id[]=lists&document_id[]=BizprocDocument&document_id[]=12'
    expect(await send(await newPath(), body)).toMatchObject({
      status: 200,
      body: { sequence: 1, quarantined: true },
    })
  })

  it('counts once within a second, like every event without a time', async () => {
    const path = await newPath()
    await send(path)
    expect(await send(path)).toMatchObject({ status: 200, body: { sequence: 1, duplicate: true } })
  })

  it('is spilled while the object is silent, and stored when it is drained, also after its address ended', async () => {
    const path = await newPath()
    const cutOff = new Edge({ PORTALS: { getByName: UNREACHABLE } })
    expect(await send(path, hint(), cutOff)).toEqual({
      status: 200,
      body: { accepted: true, via: 'spill' },
    })
    expect((await scenario.admin('/robot-address', { method: 'DELETE' })).status).toBe(204)
    const { cron } = scenario.intake(realPortals)
    expect(await drainSpill(cron)).toEqual({ drained: 1, left: 0 })
    expect(await spilledKeys()).toEqual([])
    expect((await scenario.tables())['log']).toHaveLength(1)
    expect(await scenario.view()).toMatchObject({ spillRefused: 0 })
  })

  it('is not spilled for a secret that nobody but the object could have proven', async () => {
    const path = await newPath()
    const wrong = `${path.slice(0, -4)}AAAA`
    const cutOff = new Edge({ PORTALS: { getByName: UNREACHABLE } })
    expect(await send(wrong, hint(), cutOff)).toEqual(refused('not_stored'))
    expect(await spilledKeys()).toEqual([])
  })

  it('is refused beyond 60 in a minute, and other events are not', async () => {
    const path = await newPath()
    const edge = new Edge()
    const codes: number[] = []
    for (let deal = 1; deal <= 61; deal += 1) {
      codes.push((await send(path, hint(deal), edge)).status)
    }
    expect(codes).toEqual([...Array<number>(60).fill(200), 429])
    expect(await send(path, hint(99), edge)).toEqual(refused('too_many_hints'))
    expect((await scenario.portal.sends()).status).toBe(200)
    scenario.time.passesWithoutAlarm('1 min')
    expect((await send(path, hint(99), edge)).status).toBe(200)
  })

  it('is spilled 60 times a minute at most', async () => {
    const path = await newPath()
    const cutOff = new Edge({ PORTALS: { getByName: UNREACHABLE } })
    const codes: number[] = []
    for (let deal = 1; deal <= 61; deal += 1) {
      codes.push((await send(path, hint(deal), cutOff)).status)
    }
    expect(codes).toEqual([...Array<number>(60).fill(200), 429])
  })
})

describe('the address', () => {
  it('is void after the next one, after its removal, and after the installation', async () => {
    const first = await newPath()
    expect(await send(first)).toEqual(STORED(1))
    const second = await newPath()
    expect(await send(first, hint(2))).toEqual(refused('not_found'))
    expect(await send(second, hint(3))).toEqual(STORED(2))
    await scenario.admin('/robot-address', { method: 'DELETE' })
    expect(await send(second, hint(4))).toEqual(refused('not_found'))
    const third = await newPath()
    await scenario.portal.uninstalls('keep-data')
    expect(await send(third, hint(5))).toEqual(refused('not_found'))
    expect((await scenario.tables())['log']).toHaveLength(2)
  })

  it('goes on after the end of the object, and after the install was restored from KV', async () => {
    const path = await newPath()
    await scenario.relay.restarts()
    expect(await send(path)).toEqual(STORED(1))
    await scenario.inside(({ storage }) => {
      storage.sql.exec(`UPDATE install SET install = '{'`)
    })
    await scenario.relay.restarts()
    expect((await send(path, hint(2))).status).toBe(200)
    expect((await scenario.view()).recovery).toMatchObject({ from: 'kv' })
  })

  it('speaks for hints only: as an application token it is refused', async () => {
    const path = await newPath()
    const proof = path.split('.').at(-1) ?? ''
    const secret = path.split('/').at(-1) ?? ''
    for (const token of [proof, secret, `robot+${proof}`, `robot%20${proof}`]) {
      const answer = await scenario.portal.sends({ 'auth[application_token]': token })
      expect(answer.status).toBe(403)
    }
    const blank = await scenario.portal.sends({ 'auth[application_token]': `robot ${proof}` })
    expect(blank.status).toBe(400)
    expect((await scenario.tables())['log']).toEqual([])
  })

  it('limits whoever tries unknown secrets, like other strangers', async () => {
    const path = await newPath()
    const wrong = `${path.slice(0, -4)}AAAA`
    const counted: string[] = []
    const limit = async ({ key }: { key: string }) => {
      counted.push(key)
      return { success: counted.length < 3 }
    }
    const edge = new Edge({ UNTRUSTED_LIMIT: { limit } })
    const codes: number[] = []
    for (const digit of ['A', 'B', 'C']) {
      const secret = `${wrong.slice(0, -1)}${digit}`
      codes.push(
        (await answerOf(await edge.call(hint(), { path: secret, address: '198.51.100.9' }))).status,
      )
    }
    expect(codes).toEqual([404, 404, 429])
    expect(counted[0]).toContain('198.51.100.9')
    // The true secret is heard from there all the same.
    const own = await answerOf(await edge.call(hint(), { path, address: '198.51.100.9' }))
    expect(own.status).toBe(200)
  })
})

describe('a robot that is refused', () => {
  async function listedNow(): Promise<readonly object[]> {
    const { refused: lines }: { refused: object[] } = await (await callAdmin('/refused')).json()
    return lines
  }

  /** What a fresh isolate tells the operator's list of one call. */
  async function listedOf(path: string): Promise<readonly object[]> {
    const before = await listedNow()
    expect(await send(path)).toEqual(refused('not_found'))
    const after = await listedNow()
    return after.slice(0, after.length - before.length)
  }

  it('is listed for the operator with its portal, and without its secret', async () => {
    const path = await newPath()
    await scenario.admin('/robot-address', { method: 'DELETE' })
    const lines = await listedOf(path)
    expect(lines).toEqual([
      {
        at: expect.any(String),
        network: expect.any(String),
        memberId: scenario.memberId,
        known: true,
        request: 'robot',
        reason: 'wrong_address',
      },
    ])
    const proof = path.split('.').at(-1) ?? ''
    expect(JSON.stringify([lines, await directoryTables()])).not.toContain(proof)
  })

  it('is listed without a portal when its address is cut off', async () => {
    const path = (await newPath()).slice(0, -10)
    expect(await listedOf(path)).toEqual([
      expect.objectContaining({ memberId: null, known: false, reason: 'wrong_address' }),
    ])
  })
})

describe('whoever comes to the wrong place', () => {
  it('is told the right one', async () => {
    const path = await newPath()
    const robot = hint(1, `&code=notify&auth[application_token]=${APPLICATION_TOKEN}`)
    expect(await send(path, robot)).toEqual(refused('robot_with_token'))
    const event = scenario.portal.body('app-ONCRMDEALUPDATE')
    expect(await send(path, event)).toEqual(refused('robot_with_token'))
    expect(await send('/bitrix24/events')).toEqual(refused('robot_without_token'))
  })

  it.each(['/bitrix24/robots/x', '/bitrix24/robots/', '/bitrix24/robots'])(
    '%s: 404',
    async (path) => {
      expect(await send(path)).toEqual(refused('not_found'))
    },
  )

  it('is refused for the method, the content type and the form', async () => {
    const path = await newPath()
    const edge = new Edge()
    expect((await edge.call(null, { path, method: 'GET' })).status).toBe(405)
    expect((await edge.call('x', { path, contentType: 'text/plain' })).status).toBe(415)
    expect((await edge.call('a='.padEnd(300_000, 'x'), { path })).status).toBe(413)
    expect(await send(path, 'a=1')).toEqual(refused('invalid_hint'))
  })
})

it('G6: the secret stands in no table, no KV value, no log line, no other answer and no request to a receiver', async () => {
  const lines: string[] = []
  for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      lines.push(JSON.stringify(parts))
    })
  }
  scenario.adapt = (settings) => ({
    ...settings,
    destinations: (settings.destinations ?? []).map((destination) => ({
      ...destination,
      filter: { ...destination.filter, events: ['*'] },
    })),
  })
  await scenario.relay.restarts()
  const path = await newPath()
  const proof = path.split('.').at(-1) ?? ''
  await send(path, hint(4325, `&note=${proof}&document_id[3]=${proof}`))
  await send(path, `document_id[2]=${proof}`)
  await vi.waitFor(() => expect(scenario.network.to('erp.example.com')).toHaveLength(1))
  const delivered = scenario.network.to('erp.example.com').map(({ body }) => body)
  expect(delivered[0]).toContain('bitrix24.event.robot_hint')
  await send(path, hint(1), new Edge({ PORTALS: { getByName: UNREACHABLE } }))
  const seen = JSON.stringify([
    await scenario.tables(),
    await directoryTables(),
    await dumpKv(),
    await (await scenario.admin()).json(),
    await (await scenario.admin('/events')).json(),
    await (await callAdmin(`/portals/${scenario.memberId}/refused`)).json(),
    scenario.network.sent,
    lines,
  ])
  expect(seen).toContain('ROBOT_HINT')
  expect(seen.includes(proof)).toBe(false)
})
