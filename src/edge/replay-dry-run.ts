/**
 * The dry run of an order to replay: it asks the portals that the order would tell, in the same order, how many events
 * each would send again. Nothing is stored and nothing is sent.
 */
import type { ReplayDryRun } from '../core/views/destination-views.ts'
import type { DirectoryRemote } from '../objects/directory.ts'
import { askPortals, MAX_ASKED } from './ask-portals.ts'
import type { PortalLookup } from './portal-client.ts'

/** The dependencies of the dry run. */
export interface ReplayDryRunDeps {
  readonly clientOf: PortalLookup
  readonly directory: Pick<DirectoryRemote, 'listPortals' | 'listReports'>
}

/** Counts the parked events of a destination, portal by portal, behind the member id `after`; the empty text begins. */
export async function dryRunReplay(
  { clientOf, directory }: ReplayDryRunDeps,
  { destination, after }: { readonly destination: string; readonly after: string },
): Promise<ReplayDryRun> {
  const listed = await directory.listPortals(after)
  const memberIds = listed.slice(0, MAX_ASKED)
  const counts = new Map<string, number | null>()
  await askPortals(
    memberIds,
    async (memberId) => {
      const counted = await clientOf(memberId).replay(destination, PARKED, { dryRun: true })
      // A portal without such a lane has nothing to send.
      counts.set(memberId, counted.ok ? counted.value : 0)
    },
    (memberId) => counts.set(memberId, null),
  )
  const found = memberIds.filter((memberId) => counts.get(memberId) !== 0)
  const domains = await domainsOf(directory, { found, after })
  const byPortal = found.map((memberId) => ({
    memberId,
    domain: domains.get(memberId) ?? null,
    replayed: counts.get(memberId) ?? null,
  }))
  return {
    dryRun: true,
    replayed: byPortal.reduce((sum, { replayed }) => sum + (replayed ?? 0), 0),
    looked: memberIds.length,
    byPortal,
    cursor: listed.length > memberIds.length ? (memberIds.at(-1) ?? null) : null,
  }
}

const PARKED = { kind: 'parked' } as const

/**
 * The domains of portals by their member ids, as far as these have reported one: some pages of the directory's list.
 */
async function domainsOf(
  directory: ReplayDryRunDeps['directory'],
  { found, after }: { readonly found: readonly string[]; readonly after: string },
): Promise<ReadonlyMap<string, string | null>> {
  const domains = new Map<string, string | null>()
  const last = found.at(-1) ?? ''
  let behind: string | null = after
  while (behind !== null && behind < last) {
    const page = await directory.listReports({ after: behind })
    for (const { memberId, report } of page.portals) domains.set(memberId, report.domain)
    behind = page.cursor
  }
  return domains
}
