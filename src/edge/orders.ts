/**
 * Carries out orders for the lanes of a destination in all portals, some portals in each run. The request that gives an
 * order begins with it, and the scheduled work goes on: ten thousand portals are too many for one run.
 */
import { describeError } from '../core/safety/redact.ts'
import type { LineWriter } from '../log.ts'
import type { DirectoryRemote } from '../objects/directory.ts'
import type { Order, OrderSlice } from '../objects/order-store.ts'
import { askPortals, MAX_ASKED } from './ask-portals.ts'
import type { PortalClient, PortalLookup } from './portal-client.ts'

/** The dependencies of orders. */
export interface OrderDeps {
  readonly clientOf: PortalLookup
  readonly directory: Pick<DirectoryRemote, 'beginOrder' | 'nextOrdered'>
  readonly logLine: LineWriter
}

/** The progress of an order in one run. */
export interface OrderProgress {
  /** The number of portals in which the lane has obeyed; a replay counts where something was parked. */
  readonly portals: number
  /** The number of portals that have not answered; the log names each. */
  readonly failed: number
  /** The number of portals that are to be told in later runs. */
  readonly left: number
}

/** Begins an order, or goes on with the same one, and carries it out for the first portals. */
export async function giveOrder(deps: OrderDeps, order: Order): Promise<OrderProgress> {
  await deps.directory.beginOrder(order)
  const slice = await deps.directory.nextOrdered(MAX_ASKED, order.destination)
  return slice === null ? { portals: 0, failed: 0, left: 0 } : carryOut(deps, slice)
}

/** Goes on with an order that is under way, if there is one. Never rejects. */
export async function goOnWithOrders(deps: OrderDeps): Promise<void> {
  const { directory, logLine } = deps
  try {
    const slice = await directory.nextOrdered(MAX_ASKED, null)
    if (slice === null) return
    const { destination, act } = slice
    logLine('info', 'order_carried_on', { destination, act, ...(await carryOut(deps, slice)) })
  } catch (error) {
    logLine('error', 'orders_unknown', { error: describeError(error) })
  }
}

async function carryOut(deps: OrderDeps, slice: OrderSlice): Promise<OrderProgress> {
  const { clientOf, logLine } = deps
  const { destination, act, left } = slice
  const seen = { portals: 0, failed: 0 }
  await askPortals(
    slice.memberIds,
    async (memberId) => {
      if (await obey(clientOf(memberId), slice)) seen.portals += 1
    },
    (memberId, error) => {
      seen.failed += 1
      logLine('error', 'order_failed', {
        memberId,
        destination,
        act,
        error: describeError(error),
      })
    },
  )
  return { ...seen, left }
}

/** Whether the portal has a lane that has done what is ordered. */
async function obey(client: PortalClient, { destination, act }: Order): Promise<boolean> {
  if (act !== 'replay') return (await client.controlLane(destination, { kind: act })).ok
  const replayed = await client.replay(destination, { kind: 'parked' }, { dryRun: false })
  return replayed.ok && replayed.value > 0
}
