/** The admin API as a whole. `admission/auth.ts` has decided before who may call it. */
import { Hono, type Context } from 'hono'
import type { DrainDeps } from '../../edge/spill/drain.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import { addDestinationRoutes } from './api/destinations.ts'
import { addMessageRoutes, type SendingDeps } from './api/try-destination.ts'
import type { PortalFinder } from './api/json-route.ts'
import { addPortalRoutes } from './api/portal.ts'
import { addDocumentRoute } from './openapi/document-route.ts'
import { addLaneRoutes } from './api/lanes.ts'
import { addLeavingRoutes } from './api/leaving.ts'
import { addListRoute } from './api/portal-list.ts'
import { addRefusedCallersRoute } from './api/refused-callers.ts'
import { addRefusedRequestsRoutes } from './api/refused-requests.ts'
import { addSealsRoute } from './api/seals.ts'
import { addWhyRoute } from './api/why.ts'
import { addRobotAddressRoutes } from './api/robot-address.ts'
import { errorResponse } from '../error-response.ts'

/** The dependencies of the admin API. */
export interface AdminDeps extends PortalFinder {
  readonly directory: DirectoryRemote
  /** The dependencies of the drain, which hands over the requests that wait in KV. */
  readonly drain: DrainDeps
  /** The dependencies of a message that goes to a destination without a portal. */
  readonly sending: SendingDeps
  readonly now: () => number
}

/** Makes the routes below `/admin/api`; `depsOf` gives the dependencies with the bindings of the request. */
export function createAdminRoutes(depsOf: (c: Context) => AdminDeps): Hono {
  const routes = new Hono()
  addDocumentRoute(routes)
  addListRoute(routes, depsOf)
  addPortalRoutes(routes, depsOf)
  addWhyRoute(routes, depsOf)
  addSealsRoute(routes, depsOf)
  addRobotAddressRoutes(routes, depsOf)
  addLeavingRoutes(routes, depsOf)
  addLaneRoutes(routes, depsOf)
  addRefusedRequestsRoutes(routes, depsOf)
  addRefusedCallersRoute(routes, depsOf)
  addDestinationRoutes(routes, depsOf)
  addMessageRoutes(routes, depsOf)
  routes.all('*', () => errorResponse('not_found'))
  return routes
}
