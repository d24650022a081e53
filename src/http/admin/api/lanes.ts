/** The admin API of one lane: pause, resume, park and replay. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import type { LaneState } from '../../../core/lanes/state/lane-state.ts'
import type { Result } from '../../../core/result.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import type { LaneFault, ReplayWish } from '../../../portal/lanes/control.ts'
import {
  readJson,
  readQuery,
  reply,
  SequenceSchema,
  withPortal,
  type PortalFinder,
} from './json-route.ts'
import { errorResponse, type ErrorCode } from '../../error-response.ts'

const LANE_PATH = '/portals/:memberId/lanes/:destination'

/** The event to be parked. */
export const ParkSchema = v.strictObject({ sequence: SequenceSchema })
/** The events that are wanted again. */
export const ReplaySchema = v.union([
  v.strictObject({ from: SequenceSchema, to: SequenceSchema }),
  v.strictObject({ parked: v.literal(true) }),
])

/** A dry run only counts; a misspelt one must not replay in earnest. */
export const DryRunSchema = v.strictObject({ dryRun: v.optional(v.picklist(['true', 'false'])) })

/** Adds the routes; `finderOf` gives the portals with the bindings of the request. */
export function addLaneRoutes(routes: Hono, finderOf: (c: Context) => PortalFinder): void {
  for (const kind of ['pause', 'resume'] as const) {
    routes.post(`${LANE_PATH}/${kind}`, (c) =>
      withLane(c, finderOf(c), async (client, destination) =>
        replyState(await client.controlLane(destination, { kind })),
      ),
    )
  }
  routes.post(`${LANE_PATH}/park`, (c) =>
    withLane(c, finderOf(c), async (client, destination) => {
      const body = await readJson(c.req.raw, ParkSchema)
      if (body === null) return errorResponse('invalid_request')
      const { sequence } = body
      return replyState(await client.controlLane(destination, { kind: 'park', sequence }))
    }),
  )
  routes.post(`${LANE_PATH}/replay`, (c) =>
    withLane(c, finderOf(c), (client, destination) => replay(c, { client, destination })),
  )
}

function withLane(
  c: Context,
  finder: PortalFinder,
  work: (client: PortalClient, destination: string) => Promise<Response>,
): Promise<Response> {
  return withPortal(c, finder, (client) => work(client, c.req.param('destination') ?? ''))
}

async function replay(
  c: Context,
  { client, destination }: { client: PortalClient; destination: string },
): Promise<Response> {
  const query = readQuery(c, DryRunSchema)
  const body = await readJson(c.req.raw, ReplaySchema)
  if (query === null || body === null || ('from' in body && body.from > body.to)) {
    return errorResponse('invalid_request')
  }
  const wish: ReplayWish = 'from' in body ? { kind: 'range', ...body } : { kind: 'parked' }
  const dryRun = query.dryRun === 'true'
  const replayed = await client.replay(destination, wish, { dryRun })
  if (!replayed.ok) return errorResponse(CONTROL_ERRORS[replayed.error])
  return reply({ replayed: replayed.value, ...(dryRun ? { dryRun } : {}) }, 202)
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
