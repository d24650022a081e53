/** The admin API of a destination in all portals: how it stands, and the orders to pause, resume and replay. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import type { LaneWord } from '../../../core/reports/lane-report.ts'
import { NO_LANES, type DestinationTotals } from '../../../core/reports/report-totals.ts'
import { openReceiver, type Destination } from '../../../destinations/settings/destination.ts'
import { giveOrder, type OrderDeps, type OrderProgress } from '../../../edge/orders.ts'
import type { DirectoryRemote } from '../../../objects/directory.ts'
import { ORDER_ACTS, type Order, type OrderAct } from '../../../objects/order-store.ts'
import type { ProgressSchema } from '../../../core/views/act-views.ts'
import type { DestinationView } from '../../../core/views/destination-views.ts'
import { isoTime } from '../../../portal/views/iso-time.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { errorResponse } from '../../error-response.ts'
import type { SendingDeps } from './try-destination.ts'
import { ADMIN_MS, readJson, readQuery, reply } from './exchange.ts'

/** The states of lanes, the worst first: the worst one of all portals is that of the destination. */
const WORST_FIRST: readonly LaneWord[] = ['disabled', 'retrying', 'paused', 'active', 'removed']

/** Everything that is parked. */
export const ParkedSchema = v.strictObject({ parked: v.literal(true) })
/** An order takes no query: a misspelt dry run must not replay in earnest. */
const NoQuerySchema = v.strictObject({})

/** The dependencies of the routes. */
export interface DestinationsDeps {
  readonly directory: Pick<DirectoryRemote, 'sumReports'> & OrderDeps['directory']
  readonly drain: Omit<OrderDeps, 'directory'>
  readonly sending: Pick<SendingDeps, 'destinations' | 'policy'>
  readonly now: () => number
}

/** Adds the routes; `depsOf` gives the dependencies with the bindings of the request. */
export function addDestinationRoutes(routes: Hono, depsOf: (c: Context) => DestinationsDeps): void {
  routes.get('/destinations', async (c) => {
    const destinations = await withTimeout(listDestinations(depsOf(c)), ADMIN_MS)
    return reply({ destinations })
  })
  for (const act of ORDER_ACTS) {
    routes.post(`/destinations/:destination/${act}`, (c) => order(c, depsOf(c), act))
  }
}

async function order(c: Context, deps: DestinationsDeps, act: OrderAct): Promise<Response> {
  const destination = c.req.param('destination') ?? ''
  if (!deps.sending.destinations.some(({ name }) => name === destination)) {
    return errorResponse('not_found')
  }
  const body = act === 'replay' ? await readJson(c.req.raw, ParkedSchema) : {}
  if (body === null || readQuery(c, NoQuerySchema) === null) return errorResponse('invalid_request')
  return reply(progressView(await orderInAllPortals(deps, { destination, act })), 202)
}

/** Gives an order to the lanes of a destination in all portals. */
export function orderInAllPortals(deps: DestinationsDeps, wanted: Order): Promise<OrderProgress> {
  const { portals, log } = deps.drain
  return withTimeout(giveOrder({ portals, log, directory: deps.directory }, wanted), ADMIN_MS)
}

function progressView(progress: OrderProgress): v.InferOutput<typeof ProgressSchema> {
  const { portals, failed, left } = progress
  return { portals, ...(failed > 0 && { failed }), ...(left > 0 && { left }) }
}

/** Every configured destination, and those that are configured no more while a portal has a lane of them. */
export async function listDestinations(
  deps: DestinationsDeps,
): Promise<readonly DestinationView[]> {
  const totals = new Map(Object.entries((await deps.directory.sumReports(deps.now())).destinations))
  const { destinations } = deps.sending
  const names = new Set(destinations.map(({ name }) => name))
  const former = [...totals].filter(([name]) => !names.has(name))
  return [
    ...destinations.map((one) => configuredView(one, totals.get(one.name) ?? NO_LANES, deps)),
    ...former.map(([name, sums]) => ({ name, ...NOT_CONFIGURED, ...totalsView(sums) })),
  ]
}

const NOT_CONFIGURED = { type: null, host: null, language: null, problems: [] }

function configuredView(
  destination: Destination,
  totals: DestinationTotals,
  { sending }: DestinationsDeps,
): DestinationView {
  const { name, typeName, language, problems } = destination
  return {
    name,
    type: typeName,
    host: hostOf(destination, sending.policy),
    language,
    problems,
    ...totalsView(totals),
  }
}

/** The host of the receiver, which is no secret; null while it depends on a value of the portal. */
function hostOf(destination: Destination, policy: SendingDeps['policy']): string | null {
  const receiver = openReceiver(destination, new Map(), policy)
  return receiver.ok ? receiver.value.host : null
}

function totalsView(
  totals: DestinationTotals,
): Omit<DestinationView, keyof typeof NOT_CONFIGURED | 'name'> {
  const { lanes, lastOutcome, oldestWaitingAt, tally, ...sums } = totals
  return {
    state: WORST_FIRST.find((word) => lanes[word] > 0) ?? 'active',
    lanes,
    ...sums,
    oldestWaitingAt: isoTime(oldestWaitingAt),
    delivered: tally.delivered,
    attempts: tally.attempts,
    lastOutcome: lastOutcome && { ...lastOutcome, at: isoTime(lastOutcome.at) },
  }
}
