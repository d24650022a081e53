/** The admin API of seals: how many records of a portal each key has sealed, and so when a former key may go. */
import type { Context, Hono } from 'hono'
import type { DrainDeps } from '../../../edge/spill/drain.ts'
import { reply, withPortal, type PortalFinder } from './json-route.ts'
import { errorResponse } from '../../error-response.ts'
import { countSpilled, listRefusedRequests } from '../../../edge/spill/first-pages.ts'

/** The dependencies of the route. */
export interface SealsDeps extends PortalFinder {
  readonly drain: Pick<DrainDeps, 'spill'>
}

/** Adds the route; `depsOf` gives the dependencies with the bindings of the request. */
export function addSealsRoute(routes: Hono, depsOf: (c: Context) => SealsDeps): void {
  routes.get('/portals/:memberId/seals', (c) =>
    withPortal(c, depsOf(c), async (client, memberId) => {
      const seals = await client.seals()
      if (seals === null) return errorResponse('not_found')
      const { store } = depsOf(c).drain.spill
      const spilled = await countSpilled(store, memberId)
      const spillRefused = (await listRefusedRequests(store, memberId)).length
      return reply({ memberId, ...seals, spilled, spillRefused })
    }),
  )
}
