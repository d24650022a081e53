/** Rounds of load: every contender in turn, again and again, so that each meets the same moments of the machine. */
import { nameOf, type Contender } from '../contenders/server.ts'
import { Client } from '../load/client.ts'
import { nowMs } from '../load/now.ts'
import { cpuMsOf } from '../runtime/cpu.ts'
import type { Field } from './field.ts'

/** The figures of one round. */
export interface Round {
  /** Events a second, up to the last answer. */
  readonly accepted: number
  /** Events a second, up to the last delivery; equal to `accepted` without receivers. */
  readonly finished: number
  /** CPU time of the server for one event, deliveries included, in milliseconds. */
  readonly cpuMs: number
}

const CONNECTIONS = 32
const WARM_UP = 200
const ROUND_MS = 1000
const FEWEST = 200
/** Each portal of many sends more than a few events, so that its start counts little. */
const FEWEST_OF_PORTAL = 10
const MOST = 10_000
/** When no message has come for so long, the rest is missing, in milliseconds. */
const QUIET_MS = 10_000

/** Runs the rounds, and answers the figures of each contender. */
export async function runRounds(
  field: Field,
  contenders: readonly Contender[],
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
): Promise<ReadonlyMap<Contender, readonly Round[]>> {
  const results = new Map<Contender, Round[]>()
  const counts = new Map<Contender, number>()
  for (const contender of contenders) {
    await runRound(field, contender, WARM_UP)
    const { finished } = await runRound(field, contender, WARM_UP)
    const count = Math.round((finished * ROUND_MS) / 1000)
    counts.set(
      contender,
      Math.min(MOST, Math.max(FEWEST, FEWEST_OF_PORTAL * contender.portals, count)),
    )
    results.set(contender, [])
  }
  for (let round = 1; round <= rounds; round += 1) {
    say(`Round ${round} of ${rounds}`)
    for (const contender of contenders) {
      const result = await runRound(field, contender, counts.get(contender) ?? FEWEST)
      results.get(contender)?.push(result)
    }
  }
  return results
}

/** Sends so many events to one contender, and waits until all are delivered. */
export async function runRound(field: Field, contender: Contender, count: number): Promise<Round> {
  const { kind, portals } = contender
  const server = await field.server(kind)
  const request = (id: number) => kind.request(id, id % portals)
  const client = await Client.open({ port: server.port, request }, CONNECTIONS)
  await field.receivers.take()
  const cpuMs = cpuMsOf(server.pid)
  const begun = nowMs()
  const sent = await client.sendAll(field.newIds(count))
  client.close()
  const answeredAt = Math.max(...sent.map(({ acknowledgedAt }) => acknowledgedAt ?? Infinity))
  if (!Number.isFinite(answeredAt)) throw new Error(`${nameOf(contender)} has refused an event`)
  const finishedAt = kind.delivers ? await deliveredAt(field, count) : answeredAt
  const perSecond = (until: number): number => count / ((until - begun) / 1000)
  return {
    accepted: perSecond(answeredAt),
    finished: perSecond(finishedAt),
    cpuMs: (cpuMsOf(server.pid) - cpuMs) / count,
  }
}

/** When the last message of so many events had come; throws when one is missing. */
async function deliveredAt({ receivers }: Field, events: number): Promise<number> {
  const expected = events * receivers.urls.length
  await receivers.settle(expected, QUIET_MS)
  const arrivals = await receivers.take()
  if (arrivals.length < expected) {
    throw new Error(`${arrivals.length} of ${expected} messages have come`)
  }
  return Math.max(...arrivals.map(({ at }) => at))
}
