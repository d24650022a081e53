/** The admin API of callers that were not let through: the last ones of known portals, and of all others. */
import type { Context, Hono } from 'hono'
import {
  networkText,
  type ListedRefusal,
  type RefusedCallerReason,
  type RefusedCallerRequest,
} from '../../../core/refused-caller.ts'
import type { DirectoryRemote } from '../../../objects/directory.ts'
import * as v from 'valibot'
import { listOf, TextOrNullSchema, TimeOrNullSchema, wordOf } from '../../../core/views/schema.ts'
import { isoTime } from '../../../portal/views/iso-time.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { ADMIN_MS, reply } from './exchange.ts'

const RefusedCallerSchema = v.object({
  at: TimeOrNullSchema,
  network: v.string(),
  memberId: TextOrNullSchema,
  known: v.boolean(),
  request: wordOf<RefusedCallerRequest>(),
  reason: wordOf<Exclude<RefusedCallerReason, 'untrusted'> | 'wrong_token' | 'unknown_portal'>(),
})

/** The callers that were not let through. */
export const RefusedCallersSchema = v.object({ refused: listOf(RefusedCallerSchema) })

/** The dependencies of the list. */
export interface RefusedCallersDeps {
  readonly directory: Pick<DirectoryRemote, 'listRefused'>
}

/** Adds the route; `depsOf` gives the dependencies with the bindings of the request. */
export function addRefusedCallersRoute(
  routes: Hono,
  depsOf: (c: Context) => RefusedCallersDeps,
): void {
  routes.get('/refused', async (c) => {
    const refused = await withTimeout(depsOf(c).directory.listRefused(), ADMIN_MS)
    return reply({ refused: refused.map(viewOf) })
  })
}

/** The reason of a token that is not trusted says whether the portal is known. */
function viewOf(refusal: ListedRefusal): v.InferOutput<typeof RefusedCallerSchema> {
  const { at, network, memberId, request, reason, isKnown } = refusal
  const untrusted = isKnown ? 'wrong_token' : 'unknown_portal'
  return {
    at: isoTime(at),
    network: networkText(network),
    memberId,
    known: isKnown,
    request,
    reason: reason === 'untrusted' ? untrusted : reason,
  }
}
