/** The admin API of one lane: pause, resume, park and replay. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import type { LaneState } from '../../core/lanes/state/lane-state.ts'
import type { Result } from '../../core/result.ts'
import type { PortalClient } from '../../edge/portal-client.ts'
import type { LaneFault, ReplayWish } from '../../portal/lanes/control.ts'
import { readJson, reply, SequenceSchema, withPortal, type PortalFinder } from './exchange.ts'
import { errorResponse, type ErrorCode } from '../error-response.ts'

const LANE_PATH = '/portals/:memberId/lanes/:destination'

const ParkSchema = v.strictObject({ sequence: SequenceSchema })
const ReplaySchema = v.union([
  v.strictObject({ from: SequenceSchema, to: SequenceSchema }),
  v.strictObject({ parked: v.literal(true) }),
])

/** Adds the routes; `finderOf` gives the portals with the bindings of the request. */
export function addLaneRoutes(routes: Hono, finderOf: (c: Context) => PortalFinder): void {
  for (const kind of ['pause', 'resume'] as const) {
    routes.post(`${LANE_PATH}/${kind}`, (c) =>
      withLane(c, finderOf(c), async (portal, destination) =>
        replyState(await portal.controlLane(destination, { kind })),
      ),
    )
  }
  routes.post(`${LANE_PATH}/park`, (c) =>
    withLane(c, finderOf(c), async (portal, destination) => {
      const body = await readJson(c.req.raw, ParkSchema)
      if (body === null) return errorResponse('invalid_request')
      const { sequence } = body
      return replyState(await portal.controlLane(destination, { kind: 'park', sequence }))
    }),
  )
  routes.post(`${LANE_PATH}/replay`, (c) =>
    withLane(c, finderOf(c), (portal, destination) => replay(c.req.raw, { portal, destination })),
  )
}

function withLane(
  c: Context,
  finder: PortalFinder,
  work: (portal: PortalClient, destination: string) => Promise<Response>,
): Promise<Response> {
  return withPortal(c, finder, (portal) => work(portal, c.req.param('destination') ?? ''))
}

async function replay(
  request: Request,
  { portal, destination }: { portal: PortalClient; destination: string },
): Promise<Response> {
  const dryRun = readDryRun(new URL(request.url).searchParams)
  const body = await readJson(request, ReplaySchema)
  if (dryRun === null || body === null || ('from' in body && body.from > body.to)) {
    return errorResponse('invalid_request')
  }
  const wish: ReplayWish = 'from' in body ? { kind: 'range', ...body } : { kind: 'parked' }
  const replayed = await portal.replay(destination, wish, { dryRun })
  if (!replayed.ok) return errorResponse(CONTROL_ERRORS[replayed.error])
  return reply({ replayed: replayed.value, ...(dryRun ? { dryRun } : {}) }, 202)
}

/** Null for any query but a correct `dryRun`: a misspelt dry run must not replay in earnest. */
function readDryRun(query: URLSearchParams): boolean | null {
  const pairs = [...query]
  const [pair] = pairs
  if (pair === undefined) return false
  const [name, value] = pair
  if (pairs.length > 1 || name !== 'dryRun') return null
  return value === 'true' ? true : value === 'false' ? false : null
}

function replyState(changed: Result<LaneState['status'], LaneFault>): Response {
  return changed.ok ? reply({ state: changed.value }) : errorResponse(CONTROL_ERRORS[changed.error])
}

/** The error code for each reason for which a lane does not obey. */
const CONTROL_ERRORS: Readonly<Record<LaneFault, ErrorCode>> = {
  unknown_lane: 'not_found',
  removed_lane: 'removed_destination',
  not_head: 'not_head',
  too_many_jobs: 'too_many_jobs',
}
