/** What a contender loses when it is killed in the middle of its work, and starts again on the same storage. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from '../contenders/server.ts'
import { Client } from '../load/client.ts'
import type { Arrival } from '../load/receivers.ts'
import type { Field } from './field.ts'

/** The events of a contender that was killed. */
export interface Loss {
  readonly acknowledged: number
  /** Acknowledged events that a receiver never got. */
  readonly lost: number
  /** Messages that a receiver got more than once. */
  readonly repeated: number
}

/** So long the receivers take everything, and then so long they refuse everything, in milliseconds. */
const HALF_MS = 750
const EVENTS = 20_000
const QUIET_MS = 15_000

/**
 * Kills a contender with SIGKILL under load while its receivers are down, starts it again, and sends one more event
 * of each portal: it wakes a portal's object, which would otherwise wake by its alarm within five minutes.
 */
export async function killUnderLoad(field: Field, contender: Contender): Promise<Loss> {
  const { kind, portals } = contender
  const { receivers } = field
  const server = await field.server(kind)
  const request = (id: number) => kind.request(id, id % portals)
  await receivers.take()
  const client = await Client.open({ port: server.port, request }, 32)
  const sending = client.sendAll(field.newIds(EVENTS))
  await sleep(HALF_MS)
  receivers.become('refuse')
  await sleep(HALF_MS)
  await server.kill()
  const sent = await sending
  client.close()
  receivers.become('accept')
  await server.restart()
  const waking = await Client.open({ port: server.port, request }, 1)
  await waking.sendAll(field.newIds(portals))
  waking.close()
  const acknowledged = sent.flatMap(({ id, acknowledgedAt }) =>
    acknowledgedAt === null ? [] : [id],
  )
  await receivers.settle(Infinity, QUIET_MS)
  return computeLoss(acknowledged, await receivers.take(), receivers.urls.length)
}

/** Compares what was acknowledged with what has arrived. */
export function computeLoss(
  acknowledged: readonly number[],
  arrivals: readonly Arrival[],
  receivers: number,
): Loss {
  const seen = new Map<number, Set<number>>()
  for (const { id, receiver } of arrivals) {
    seen.set(id, (seen.get(id) ?? new Set()).add(receiver))
  }
  const distinct = [...seen.values()].reduce((sum, { size }) => sum + size, 0)
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => (seen.get(id)?.size ?? 0) < receivers).length,
    repeated: arrivals.length - distinct,
  }
}
