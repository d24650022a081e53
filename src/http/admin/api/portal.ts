/** The admin API of one portal: its view, its values, its pins, and a comparison at once. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import { MAX_SEQUENCE } from '../../../core/log/max-sequence.ts'
import type { PortalAnswer, SpilledRequests } from '../../../core/views/whole-view.ts'
import { isValueName } from '../../../destinations/settings/references.ts'
import { countSpilled, listRefusedRequests } from '../../../edge/spill/first-pages.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import type { DrainDeps } from '../../../edge/spill/drain.ts'
import { errorResponse } from '../../error-response.ts'
import {
  CountSchema,
  readJson,
  reply,
  replyOrNotFound,
  withPortal,
  type PortalFinder,
} from './json-route.ts'

/** The value of `$portal.NAME`. */
export const ValueSchema = v.strictObject({
  value: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
})

/** The page of events that is asked for. */
export const EventsQuerySchema = v.object({
  before: v.optional(CountSchema),
  limit: v.optional(CountSchema),
})

/** The number of events on a page when the client asks for no number. */
const DEFAULT_EVENTS_PAGE = 50

/** The dependencies of the routes. */
export interface PortalRoutesDeps extends PortalFinder {
  readonly drain: DrainDeps
}

/** Adds the routes; `depsOf` gives the dependencies with the bindings of the request. */
export function addPortalRoutes(routes: Hono, depsOf: (c: Context) => PortalRoutesDeps): void {
  routes.get('/portals/:memberId', (c) =>
    withPortal(c, depsOf(c), async (client, memberId) => {
      const view = await client.view()
      if (view === null) return errorResponse('not_found')
      const answer: PortalAnswer = {
        ...view,
        ...(await countWaitingRequests(depsOf(c).drain, memberId)),
      }
      return reply(answer)
    }),
  )
  routes.get('/portals/:memberId/events', (c) =>
    withPortal(c, depsOf(c), (client) => listEvents(c, client)),
  )
  routes.get('/portals/:memberId/events/:sequence', (c) =>
    withPortal(c, depsOf(c), async (client) => {
      const sequence = v.safeParse(CountSchema, c.req.param('sequence'))
      if (!sequence.success) return errorResponse('not_found')
      return replyOrNotFound(await client.event(sequence.output))
    }),
  )
  routes.get('/portals/:memberId/history', (c) =>
    withPortal(c, depsOf(c), async (client) => replyOrNotFound(await client.history())),
  )
  routes.get('/portals/:memberId/parked', (c) =>
    withPortal(c, depsOf(c), async (client) => {
      const parked = await client.parked()
      return replyOrNotFound(parked === null ? null : { parked })
    }),
  )
  routes.on(['PUT', 'DELETE'], '/portals/:memberId/values/:name', (c) =>
    withPortal(c, depsOf(c), (client) => changeValue(c, client)),
  )
  routes.delete('/portals/:memberId/pins/:n', (c) =>
    withPortal(c, depsOf(c), (client) => removePin(c, client)),
  )
  routes.post('/portals/:memberId/reconcile', (c) =>
    withPortal(c, depsOf(c), (client) => reconcile(client)),
  )
}

/** Counts the requests of a portal that wait outside of its object, a thousand of each kind at most. */
export async function countWaitingRequests(
  { spill: { store } }: Pick<DrainDeps, 'spill'>,
  memberId: string,
): Promise<SpilledRequests> {
  const [spilled, refused] = await Promise.all([
    countSpilled(store, memberId),
    listRefusedRequests(store, memberId),
  ])
  return { spilled, spillRefused: refused.length }
}

async function listEvents(c: Context, client: PortalClient): Promise<Response> {
  const query = v.safeParse(EventsQuerySchema, c.req.query())
  if (!query.success) return errorResponse('invalid_request')
  const { before = MAX_SEQUENCE, limit = DEFAULT_EVENTS_PAGE } = query.output
  return replyOrNotFound(await client.events(before, limit))
}

async function changeValue(c: Context, client: PortalClient): Promise<Response> {
  const name = c.req.param('name') ?? ''
  if (!isValueName(name)) return errorResponse('invalid_request')
  const body = c.req.method === 'PUT' ? await readJson(c.req.raw, ValueSchema) : { value: null }
  if (body === null) return errorResponse('invalid_request')
  switch (await client.setValue(name, body.value)) {
    case 'done':
      return new Response(null, { status: 204 })
    case 'unknown':
      return errorResponse('not_found')
    case 'no_key':
      return errorResponse('misconfigured')
  }
}

async function removePin(c: Context, client: PortalClient): Promise<Response> {
  const n = v.safeParse(CountSchema, c.req.param('n'))
  if (!n.success) return errorResponse('not_found')
  switch (await client.removePin(n.output)) {
    case 'done':
      return new Response(null, { status: 204 })
    case 'unknown':
      return errorResponse('not_found')
  }
}

async function reconcile(client: PortalClient): Promise<Response> {
  switch (await client.reconcile()) {
    case 'started':
      return reply({ started: true }, 202)
    case 'unknown':
      return errorResponse('not_found')
    case 'no_access':
      return errorResponse('no_access')
  }
}
