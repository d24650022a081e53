/** The time from the answer of an event to its last delivery, at a steady rate. */
import { nameOf, type Contender } from '../contenders/server.ts'
import { Client } from '../load/client.ts'
import { quantile } from '../statistics.ts'
import type { Field } from './field.ts'

/** The delay of a contender, in milliseconds. */
export interface Delay {
  readonly p50: number
  readonly p99: number
  readonly events: number
}

/** Events a second. */
export const STEADY_RATE = 50

const EVENTS = 400
const CONNECTIONS = 128
const QUIET_MS = 10_000

/** Measures the delay of one contender. */
export async function measureDelay(field: Field, contender: Contender): Promise<Delay> {
  const { kind, portals } = contender
  const server = await field.server(kind)
  const request = (id: number) => kind.request(id, id % portals)
  const client = await Client.open({ port: server.port, request }, CONNECTIONS)
  await field.receivers.take()
  const sent = await client.sendSteadily(field.newIds(EVENTS), STEADY_RATE)
  client.close()
  const acknowledged = sent.filter(({ acknowledgedAt }) => acknowledgedAt !== null)
  await field.receivers.settle(acknowledged.length * field.receivers.urls.length, QUIET_MS)
  const last = new Map<number, number>()
  for (const { id, at } of await field.receivers.take()) {
    last.set(id, Math.max(at, last.get(id) ?? 0))
  }
  const delays = acknowledged.flatMap(({ id, acknowledgedAt }) => {
    const at = last.get(id)
    return at === undefined || acknowledgedAt === null ? [] : [Math.max(0, at - acknowledgedAt)]
  })
  if (delays.length === 0) throw new Error(`${nameOf(contender)} has delivered nothing`)
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99), events: delays.length }
}
