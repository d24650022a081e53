/** The admin API of the robot address: the secret address for the robots "Outgoing webhook" of one portal. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import { errorResponse } from '../../error-response.ts'
import { reply, withPortal, type PortalFinder } from './json-route.ts'

/** The address, which is shown this once. */
export const RobotAddressSchema = v.object({ address: v.string() })

/** Adds the routes; `finderOf` gives the portals with the bindings of the request. */
export function addRobotAddressRoutes(routes: Hono, finderOf: (c: Context) => PortalFinder): void {
  const path = '/portals/:memberId/robot-address'
  routes.post(path, (c) =>
    withPortal(c, finderOf(c), async (client) => {
      const address = await client.renewRobotAddress(new URL(c.req.url).origin)
      return address === null ? errorResponse('not_found') : reply({ address }, 201)
    }),
  )
  routes.delete(path, (c) =>
    withPortal(c, finderOf(c), async (client) =>
      (await client.removeRobotAddress())
        ? new Response(null, { status: 204 })
        : errorResponse('not_found'),
    ),
  )
}
