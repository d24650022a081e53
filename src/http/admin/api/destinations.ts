/** The admin API of a destination in all portals: how it stands, and the orders to pause, resume and replay. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import { isMemberId } from '../../../core/access/member-id.ts'
import type { LaneWord } from '../../../core/reports/lane-report.ts'
import { NO_LANES, type DestinationTotals } from '../../../core/reports/report-totals.ts'
import { openReceiver, type Destination } from '../../../destinations/settings/destination.ts'
import { giveOrder, type OrderDeps, type OrderProgress } from '../../../edge/orders.ts'
import { dryRunReplay, type ReplayDryRunDeps } from '../../../edge/replay-dry-run.ts'
import type { DirectoryRemote } from '../../../objects/directory.ts'
import type { Order } from '../../../objects/order-store.ts'
import type { ProgressSchema } from '../../../core/views/act-views.ts'
import type { DestinationView, ReplayDryRun } from '../../../core/views/destination-views.ts'
import { isoTime } from '../../../portal/views/iso-time.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { errorResponse } from '../../error-response.ts'
import type { SendingDeps } from './try-destination.ts'
import { ADMIN_MS, readJson, readQuery, reply } from './json-route.ts'

/** The states of lanes, the worst first: the worst one of all portals is that of the destination. */
const WORST_FIRST: readonly LaneWord[] = ['disabled', 'retrying', 'paused', 'active', 'removed']

/** Everything that is parked. */
export const ParkedSchema = v.strictObject({ parked: v.literal(true) })

/** Other orders take no query. */
const NoQuerySchema = v.strictObject({})

/**
 * The query of a replay: a dry run only counts, so many portals in one request; a misspelt one must not replay in
 * earnest.
 */
export const ReplayOrderQuerySchema = v.pipe(
  v.strictObject({
    dryRun: v.optional(v.picklist(['true', 'false'])),
    cursor: v.optional(v.pipe(v.string(), v.check(isMemberId, 'Must be a cursor'))),
  }),
  v.check(({ dryRun, cursor }) => dryRun === 'true' || cursor === undefined, 'Has no cursor'),
)

/** The dependencies of the routes. */
export interface DestinationsDeps {
  readonly directory: Pick<DirectoryRemote, 'sumReports'> &
    OrderDeps['directory'] &
    ReplayDryRunDeps['directory']
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
  for (const act of ['pause', 'resume'] as const) {
    routes.post(`/destinations/:destination/${act}`, (c) =>
      withDestination(c, depsOf(c), async (deps, destination) => {
        if (readQuery(c, NoQuerySchema) === null) return errorResponse('invalid_request')
        return reply(progressView(await orderInAllPortals(deps, { destination, act })), 202)
      }),
    )
  }
  routes.post('/destinations/:destination/replay', (c) =>
    withDestination(c, depsOf(c), (deps, destination) => replay(c, deps, destination)),
  )
}

/** Does the work with the configured destination that the path names. */
async function withDestination(
  c: Context,
  deps: DestinationsDeps,
  work: (deps: DestinationsDeps, destination: string) => Promise<Response>,
): Promise<Response> {
  const destination = c.req.param('destination') ?? ''
  const isKnown = deps.sending.destinations.some(({ name }) => name === destination)
  return isKnown ? work(deps, destination) : errorResponse('not_found')
}

async function replay(c: Context, deps: DestinationsDeps, destination: string): Promise<Response> {
  const body = await readJson(c.req.raw, ParkedSchema)
  const query = readQuery(c, ReplayOrderQuerySchema)
  if (body === null || query === null) return errorResponse('invalid_request')
  if (query.dryRun === 'true') {
    const { cursor: after = '' } = query
    return reply(await dryRunInAllPortals(deps, { destination, after }), 202)
  }
  const progress = await orderInAllPortals(deps, { destination, act: 'replay' })
  return reply(progressView(progress), 202)
}

/** Counts what a replay of everything that is parked would send, in the portals behind a member id. */
export function dryRunInAllPortals(
  { directory, drain }: Pick<DestinationsDeps, 'directory' | 'drain'>,
  wanted: { readonly destination: string; readonly after: string },
): Promise<ReplayDryRun> {
  const { clientOf } = drain
  return withTimeout(dryRunReplay({ clientOf, directory }, wanted), ADMIN_MS)
}

/** Gives an order to the lanes of a destination in all portals. */
export function orderInAllPortals(deps: DestinationsDeps, wanted: Order): Promise<OrderProgress> {
  const { clientOf, logLine } = deps.drain
  return withTimeout(giveOrder({ clientOf, logLine, directory: deps.directory }, wanted), ADMIN_MS)
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
