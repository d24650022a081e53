/**
 * G1 and the race rules of the append: one sequence an event, concurrent calls share a commit, memory
 * follows storage, and what is stored once is not stored again.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import type { AppendAnswer, AppendRequest } from '../../../src/portal/log/append-request.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { oneTo } from '../../support/builders/a-lane.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { gate, until } from '../../support/until.ts'
import { machine, person, type Entry } from '../../support/builders/entries.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([])
  scenario.losesReports()
})

afterEach(() => scenario.close())

function stored(sequence: number, duplicate = false) {
  return { kind: 'stored', sequence, duplicate, quarantined: false }
}

async function logged(): Promise<unknown[]> {
  const rows = await scenario.rows('SELECT sequence FROM log ORDER BY sequence')
  return rows.map(({ sequence }) => sequence)
}

/** The next commit waits for the disk, so that the calls behind it share one. */
async function holdDisk(): Promise<ReturnType<typeof gate>> {
  const disk = gate()
  await scenario.inside(({ storage }) => {
    vi.spyOn(storage, 'sync').mockImplementationOnce(() => disk.opened)
  })
  return disk
}

/** The answers to calls that are sure to share one commit. */
async function storeTogether(requests: readonly AppendRequest[]): Promise<AppendAnswer[]> {
  const disk = await holdDisk()
  const before = (await logged()).length
  const first = scenario.portal.sends()
  await until(async () => (await logged()).length === before + 1)
  const observed = await scenario.observe()
  const answers = Promise.all(requests.map((request) => scenario.portal.posts(request)))
  await scenario.object.view()
  await scenario.inside(() => disk.open())
  await first
  await answers
  expect(observed.commits).toHaveLength(1)
  return answers
}

describe('append()', () => {
  it('gives 200 concurrent calls the sequences 1 to 200, each to the event of its row', async () => {
    const requests = await Promise.all(
      oneTo(200).map((id) => scenario.portal.anEvent({ receipt: `receipt-${id}` })),
    )
    const answers = await Promise.all(requests.map((request) => scenario.portal.posts(request)))
    const sequences = answers.map((answer) => (answer.kind === 'stored' ? answer.sequence : 0))
    expect(sequences.toSorted((a, b) => a - b)).toEqual(oneTo(200))
    const rows = await scenario.rows('SELECT sequence, receipt FROM log')
    const bySequence = new Map(rows.map(({ sequence, receipt }) => [sequence, receipt]))
    expect(sequences.map((sequence) => bySequence.get(sequence))).toEqual(
      requests.map(({ receipt }) => receipt),
    )
  })

  it('groups concurrent calls into few commits and writes one row an event', async () => {
    await scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    const observed = await scenario.observe()
    await scenario.portal.sendsMany(200)
    expect(observed.commits.reduce((sum, events) => sum + events, 0)).toBe(200)
    expect(observed.commits.length).toBeLessThanOrEqual(20)
    expect(observed.writes.filter(({ query }) => query.startsWith('INSERT INTO log'))).toEqual(
      oneTo(200).map(() => ({ query: expect.any(String), rows: 1 })),
    )
    expect(observed.writes).toHaveLength(200)
  })

  it('commits each event alone when grouping is switched off', async () => {
    scenario.settings = { ...scenario.settings, maxGroup: 1 }
    await scenario.portal.sends()
    const observed = await scenario.observe()
    await scenario.portal.sendsMany(20)
    expect(observed.commits).toEqual(oneTo(20).map(() => 1))
  })

  it('answers only after the event is durable', async () => {
    await scenario.portal.sends()
    const disk = await holdDisk()
    let answered = false
    const answer = scenario.portal.sends().then(() => (answered = true))
    await until(async () => (await logged()).length === 2)
    expect(answered).toBe(false)
    await scenario.inside(() => disk.open())
    await answer
  })

  it('rejects an event that cannot be stored without taking its neighbours with it', async () => {
    await scenario.portal.sends()
    // Sound: a column that must not be null makes the statement fail, whatever the types say.
    const poison = await scenario.portal.anEvent({ digest: null as unknown as string })
    const good = await Promise.all(oneTo(20).map(() => scenario.portal.anEvent()))
    const requests = [...good.slice(0, 10), poison, ...good.slice(10)]
    const answers = await Promise.allSettled(
      requests.map((request) => scenario.portal.posts(request)),
    )
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(answers[10]?.status).toBe('rejected')
    expect(await logged()).toEqual(oneTo(21))
    expect(await scenario.portal.sends()).toBe(22)
  })

  it.each(['no JSON', 'null', '{"name":7}'])(
    'stores %s in place of an event as it is, and shows it as quarantined',
    async (event) => {
      await scenario.portal.sends()
      const subscriptions = { ...NO_INSTALL.subscriptions, fixedUser: ['ONCRMDEALADD'] }
      const install = { ...NO_INSTALL, subscriptions }
      await scenario.rows('UPDATE install SET install = ?', JSON.stringify(install))
      await scenario.relay.restarts()
      const request = await scenario.portal.anEvent({ event })
      expect(await scenario.portal.posts(request)).toEqual({ ...stored(2), quarantined: true })
      const [row] = await scenario.rows('SELECT event FROM log WHERE sequence = 2')
      expect(row).toEqual({ event })
      const page = await scenario.object.events(Number.MAX_SAFE_INTEGER, 1)
      expect(page?.events).toMatchObject([{ quarantineReason: 'unreadable_row' }])
    },
  )

  it('stores nothing for a token that does not speak for the portal', async () => {
    const stranger = await scenario.portal.anEvent({ tokenHash: 'f'.repeat(64) })
    expect(await scenario.portal.posts(stranger)).toEqual({ kind: 'untrusted' })
    expect(await scenario.tableNames()).toEqual([])
  })

  it('asks about trust again in the transaction: a token that ended meanwhile stores nothing', async () => {
    await scenario.portal.sends()
    const tokenHash = 'a'.repeat(64)
    const until60 = scenario.time.now() + MINUTE_MS
    const install = { ...NO_INSTALL, hashes: [{ hash: tokenHash, until: until60 }] }
    await scenario.rows('UPDATE install SET install = ?', JSON.stringify(install))
    await scenario.relay.restarts()
    await scenario.object.view()
    const disk = await holdDisk()
    const first = scenario.portal.posts(await scenario.portal.anEvent({ tokenHash }))
    await until(async () => (await logged()).length === 2)
    const second = scenario.portal.posts(await scenario.portal.anEvent({ tokenHash }))
    await scenario.object.view()
    await scenario.time.passes('2 min')
    await scenario.inside(() => disk.open())
    expect(await first).toEqual(stored(2))
    expect(await second).toEqual({ kind: 'untrusted' })
    expect(await logged()).toEqual([1, 2])
  })
})

describe('memory changes only after the transaction has returned', () => {
  it('gives the next append the same sequence when the transaction is rolled back', async () => {
    await scenario.portal.sends()
    await scenario.failNextTransaction()
    await expect(scenario.portal.sends()).rejects.toThrow('disk is full')
    expect((await scenario.object.view())?.head).toBe(1)
    expect(await scenario.portal.sends()).toBe(2)
    expect(await logged()).toEqual([1, 2])
  })

  it('does not remember the receipt nor the digest of an event that was rolled back', async () => {
    await scenario.portal.sends()
    const request = await scenario.portal.anEvent()
    await scenario.failNextTransaction()
    await expect(scenario.portal.posts(request)).rejects.toThrow('disk is full')
    expect(await scenario.portal.posts(request)).toEqual(stored(2))
    const equal = { ...request, receipt: crypto.randomUUID() }
    expect(await scenario.portal.posts(equal)).toEqual(stored(2, true))
  })

  it('stores every event of a group whose common commit was rolled back', async () => {
    await scenario.portal.sends()
    const disk = await holdDisk()
    const first = scenario.portal.sends()
    await until(async () => (await logged()).length === 2)
    await scenario.failNextTransaction()
    const group = scenario.portal.sendsMany(10)
    await scenario.object.view()
    await scenario.inside(() => disk.open())
    await first
    expect((await group).toSorted((a, b) => a - b)).toEqual(oneTo(12).slice(2))
    expect(await logged()).toEqual(oneTo(12))
  })
})

describe('a receipt that the log holds', () => {
  it('is answered with its sequence, not as a duplicate, and not stored again', async () => {
    const request = await scenario.portal.anEvent()
    expect(await scenario.portal.posts(request)).toEqual(stored(1))
    await scenario.portal.sends()
    expect(await scenario.portal.posts(request)).toEqual(stored(1))
    expect(await logged()).toEqual([1, 2])
  })

  it('is looked for in memory alone by a live event, and in the whole log by a drained one', async () => {
    await scenario.portal.sends()
    const searches: string[] = []
    await scenario.inside(({ storage }) => {
      const exec = storage.sql.exec.bind(storage.sql)
      storage.sql.exec = (query, ...bindings) => {
        if (query.includes('WHERE receipt = ?')) searches.push(query)
        return exec(query, ...bindings)
      }
    })
    await scenario.portal.sends()
    expect(searches).toHaveLength(0)
    await scenario.portal.sends({ drained: true })
    expect(searches).toHaveLength(1)
  })

  it('is known to both tries of one group', async () => {
    await scenario.portal.sends()
    const request = await scenario.portal.anEvent()
    expect(await storeTogether([request, request])).toEqual([stored(3), stored(3)])
    expect(await logged()).toEqual([1, 2, 3])
  })

  it('is known after the object was evicted', async () => {
    const request = await scenario.portal.anEvent()
    await scenario.portal.posts(request)
    await scenario.relay.restarts()
    expect(await scenario.portal.posts(request)).toEqual(stored(1))
    expect(await logged()).toEqual([1])
  })

  it('is found in the log by a drained event, however long ago it was stored', async () => {
    const request = await scenario.portal.anEvent()
    await scenario.portal.posts(request)
    await scenario.time.passes('60 min')
    await scenario.portal.sends()
    await scenario.relay.restarts()
    const drained = { ...request, drained: true }
    expect(await scenario.portal.posts(drained)).toEqual(stored(1))
    expect(await logged()).toEqual([1, 2])
  })
})

describe('an equal event', () => {
  it('within 60 s under another handler is a duplicate of the first and not stored', async () => {
    const request = await scenario.portal.anEvent()
    await scenario.portal.posts(request)
    await scenario.portal.sends()
    await scenario.time.passes('1 min')
    const equal = await scenario.portal.anEvent({ digest: request.digest })
    expect(await scenario.portal.posts(equal)).toEqual(stored(1, true))
    expect(await logged()).toEqual([1, 2])
  })

  it('in the same group is a duplicate as well', async () => {
    await scenario.portal.sends()
    const request = await scenario.portal.anEvent()
    const equal = { ...request, receipt: crypto.randomUUID() }
    expect(await storeTogether([request, equal])).toEqual([stored(3), stored(3, true)])
    expect(await logged()).toEqual([1, 2, 3])
  })

  it('after the object was evicted is still a duplicate', async () => {
    const request = await scenario.portal.anEvent()
    await scenario.portal.posts(request)
    await scenario.relay.restarts()
    const equal = await scenario.portal.anEvent({ digest: request.digest })
    expect(await scenario.portal.posts(equal)).toEqual(stored(1, true))
  })

  it('without a time of its own is another one after more than a second, drained or not', async () => {
    const event = JSON.stringify({
      name: 'ONCRMDEALUPDATE',
      ts: null,
      handlerId: null,
      userId: null,
      data: { FIELDS: { ID: 7 } },
      field: null,
      quarantined: null,
    })
    const digest = 'd'.repeat(64)
    const first = await scenario.portal.anEvent({ digest, event })
    const sendsAgain = async (ms: number, drained: boolean) => {
      const receivedAt = first.receivedAt + ms
      return scenario.portal.posts(
        await scenario.portal.anEvent({ digest, event, receivedAt, drained }),
      )
    }
    expect(await scenario.portal.posts(first)).toEqual(stored(1))
    expect(await sendsAgain(1000, false)).toEqual(stored(1, true))
    expect(await sendsAgain(1001, false)).toEqual(stored(2))
    await scenario.time.passes('60 min')
    expect(await sendsAgain(30_000, true)).toEqual(stored(3))
    expect(await sendsAgain(30_500, true)).toEqual(stored(3, true))
  })

  it('that was drained late is a duplicate by its own time of receipt', async () => {
    const request = await scenario.portal.anEvent()
    await scenario.portal.posts(request)
    await scenario.time.passes('60 min')
    const receivedAt = request.receivedAt + 1000
    const drained = await scenario.portal.anEvent({
      digest: request.digest,
      receivedAt,
      drained: true,
    })
    expect(await scenario.portal.posts(drained)).toEqual(stored(1, true))
  })
})

// Rows that SQLite reports as written, and one for each alarm that is set (billed like a row).
async function cost(
  destinations: readonly Entry[],
  events: number,
): Promise<Readonly<Record<'log' | 'lanes' | 'digests' | 'alarms', number>>> {
  await scenario.relay.deploys(destinations)
  await scenario.portal.becomesKnown()
  const observed = await scenario.observe()
  await scenario.portal.sendsMany(events)
  // A person's lane waits a second after each message; a single event waits for nothing but answers.
  await until(async () => {
    const { lanes } = (await scenario.object.view()) ?? { lanes: [] }
    const isDone = lanes.every(({ backlog }) => backlog === 0)
    if (events > 1 || isDone) await scenario.time.passesWithoutAlarm('1 s')
    return isDone && scenario.time.sleepers === 0
  })
  const rows = (table: string) =>
    observed.writes
      .filter(({ query }) => query.includes(`INTO ${table}`))
      .reduce((sum, write) => sum + write.rows, 0)
  const [log, lanes, digests] = [rows('log'), rows('lanes'), rows('digests')]
  expect(log + lanes + digests).toBe(observed.writes.reduce((sum, { rows: n }) => sum + n, 0))
  return { log, lanes, digests, alarms: observed.alarms.length }
}

const SPARSE = { log: 1, lanes: 1, digests: 0, alarms: 1 }

describe('rows written per event', () => {
  it('sparse, one destination: the event, its outcome and one alarm', async () => {
    expect(await cost([machine('a')], 1)).toEqual(SPARSE)
  })

  it('sparse, three destinations: no row more, since the lanes share theirs', async () => {
    const three = [machine('a'), machine('b'), person('c')]
    expect(await cost(three, 1)).toEqual(SPARSE)
  })

  it.each([1, 3])(
    'a burst of 100 with %i machines stays below 1.25 rows an event',
    async (count) => {
      const machines = ['a', 'b', 'c'].slice(0, count).map((name) => machine(name))
      const { log, lanes, alarms } = await cost(machines, 100)
      expect({ log, alarms }).toEqual({ log: 100, alarms: 1 })
      expect(lanes).toBeLessThanOrEqual(20)
    },
  )

  it('a burst of 20 with a person: rows for its few messages, not for each event', async () => {
    const { log, lanes, digests, alarms } = await cost([person('a'), machine('b')], 20)
    expect({ log, digests, alarms }).toEqual({ log: 20, digests: 1, alarms: 1 })
    expect(lanes).toBeLessThanOrEqual(8)
  })
})

it('an event whose stored form would be too large is quarantined with its head and its size', async () => {
  await scenario.relay.deploys([machine('erp')])
  const event = JSON.stringify(anEvent({ data: { NOTE: '\u0001'.repeat(250_000) } }))
  const post = await scenario.portal.anEvent({ event })
  expect(await scenario.portal.posts(post)).toMatchObject({ kind: 'stored', quarantined: true })
  expect(await scenario.portal.posts(post)).toMatchObject({ kind: 'stored', quarantined: true })
  const [row] = await scenario.rows('SELECT octet_length(event) AS bytes FROM log')
  expect(row?.['bytes']).toBeLessThan(3000)
  expect(await scenario.object.event(1)).toMatchObject({
    quarantined: true,
    quarantineReason: 'too_large',
    fields: { bytes: event.length },
  })
  expect(await scenario.object.view()).toMatchObject({ quarantined: 1 })
})
