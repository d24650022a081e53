/**
 * What this version leaves of the rows that the former one wrote, and what it writes beside them: the same
 * columns, the same members of every JSON, the same schema. A version that goes back finds its own rows.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/durations.ts'
import { CARRYING_ROWS } from '../../src/portal/log/rows/row-keeper.ts'
import { DAILY_CRON, DRAIN_CRON } from '../../src/edge/cron.ts'
import { APPLICATION_GONE } from '../support/network/bitrix24-network.ts'
import { readFormerVersion } from '../support/storage/former-version.ts'
import { UNREACHABLE } from '../support/builders/an-intake.ts'
import { UNKNOWN_CLIENT_ID } from '../support/scenarios/relay-scenario.ts'
import { recordOf } from '../support/scenarios/upgrade-answers.ts'
import { UpgradeScenario } from '../support/scenarios/upgrade-scenario.ts'
import type { Stored, StoredObject, StoredRecord } from '../support/storage/stored-rows.ts'
import { APPLICATION_TOKEN, NEW_TOKEN, WEBHOOK_TOKEN } from '../support/identity.ts'

const SEALED = /^v1\.k1\.[\w-]{16}\.[\w-]{22,}$/u

const former = readFormerVersion()
let scenario: UpgradeScenario

// Each test opens several objects, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

beforeEach(() => {
  scenario = new UpgradeScenario(former)
})

afterEach(() => scenario.close())

/** The rows of a table as the former version left them. */
function formerRows(name: string, table: string): readonly StoredRecord[] {
  return former.portals[name]?.rows[table] ?? []
}

/** The one JSON of a table with one row: `install`, `lanes`, `pending`, `reconciliation`. */
function only(rows: readonly StoredRecord[]): StoredRecord {
  const [row] = rows
  return recordOf(Object.values(row ?? {}).find((value) => typeof value === 'object'))
}

/** So many events come that what the rows of former ones carry of fields goes to their shelves. */
async function goesToShelves(token: string): Promise<void> {
  for (let n = 0; n < CARRYING_ROWS; n += 1) await scenario.portal.sends(900 + n, token)
}

/** The lanes of a row by their destination. */
function lanesOf(rows: readonly StoredRecord[]): ReadonlyMap<Stored, StoredRecord> {
  const { lanes } = only(rows)
  const all = Array.isArray(lanes) ? lanes.map(recordOf) : []
  return new Map(all.map((lane) => [lane['destination'] ?? null, lane]))
}

/** Every place in a value that has a name: `a`, `a.b`, `c[].d`. */
function membersOf(value: Stored | undefined, place = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => membersOf(item, `${place}[]`))
  return Object.entries(recordOf(value)).flatMap(([name, member]) => {
    const own = place === '' ? name : `${place}.${name}`
    return [own, ...membersOf(member, own)]
  })
}

/** Expects that a value has every member of a former one; more may have come. */
function expectMembers(value: Stored | undefined, before: Stored | undefined): void {
  const wanted = [...new Set(membersOf(before))]
  expect(wanted).not.toEqual([])
  expect(membersOf(value)).toEqual(expect.arrayContaining(wanted))
}

/** The row of a sequence. */
function rowOf(rows: readonly StoredRecord[], sequence: number): StoredRecord {
  return rows.find((row) => row['sequence'] === sequence) ?? {}
}

describe('rows of an installed application', () => {
  beforeEach(async () => {
    await scenario.enter('application')
  })

  it('lanes: a change of one is written, and every member of the others stays', async () => {
    scenario.portalIs = 'silent'
    await scenario.admin('POST /lanes/own/pause')
    const before = lanesOf(formerRows('application', 'lanes'))
    const after = lanesOf(await scenario.rows('lanes'))
    expect([...after.keys()]).toEqual([...before.keys()])
    for (const [name, lane] of before) {
      const changed = name === 'own' ? { status: 'paused' } : {}
      expect(after.get(name)).toMatchObject({ ...lane, ...changed })
    }
    expect(only(await scenario.rows('lanes'))['openFrom']).toBeNull()
  })

  it('lanes: what a lane goes through is written with the members that the former one knew', async () => {
    await scenario.explained()
    await scenario.until(async () => (await scenario.lane('own')).cursor === 16)
    await scenario.until(() => scenario.sentTo('sendMessage').length > 0, SECOND_MS)
    const before = lanesOf(formerRows('application', 'lanes'))
    const after = lanesOf(await scenario.rows('lanes'))
    for (const [name, lane] of before) expectMembers(after.get(name), lane)
    const { memory, fingerprint, epochs } = before.get('group') ?? {}
    expect(after.get('group')).toMatchObject({ memory, fingerprint, epochs })
  })

  it('log: an event is stored and enriched with the columns and members of the former ones', async () => {
    await scenario.explained()
    await scenario.portal.sends(235, NEW_TOKEN)
    await scenario.until(() => scenario.sequences('erp').includes(17))
    const before = rowOf(formerRows('application', 'log'), 3)
    const rows = await scenario.rows('log')
    const after = rowOf(rows, 17)
    expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before)))
    for (const column of ['event', 'enrichment']) {
      const names = Object.keys(recordOf(before[column]))
      expect(Object.keys(recordOf(after[column]))).toEqual(expect.arrayContaining(names))
    }
    expectMembers(recordOf(after['event'])['field'], recordOf(before['event'])['field'])
    expectMembers(recordOf(after['enrichment'])['field'], recordOf(before['enrichment'])['field'])
    for (const row of formerRows('application', 'log').slice(0, -2)) {
      expect(rowOf(rows, Number(row['sequence']))).toMatchObject(row)
    }
  })

  it('log: an event that waits, and a thin one, are written so that the former version counts them', async () => {
    scenario.portalIs = 'silent'
    await scenario.portal.sends(820, NEW_TOKEN)
    expect(rowOf(await scenario.rows('log'), 17)).toMatchObject({ enrichment: '', reconciled: 0 })
    scenario.portalIs = 'down'
    await scenario.until(() => scenario.sequences('erp').includes(17))
    const [row] = await scenario.texts('SELECT enrichment FROM log WHERE sequence = 17')
    expect(row).toMatch(/^\{"status":"unavailable","reason":"/u)
  })

  it('fields and reconciliation: the members stay, and untouched fields stay as they are', async () => {
    scenario.relabel(235, 'Tax id')
    await scenario.explained()
    const before = formerRows('application', 'fields')
    // The two events that waited speak of the first and the third, and carry what has changed of them.
    expect(await scenario.rows('fields')).toEqual(before)
    expect(await scenario.rows('field_shelves')).toEqual([])
    await goesToShelves(NEW_TOKEN)
    const untouched = before.filter(({ id }) => id !== 235 && id !== 237)
    expect(await scenario.rows('fields')).toEqual(untouched)
    const shelved = (await scenario.rows('field_shelves')).map(({ fields }) => recordOf(fields))
    const after = Object.assign({}, ...shelved)
    expect(Object.keys(after)).toEqual(expect.arrayContaining(['235', '237']))
    for (const row of [before[0], before[2]]) {
      expectMembers(after[String(row?.['id'])], recordOf(row?.['state']))
    }
    expect(after['235']).toMatchObject({ toldBy: 15, isTold: true, owed: [] })
    await scenario.until(() => scenario.time.now() > former.takenAt + 40 * SECOND_MS, 5 * SECOND_MS)
    const reconciliation = only(await scenario.rows('reconciliation'))
    expect(reconciliation).toMatchObject({
      baselines: { CRM_REQUISITE: Date.UTC(2050, 0, 1, 0, 0, 0, 500) },
    })
    const known = Object.keys(only(formerRows('application', 'reconciliation')))
    expect(Object.keys(reconciliation)).toEqual(expect.arrayContaining(known))
  })

  it('digests and fates: what is delivered now stands beside what was', async () => {
    await scenario.explained()
    scenario.time.passesWithoutAlarm(HOUR_MS)
    await scenario.until(async () => (await scenario.lane('chat')).cursor >= 14, SECOND_MS)
    await scenario.until(async () => (await scenario.lane('audit')).replaying === 0, SECOND_MS)
    const digests = await scenario.rows('digests')
    expect(digests).toEqual(expect.arrayContaining([...formerRows('application', 'digests')]))
    expect(digests.find((row) => row['destination'] === 'chat' && row['last'] === 14)).toEqual({
      destination: 'chat',
      last: 14,
      sequences: [13, 14],
      at: expect.any(Number),
      attempts: 2,
    })
    const kept = formerRows('application', 'fates').filter((row) => row['state'] === 'parked')
    const fates = await scenario.rows('fates')
    const ofTeam = kept.filter((row) => row['destination'] === 'team')
    expect(fates).toEqual(expect.arrayContaining(ofTeam))
    const ofAudit = fates.find((row) => row['destination'] === 'audit' && row['sequence'] === 8)
    expect(ofAudit).toMatchObject({ state: 'delivered', status: 200, reason: null, attempts: 4 })
  })

  it('install: a change is written, and every other member stays', async () => {
    await scenario.explained()
    Object.assign(scenario.bitrix24, { userId: 66, isAdmin: false })
    const stranger = { 'auth[user_id]': 66 }
    const refused = await scenario.portal.posts('app-ONAPPINSTALL-local', 'f'.repeat(32), stranger)
    expect(refused.status).toBe(403)
    const before = only(formerRows('application', 'install'))
    expect(only(await scenario.rows('install'))).toMatchObject({
      ...before,
      // Work in the background may have something for KV, which follows with the next alarm.
      kvDirty: expect.any(Boolean),
      refused: { count: 1, lastAt: scenario.time.now(), reason: 'not_administrator' },
    })
  })

  it('install: a pair that is renewed is sealed in its place, here and in KV', async () => {
    scenario.network.handle(({ url, body }) =>
      url.startsWith('https://shop.bitrix24.com/') && body.includes('auth=fresh-access-canary-1')
        ? Response.json({ error: 'expired_token', error_description: '' }, { status: 401 })
        : null,
    )
    scenario.bitrix24.refreshes = 98
    await scenario.explained()
    const before = recordOf(only(formerRows('application', 'install'))['application'])
    const after = recordOf(only(await scenario.rows('install'))['application'])
    const systemTokens = expect.stringMatching(SEALED)
    const systemTokensIssuedAt = Math.floor(scenario.time.now() / SECOND_MS)
    expect(after).toMatchObject({ ...before, systemTokens, systemTokensIssuedAt })
    expect(after['systemTokens']).not.toBe(before['systemTokens'])
    const key = `install:${scenario.bitrix24.memberId}`
    await scenario.until(
      async () => recordOf((await scenario.kv())[key])['systemTokens'] === after['systemTokens'],
      SECOND_MS,
    )
    const record = { ...recordOf(former.kv[key]), systemTokens: after['systemTokens'] }
    expect((await scenario.kv())[key]).toMatchObject(record)
  })

  it('portal_values: another value stands beside the one that was', async () => {
    await scenario.admin('PUT /values/NEXT', { value: 'next' })
    expect(await scenario.rows('portal_values')).toEqual([
      { name: 'NEXT', sealed: expect.stringMatching(SEALED) },
      ...formerRows('application', 'portal_values'),
    ])
  })

  it('the daily visit leaves what is young, and the last sequence is never forgotten', async () => {
    await scenario.explained()
    await scenario.cron(DAILY_CRON)
    expect(await scenario.rows('log')).toHaveLength(14)
    scenario.time.passesWithoutAlarm(61 * 24 * HOUR_MS)
    await scenario.cron(DAILY_CRON)
    expect(await scenario.rows('log')).toEqual([])
    expect(only(await scenario.rows('install'))).toMatchObject({ lastSequence: 16 })
    expect(lanesOf(await scenario.rows('lanes')).get('archive')).toMatchObject({ expired: 13 })
  })

  it('KV: what is spilled now has the members of what was spilled', async () => {
    scenario.relay.getsAnotherIsolate({ PORTALS: { getByName: UNREACHABLE } })
    await scenario.portal.sends(821, NEW_TOKEN)
    await scenario.portal.posts('app-ONAPPUPDATE', NEW_TOKEN)
    const added = Object.entries(await scenario.kv()).filter(([key]) => !(key in former.kv))
    expect(added.map(([key]) => key)).toEqual([
      expect.stringMatching(/^spill:1{32}:2529878504300:[0-9a-f-]{36}$/u),
      expect.stringMatching(/^spill:1{32}:2529878504300:[0-9a-f-]{36}$/u),
    ])
    const [append, update] = added
      .map(([, value]) => value)
      .toSorted((one, other) => (typeof one).localeCompare(typeof other))
    const before = Object.values(former.kv).find((value) => recordOf(value)['kind'] === 'append')
    expectMembers(append, before)
    expect(append).toMatchObject({ kind: 'append', request: { drained: false } })
    expect(update).toMatch(/^sealed:v1\.k1\./u)
  })
})

describe('rows in the shape of the first schema', () => {
  it('get what came later when the install is written next: here as KV follows', async () => {
    await scenario.enter('older-0001')
    await scenario.view()
    await scenario.until(
      async () => only(await scenario.rows('install'))['kvDirty'] === false,
      SECOND_MS,
    )
    const before = only(formerRows('older-0001', 'install'))
    const application = recordOf(before['application'])
    const systemTokensIssuedAt = application['tokensIssuedAt']
    const after = only(await scenario.rows('install'))
    expect(after).toMatchObject({
      ...before,
      application: { ...application, systemTokensIssuedAt },
      kvDirty: false,
      tokenTs: null,
      access: null,
      subscriptions: { checkedAt: null, missing: [], fixedUser: [] },
      handlerUrl: null,
      formerDomain: null,
    })
    const { tokens, systemTokens, domain } = application
    const { generation, hashes } = before
    expect((await scenario.kv())[`install:${scenario.bitrix24.memberId}`]).toEqual({
      version: 1,
      generation,
      hashes,
      tokens,
      systemTokens,
      domain,
      copy: expect.objectContaining({
        hashes,
        application: { ...application, systemTokensIssuedAt, tokens: null, systemTokens: null },
      }),
    })
  })
})

describe('rows of a portal of an outgoing webhook', () => {
  it('know its token: nothing is noted anew', async () => {
    await scenario.enter('outgoing-webhook')
    await scenario.portal.posts('webhook-ONCRMREQUISITEUSERFIELDUPDATE', WEBHOOK_TOKEN)
    expect(only(await scenario.rows('install'))).toMatchObject(
      only(formerRows('outgoing-webhook', 'install')),
    )
  })
})

describe('rows of installs that wait', () => {
  it.each([
    ['pending-application', true],
    ['pending-unanswered', false],
  ])('%s: the next look is written, and every other member stays', async (name, answers) => {
    await scenario.enter(name)
    Object.assign(scenario.bitrix24, { answers })
    await scenario.view()
    await scenario.time.passes(0)
    await scenario.time.passes(MINUTE_MS)
    const before = only(formerRows(name, 'pending'))
    const after = only(await scenario.rows('pending'))
    expectMembers(after, before)
    const { kind, tokenHash, ts, since, expiresAt, clientId, domain } = before
    const same = { kind, tokenHash, ts, since, expiresAt, clientId, domain }
    expect(after).toMatchObject({ ...same, nextCheckAt: scenario.time.now() + MINUTE_MS })
    expect(after['sealed']).toMatch(SEALED)
  })
})

describe('rows of a portal that ends', () => {
  it('keep the tombstone: generation, sequence and time; KV follows', async () => {
    const memberId = await scenario.enter('leaving')
    scenario.bitrix24.portalRefusal = APPLICATION_GONE
    await scenario.cron(DRAIN_CRON)
    const before = only(formerRows('leaving', 'install'))
    const after = only(await scenario.rows('install'))
    expectMembers(
      { ...after, application: null, access: null, hashes: [] },
      {
        ...before,
        application: null,
        access: null,
        hashes: [],
      },
    )
    expect(after).toMatchObject({
      generation: 1,
      lastSequence: 3,
      installTs: null,
      uninstallTs: Math.floor(former.takenAt / SECOND_MS),
      hashes: [],
      application: null,
      formerDomain: 'leaving.bitrix24.com',
      refused: recordOf(before['refused']),
    })
    const key = `install:${memberId}`
    await scenario.until(async () => recordOf((await scenario.kv())[key])['generation'] === 1)
    const none = { version: 1, generation: 1, hashes: [], tokens: null, systemTokens: null }
    expect((await scenario.kv())[key]).toMatchObject({ ...none, domain: null })
  })
})

describe('rows of objects that all portals share', () => {
  /** One of them as it was, and as it is now. */
  async function shared(
    name: string,
  ): Promise<readonly [before: StoredObject, after: StoredObject]> {
    const before = former.shared[name]
    if (before === undefined) throw new Error(`Cannot find ${name}`)
    return [before, await scenario.read(before)]
  }

  it('a pacer keeps its grants and its hold, and adds to them', async () => {
    await scenario.enter('application')
    await scenario.view()
    await scenario.until(() => scenario.sentTo('sendMessage').length > 0, SECOND_MS)
    const [before, after] = await shared('pacer-group')
    const grants = only(before.rows['pace'] ?? [])['grants']
    const young = (Array.isArray(grants) ? grants : []).filter(
      (at) => Number(at) > former.takenAt - 50 * SECOND_MS,
    )
    const [row] = after.rows['pace'] ?? []
    expect(young.length).toBeGreaterThan(3)
    expect(row).toMatchObject({ id: 1, state: { holdUntil: 0 } })
    expect(only(after.rows['pace'] ?? [])['grants']).toEqual(
      expect.arrayContaining([...young, expect.any(Number)]),
    )
    const [held, holds] = await shared('pacer-chat')
    expect(holds.rows).toMatchObject(held.rows)
  })

  it('the directory keeps pins and notices', async () => {
    await scenario.enter('pending-application')
    expect((await scenario.health()).status).toBe(200)
    await scenario.view()
    await scenario.time.passes(0)
    const [before, after] = await shared('directory')
    expect(after.rows).toEqual(before.rows)
    expect(after.schema).toEqual(before.schema)
  })
})

describe('the schema', () => {
  const steps = formerRows('application', 'migrations')
  const parts = partsOf(former.portals['application']?.schema ?? [])

  it.each(Object.keys(former.portals))(
    'of %s begins with the steps of that version, and has its columns',
    async (name) => {
      await scenario.enter(name)
      await scenario.view()
      const { schema, rows } = await scenario.read({
        class: 'Portal',
        name: scenario.bitrix24.memberId,
      })
      expect(rows['migrations']?.slice(0, steps.length)).toEqual(steps)
      expect(partsOf(schema)).toEqual(expect.arrayContaining(parts))
    },
  )
})

describe('rows of a portal that is new', () => {
  beforeEach(async () => {
    await scenario.enter('application')
    scenario.bitrix24.memberId = 'c'.repeat(32)
  })

  it('have the schema and the members of the former ones', async () => {
    expect((await scenario.portal.posts('app-ONAPPINSTALL-local', APPLICATION_TOKEN)).status).toBe(
      200,
    )
    await scenario.time.passes(0)
    await scenario.until(
      async () => only(await scenario.rows('reconciliation'))['finishedAt'] !== undefined,
    )
    await scenario.portal.sends(235, APPLICATION_TOKEN)
    await scenario.until(() => scenario.sequences('erp').includes(1))
    scenario.portalIs = 'down'
    await scenario.portal.sends(236, APPLICATION_TOKEN)
    await scenario.until(() => scenario.sequences('erp').includes(2))
    await goesToShelves(APPLICATION_TOKEN)
    const { schema, rows } = await scenario.read({
      class: 'Portal',
      name: scenario.bitrix24.memberId,
    })
    const before = former.portals['application']
    expect(rows['migrations']?.slice(0, 3)).toEqual(before?.rows['migrations'])
    expect(partsOf(schema)).toEqual(expect.arrayContaining(partsOf(before?.schema ?? [])))
    const lanes = lanesOf(rows['lanes'] ?? [])
    for (const [name, lane] of lanesOf(formerRows('application', 'lanes'))) {
      const names = Object.keys(lanes.get(name) ?? lane)
      expect(names).toEqual(expect.arrayContaining(Object.keys(lane)))
    }
    expectMembers(lanes.get('erp'), lanesOf(formerRows('application', 'lanes')).get('erp'))
    const states = (rows['field_shelves'] ?? []).flatMap(({ fields }) =>
      Object.values(recordOf(fields)),
    )
    const formerStates = formerRows('application', 'fields').map(({ state }) => state ?? null)
    expectMembers(states, formerStates)
    for (const table of ['install', 'reconciliation']) {
      expectMembers(rows[table]?.map(recordOf), formerRows('application', table).map(recordOf))
    }
  })

  it('have the members of the former ones while their installs wait', async () => {
    Object.assign(scenario.bitrix24, { clientId: UNKNOWN_CLIENT_ID })
    const waits = { status: 200, body: { accepted: true, pending: true } }
    expect(await scenario.portal.posts('app-ONAPPINSTALL-local', APPLICATION_TOKEN)).toEqual(waits)
    const unknown = only(await scenario.rows('pending'))
    expectMembers(unknown, only(formerRows('pending-application', 'pending')))
    Object.assign(scenario.bitrix24, { memberId: 'd'.repeat(32), answers: false })
    expect(await scenario.portal.posts('app-ONAPPINSTALL-local', APPLICATION_TOKEN)).toEqual(waits)
    expect(await scenario.portal.posts('app-ONAPPINSTALL-local', NEW_TOKEN)).toEqual(waits)
    const unanswered = only(await scenario.rows('pending'))
    expectMembers(unanswered, only(formerRows('pending-unanswered', 'pending')))
  })
})

/** Every column and every condition with its table: `log: receipt TEXT NOT NULL`. */
function partsOf(schema: readonly string[]): string[] {
  return schema.flatMap((statement) => {
    const [, table, body = ''] = /^CREATE TABLE (\w+) \((.*)\)/u.exec(statement) ?? []
    return body.split(/, (?![^(]*\))/u).map((part) => `${table}: ${part}`)
  })
}
