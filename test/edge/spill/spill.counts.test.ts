/**
 * What an edge has counted goes through the spill with its events, from the intake to /metrics: once, whatever is drained
 * twice, and whatever answer got lost.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EdgeTally } from '../../../src/core/tallies/edge-tally.ts'
import { CallerMemory } from '../../../src/edge/callers/caller-memory.ts'
import type { PortalLookup } from '../../../src/edge/portal-client.ts'
import { drainSpill } from '../../../src/edge/spill/drain.ts'
import {
  portalsWith,
  realPortalList,
  realPortals,
  UNREACHABLE,
} from '../../support/builders/an-intake.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'

let scenario: EdgeScenario
/** The memory of the one isolate whose counts are followed. */
let memory: CallerMemory

beforeEach(async () => {
  scenario = await EdgeScenario.create()
  memory = new CallerMemory()
})

afterEach(() => scenario.close())

function edge(clientOf: PortalLookup) {
  const newReceipt = () => crypto.randomUUID()
  return scenario.intake(clientOf, { memory, newReceipt })
}

/** The counters over all portals, after the portal has reported. */
async function counters() {
  await scenario.object.touch()
  scenario.now += 60_000
  const { totals, past } = await realPortalList().sumMetrics(scenario.now)
  const { accepted, drained, edge: counted } = totals.tally
  const sum = (of: (tally: EdgeTally) => number) => of(counted) + of(past.portals.edge)
  return {
    accepted,
    drained,
    spilled: sum(({ spilled }) => spilled),
    notStored: sum(({ refused }) => refused['not_stored'] ?? 0),
    acknowledged: sum(({ acknowledged }) => acknowledged.counts.reduce((all, n) => all + n, 0)),
  }
}

/** Every record of the spill, to be put back as if its deletion had been lost. */
async function spillRecords(): Promise<ReadonlyMap<string, string>> {
  const { keys } = await env.INSTALLS.list({ prefix: 'spill:' })
  const records = new Map<string, string>()
  for (const { name } of keys) records.set(name, (await env.INSTALLS.get(name)) ?? '')
  return records
}

it('each event brings what was counted before it, once, also when it is drained twice', async () => {
  const before = await counters()
  const cut = edge(UNREACHABLE)
  // Nobody knows this token, and the object cannot be asked about it.
  expect(await cut.take(scenario.forged(1))).toMatchObject({ code: 'not_stored' })
  expect(await cut.take(scenario.event(2))).toEqual({ kind: 'spilled' })
  expect(await cut.take(scenario.event(3))).toEqual({ kind: 'spilled' })
  expect(await counters()).toEqual(before)
  const records = await spillRecords()
  expect(records.size).toBe(2)
  for (let time = 0; time < 2; time += 1) {
    for (const [key, value] of records) await env.INSTALLS.put(key, value)
    await drainSpill(edge(realPortals).cron)
    // The third event was counted after it had gone: the next one brings it.
    expect(await counters()).toEqual({
      accepted: before.accepted + 2,
      drained: before.drained + 2,
      spilled: before.spilled + 1,
      notStored: before.notStored + 1,
      acknowledged: before.acknowledged + 1,
    })
  }
  expect(await edge(realPortals).take(scenario.event(4))).toMatchObject({ kind: 'stored' })
  expect(await counters()).toMatchObject({
    accepted: before.accepted + 3,
    spilled: before.spilled + 2,
    acknowledged: before.acknowledged + 2,
  })
})

it('an event whose answer was lost is stored and spilled, and counts once', async () => {
  const before = await counters()
  const deaf = portalsWith({
    append: async (request) => {
      await scenario.object.append(request)
      throw new Error('Network connection lost.')
    },
  })
  expect(await edge(UNREACHABLE).take(scenario.event(1))).toEqual({ kind: 'spilled' })
  expect(await edge(deaf).take(scenario.event(2))).toEqual({ kind: 'spilled' })
  await drainSpill(edge(realPortals).cron)
  expect(await counters()).toMatchObject({
    accepted: before.accepted + 2,
    // The second one was in the log before it came out of the spill.
    drained: before.drained + 1,
    spilled: before.spilled + 1,
    acknowledged: before.acknowledged + 1,
  })
})
