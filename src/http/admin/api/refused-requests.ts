/** The admin API of refused requests: acknowledged ones that their portal's object did not take later. */
import type { Context, Hono } from 'hono'
import type { DrainDeps } from '../../../edge/spill/drain.ts'
import { listRefusedRequests } from '../../../edge/spill/first-pages.ts'
import { replayRefused } from '../../../edge/spill/replay-refused.ts'
import * as v from 'valibot'
import { listOf, TextOrNullSchema, TimeOrNullSchema } from '../../../core/views/schema.ts'
import { isoTime } from '../../../portal/views/iso-time.ts'
import type { RefusedRecord } from '../../../storage/spill-store.ts'
import { reply, withPortal, type PortalFinder } from './json-route.ts'

const REFUSED_PATH = '/portals/:memberId/refused'

/** One refused request. */
const RefusedViewSchema = v.object({
  receipt: v.string(),
  kind: v.picklist(['append', 'install', 'uninstall']),
  event: TextOrNullSchema,
  reason: v.string(),
  receivedAt: TimeOrNullSchema,
  refusedAt: TimeOrNullSchema,
})

/** The refused requests of a portal. */
export const RefusedRequestsSchema = v.object({ refused: listOf(RefusedViewSchema) })

/** The numbers of those that were taken and refused when they were handed over again. */
export const RefusedReplaySchema = v.object({
  replayed: v.number(),
  refused: v.number(),
  left: v.number(),
})

/** The dependencies of the refused requests. */
export interface RefusedRequestsDeps extends PortalFinder {
  readonly drain: DrainDeps
}

/** Adds the routes; `depsOf` gives the dependencies with the bindings of the request. */
export function addRefusedRequestsRoutes(
  routes: Hono,
  depsOf: (c: Context) => RefusedRequestsDeps,
): void {
  routes.get(REFUSED_PATH, (c) =>
    withPortal(c, depsOf(c), async (_, memberId) => {
      const refused = await listRefusedRequests(depsOf(c).drain.spill.store, memberId)
      return reply({ refused: refused.map(viewOf) })
    }),
  )
  routes.post(`${REFUSED_PATH}/replay`, (c) =>
    withPortal(c, depsOf(c), async (_, memberId) =>
      reply(await replayRefused(depsOf(c).drain, memberId), 202),
    ),
  )
}

function viewOf(record: RefusedRecord): v.InferOutput<typeof RefusedViewSchema> {
  const { receipt, receivedAt, refusedAt, kind, event, reason } = record
  const times = { receivedAt: isoTime(receivedAt), refusedAt: isoTime(refusedAt) }
  return { receipt, kind, event, reason, ...times }
}
