/**
 * The admin API: thin routes over a portal's object. `auth.ts` has decided before who may call them.
 */
import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import { MAX_SEQUENCE } from '../../core/log/max-sequence.ts'
import { isValueName } from '../../destinations/settings/references.ts'
import type { DrainDeps } from '../../edge/spill/drain.ts'
import { countSpilled, listRefusedRequests } from '../../edge/spill/first-pages.ts'
import type { PortalClient } from '../../edge/portal-client.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import { addAllDestinationsRoutes } from './api/destinations.ts'
import { addDestinationRoutes, type SendingDeps } from './api/try-destination.ts'
import {
  CountSchema,
  readJson,
  reply,
  replyOrNotFound,
  withPortal,
  type PortalFinder,
} from './api/exchange.ts'
import { describeAll } from './openapi/descriptions.ts'
import { addDocumentRoute } from './openapi/openapi.ts'
import { EventsQuerySchema, ValueSchema } from './api/portal-queries.ts'
import { addLaneRoutes } from './api/lanes.ts'
import { addLeavingRoutes } from './api/leaving.ts'
import { addListRoute } from './api/portal-list.ts'
import { addRefusedCallersRoute } from './api/refused-callers.ts'
import { addRefusedRequestsRoutes } from './api/refused-requests.ts'
import { addRobotAddressRoutes } from './api/robot-address.ts'
import { errorResponse } from '../error-response.ts'

const DEFAULT_EVENTS_PAGE = 50

/** The dependencies of the admin API. */
export interface AdminDeps extends PortalFinder {
  readonly directory: DirectoryRemote
  /** The way of what waits in KV. */
  readonly drain: DrainDeps
  /** The way of a message to a destination. */
  readonly sending: SendingDeps
  readonly now: () => number
}

/** Makes the routes below `/admin/api`; `depsOf` gives the dependencies with the bindings of the request. */
export function createAdminRoutes(depsOf: (c: Context) => AdminDeps): Hono {
  const routes = new Hono()
  describeAll(routes)
  addDocumentRoute(routes)
  addListRoute(routes, depsOf)
  routes.get('/portals/:memberId', (c) =>
    withPortal(c, depsOf(c), async (portal, memberId) => {
      const view = await portal.view()
      if (view === null) return errorResponse('not_found')
      const { store } = depsOf(c).drain.spill
      const spilled = await countSpilled(store, memberId)
      const spillRefused = (await listRefusedRequests(store, memberId)).length
      return reply({ ...view, spilled, spillRefused })
    }),
  )
  routes.get('/portals/:memberId/events', (c) =>
    withPortal(c, depsOf(c), (portal) => listEvents(c, portal)),
  )
  routes.get('/portals/:memberId/events/:sequence', (c) =>
    withPortal(c, depsOf(c), async (portal) => {
      const sequence = v.safeParse(CountSchema, c.req.param('sequence'))
      if (!sequence.success) return errorResponse('not_found')
      return replyOrNotFound(await portal.event(sequence.output))
    }),
  )
  routes.get('/portals/:memberId/parked', (c) =>
    withPortal(c, depsOf(c), async (portal) => {
      const parked = await portal.parked()
      return replyOrNotFound(parked === null ? null : { parked })
    }),
  )
  routes.on(['PUT', 'DELETE'], '/portals/:memberId/values/:name', (c) =>
    withPortal(c, depsOf(c), (portal) => changeValue(c, portal)),
  )
  routes.delete('/portals/:memberId/pins/:n', (c) =>
    withPortal(c, depsOf(c), (portal) => removePin(c, portal)),
  )
  routes.post('/portals/:memberId/reconcile', (c) =>
    withPortal(c, depsOf(c), (portal) => reconcile(portal)),
  )
  addRobotAddressRoutes(routes, depsOf)
  addLeavingRoutes(routes, depsOf)
  addLaneRoutes(routes, depsOf)
  addRefusedRequestsRoutes(routes, depsOf)
  addRefusedCallersRoute(routes, depsOf)
  addAllDestinationsRoutes(routes, depsOf)
  addDestinationRoutes(routes, depsOf)
  routes.all('*', () => errorResponse('not_found'))
  return routes
}

async function listEvents(c: Context, portal: PortalClient): Promise<Response> {
  const query = v.safeParse(EventsQuerySchema, c.req.query())
  if (!query.success) return errorResponse('invalid_request')
  const { before = MAX_SEQUENCE, limit = DEFAULT_EVENTS_PAGE } = query.output
  return replyOrNotFound(await portal.events(before, limit))
}

async function changeValue(c: Context, portal: PortalClient): Promise<Response> {
  const name = c.req.param('name') ?? ''
  if (!isValueName(name)) return errorResponse('invalid_request')
  const body = c.req.method === 'PUT' ? await readJson(c.req.raw, ValueSchema) : { value: null }
  if (body === null) return errorResponse('invalid_request')
  switch (await portal.setValue(name, body.value)) {
    case 'done':
      return new Response(null, { status: 204 })
    case 'unknown':
      return errorResponse('not_found')
    case 'no_key':
      return errorResponse('misconfigured')
  }
}

async function removePin(c: Context, portal: PortalClient): Promise<Response> {
  const n = v.safeParse(CountSchema, c.req.param('n'))
  if (!n.success) return errorResponse('not_found')
  switch (await portal.removePin(n.output)) {
    case 'done':
      return new Response(null, { status: 204 })
    case 'unknown':
      return errorResponse('not_found')
  }
}

async function reconcile(portal: PortalClient): Promise<Response> {
  switch (await portal.reconcile()) {
    case 'started':
      return reply({ started: true }, 202)
    case 'unknown':
      return errorResponse('not_found')
    case 'no_access':
      return errorResponse('no_access')
  }
}
