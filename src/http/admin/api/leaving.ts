/** The admin API of leaving: a portal's log is exported, an event's content erased, a portal erased as a whole. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import type { DrainDeps } from '../../../edge/spill/drain.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import type { SpillStore } from '../../../storage/spill-store.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { errorResponse } from '../../error-response.ts'
import {
  ADMIN_MS,
  CountSchema,
  readJson,
  readQuery,
  reply,
  withPortal,
  type PortalFinder,
} from './json-route.ts'

/** The confirmation of an erasure. */
export const DomainSchema = v.strictObject({ domain: v.string() })
/** The sequence behind which an export goes on. */
export const AfterSchema = v.strictObject({ after: v.optional(CountSchema) })

/** The number of events that no receiver has got. */
export const ErasedSchema = v.object({ erased: v.number() })

/** The most requests in KV that one call removes; the drain drops the others, since they are older than the erasure. */
const MAX_REMOVED = 500

/** The dependencies of the routes. */
export interface LeavingDeps extends PortalFinder {
  readonly drain: DrainDeps
}

type EventPage = Exclude<Awaited<ReturnType<PortalClient['exportPage']>>, null>

/** Adds the routes; `depsOf` gives the dependencies with the bindings of the request. */
export function addLeavingRoutes(routes: Hono, depsOf: (c: Context) => LeavingDeps): void {
  routes.get('/portals/:memberId/export', (c) => {
    const deps = depsOf(c)
    return withPortal(c, deps, (_, memberId) => exportLog(c, () => deps.clientOf(memberId)))
  })
  routes.delete('/portals/:memberId/events/:sequence', (c) =>
    withPortal(c, depsOf(c), (client) => eraseEvent(c, client)),
  )
  routes.delete('/portals/:memberId', (c) => {
    const deps = depsOf(c)
    return withPortal(c, deps, async (client, memberId) => {
      const body = await readJson(c.req.raw, DomainSchema)
      if (body === null) return errorResponse('invalid_request')
      const answer = await client.erase(body.domain)
      if (answer.kind !== 'done') {
        return errorResponse(answer.kind === 'unknown' ? 'not_found' : 'wrong_domain')
      }
      await removeWaiting(deps.drain.spill.store, memberId)
      return reply({ erased: answer.erased })
    })
  })
}

async function eraseEvent(c: Context, client: PortalClient): Promise<Response> {
  const sequence = v.safeParse(CountSchema, c.req.param('sequence'))
  if (!sequence.success) return errorResponse('not_found')
  switch (await client.eraseEvent(sequence.output)) {
    case 'done':
      return new Response(null, { status: 204 })
    case 'unknown':
      return errorResponse('not_found')
    case 'still_waiting':
      return errorResponse('still_waiting')
  }
}

/**
 * The log as lines of JSON, oldest event first. The client gets one page while the next one is read, so a long log
 * never stands in memory. A portal that fails breaks the answer off: an export that ends in order is complete.
 */
async function exportLog(c: Context, newClient: () => PortalClient): Promise<Response> {
  const query = readQuery(c, AfterSchema)
  if (query === null) return errorResponse('invalid_request')
  let page = await newClient().exportPage(query.after ?? 0)
  if (page === null) return errorResponse('not_found')
  const lines = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const last = page?.at(-1)
      if (page === null || last === undefined) return controller.close()
      controller.enqueue(linesOf(page))
      page = await withTimeout(newClient().exportPage(last.sequence), ADMIN_MS)
    },
  })
  const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' }
  return new Response(lines, { headers })
}

const ENCODER = new TextEncoder()

function linesOf(events: EventPage): Uint8Array {
  return ENCODER.encode(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
}

/** Removes the portal's requests in KV: those that wait, and those that it has refused. */
async function removeWaiting(store: SpillStore, memberId: string): Promise<void> {
  let left = MAX_REMOVED
  for (const pages of [store.refusedPages(memberId), store.pages(memberId)]) {
    for await (const records of pages) {
      const removed = records.slice(0, left)
      left -= removed.length
      await Promise.all(removed.map((record) => store.remove(record)))
      if (left === 0) return
    }
  }
}
