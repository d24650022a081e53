/** The events that wait for their delivery while a contender is under a steady load that it can bear. */
import { nameOf, type Contender } from '../contenders/server.ts'
import { Client, type Sent } from '../load/client.ts'
import type { Arrival } from '../load/receivers.ts'
import { formatTable } from '../table.ts'
import type { Field } from './field.ts'

/** The events that were acknowledged and not yet delivered to all receivers. */
export interface Backlog {
  /** Events a second. */
  readonly rate: number
  /** After half of the time, and when the last event was acknowledged. */
  readonly middle: number
  readonly end: number
  /** The most of all tenths of the time. */
  readonly most: number
}

const SECONDS = 8
const CONNECTIONS = 128
const QUIET_MS = 10_000

/** Sends at a rate for some seconds. */
export async function measureBacklog(
  field: Field,
  contender: Contender,
  rate: number,
): Promise<Backlog> {
  const { kind, portals } = contender
  const server = await field.server(kind)
  const request = (id: number) => kind.request(id, id % portals)
  const client = await Client.open({ port: server.port, request }, CONNECTIONS)
  await field.receivers.take()
  const sent = await client.sendSteadily(field.newIds(Math.round(rate * SECONDS)), rate)
  client.close()
  const receivers = field.receivers.urls.length
  const acknowledged = sent.filter(({ acknowledgedAt }) => acknowledgedAt !== null)
  await field.receivers.settle(acknowledged.length * receivers, QUIET_MS)
  return { rate, ...computeBacklog(sent, await field.receivers.take(), receivers) }
}

/** Compares when events were acknowledged with when the last receiver got them. */
export function computeBacklog(
  sent: readonly Sent[],
  arrivals: readonly Arrival[],
  receivers: number,
): Omit<Backlog, 'rate'> {
  const acknowledged = sent.flatMap(({ acknowledgedAt }) => acknowledgedAt ?? [])
  const delivered = deliveredTimes(arrivals, receivers)
  const [first, last] = [Math.min(...acknowledged), Math.max(...acknowledged)]
  const waitingAt = (at: number): number =>
    Math.max(0, countUpTo(acknowledged, at) - countUpTo(delivered, at))
  const tenths = Array.from({ length: 11 }, (_, tenth) =>
    waitingAt(first + ((last - first) * tenth) / 10),
  )
  return { middle: tenths[5] ?? 0, end: tenths[10] ?? 0, most: Math.max(...tenths) }
}

/** When each event had come to its last receiver. */
function deliveredTimes(arrivals: readonly Arrival[], receivers: number): readonly number[] {
  const first = new Map<number, Map<number, number>>()
  for (const { id, receiver, at } of arrivals) {
    const times = first.get(id) ?? new Map<number, number>()
    times.set(receiver, Math.min(at, times.get(receiver) ?? Infinity))
    first.set(id, times)
  }
  return [...first.values()]
    .filter(({ size }) => size === receivers)
    .map((times) => Math.max(...times.values()))
}

function countUpTo(times: readonly number[], at: number): number {
  return times.filter((time) => time <= at).length
}

/** Formats the backlogs as a table. */
export function formatBacklogs(backlogs: ReadonlyMap<Contender, Backlog>): string {
  const rows = [...backlogs].map(([contender, { rate, middle, end, most }]) => [
    nameOf(contender),
    rate.toFixed(0),
    String(middle),
    String(end),
    String(most),
  ])
  return formatTable(['contender', 'events/s', 'after 4 s', 'after 8 s', 'most'], rows)
}
