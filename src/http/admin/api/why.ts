/** The admin API of `why`. It answers the question why a destination got, or would get, no message about an event. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import { canonicalName } from '../../../core/events/event-names.ts'
import { tellWhy } from '../../../core/why/tell-why.ts'
import type { WhyQuestion } from '../../../core/why/why-facts.ts'
import { explainReason } from '../../../dashboard/words/reasons.ts'
import type { DrainDeps } from '../../../edge/spill/drain.ts'
import {
  CountSchema,
  readQuery,
  reply,
  replyOrNotFound,
  withPortal,
  type PortalFinder,
} from './json-route.ts'
import { errorResponse } from '../../error-response.ts'
import { countSpilled, listRefusedRequests } from '../../../edge/spill/first-pages.ts'

/** The question: an event by its sequence or by its name, and one destination or all. */
export const WhyQuerySchema = v.strictObject({
  sequence: v.optional(CountSchema),
  event: v.optional(v.string()),
  destination: v.optional(v.string()),
})

/** The dependencies of the answer. */
export interface WhyDeps extends PortalFinder {
  readonly drain: Pick<DrainDeps, 'spill'>
}

/** Adds the route; `depsOf` gives the dependencies with the bindings of the request. */
export function addWhyRoute(routes: Hono, depsOf: (c: Context) => WhyDeps): void {
  routes.get('/portals/:memberId/why', (c) =>
    withPortal(c, depsOf(c), async (client, memberId) => {
      const query = readQuery(c, WhyQuerySchema)
      const question = query === null ? null : questionOf(query)
      if (query === null || question === null) return errorResponse('invalid_request')
      const facts = await client.why(question)
      if (facts === null) return replyOrNotFound(null)
      const { name, view } = facts.event
      const outside =
        view === null ? await findOutside(depsOf(c), memberId, name) : { spilled: 0, refused: 0 }
      const { destination = null } = query
      return reply(tellWhy(facts, { outside, explainFailure: explainReason, destination }))
    }),
  )
}

/** Null unless the query names either a sequence or an event. */
function questionOf({ sequence, event }: v.InferOutput<typeof WhyQuerySchema>): WhyQuestion | null {
  if (sequence !== undefined) return event === undefined ? { sequence } : null
  const name = event === undefined ? null : canonicalName(event)
  return name === null ? null : { event: name }
}

/** The requests that wait outside of the object. An event that is not in the log may be among them. */
async function findOutside({ drain }: WhyDeps, memberId: string, name: string | null) {
  const { store } = drain.spill
  const [spilled, refused] = await Promise.all([
    countSpilled(store, memberId),
    listRefusedRequests(store, memberId),
  ])
  return {
    spilled,
    refused: refused.filter(({ event }) => event !== null && event === name).length,
  }
}
