/** The admin API of callers that were not let through: the last ones of known portals, and of all others. */
import type { Context, Hono } from 'hono'
import { listedReason, networkText, type ListedRefusal } from '../../../core/refused-caller.ts'
import type { RefusedCallerView } from '../../../core/views/refused-callers-view.ts'
import type { DirectoryRemote } from '../../../objects/directory.ts'
import { isoTime } from '../../../portal/views/iso-time.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { ADMIN_MS, reply } from './json-route.ts'

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
    const refused = await withTimeout(listRefusedCallers(depsOf(c)), ADMIN_MS)
    return reply({ refused })
  })
}

/** The last callers that were not let through, the youngest first. */
export async function listRefusedCallers({
  directory,
}: RefusedCallersDeps): Promise<readonly RefusedCallerView[]> {
  return (await directory.listRefused()).map(viewOf)
}

function viewOf(refusal: ListedRefusal): RefusedCallerView {
  const { at, network, memberId, request, isKnown } = refusal
  return {
    at: isoTime(at),
    network: networkText(network),
    memberId,
    known: isKnown,
    request,
    reason: listedReason(refusal),
  }
}
