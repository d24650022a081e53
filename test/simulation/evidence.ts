/** Everything that the rules look at after a history: what each portal's log, lanes and admin API hold. */
import type { VirtualPortal } from './cast/portal.ts'
import {
  bulletinsOf,
  diskOf,
  lanesOf,
  logOf,
  type BulletinRow,
  type LogRow,
  type StoredLane,
} from './lanes.ts'
import type { Played } from './play.ts'

/** A fate as the admin API shows it. */
export interface FateSeen {
  readonly state: string
  readonly reason: string | null
  readonly digest: { readonly first: number; readonly last: number } | null
  /** The condition that was not met, with the reason `condition`. */
  readonly condition?: string
}

/** An event as the admin API shows it. */
export interface EventSeen {
  readonly sequence: number
  readonly toldBy: number | null
  readonly fates: Readonly<Record<string, FateSeen>>
}

/** What was found at one portal. */
export interface PortalEvidence {
  readonly portal: VirtualPortal
  readonly log: readonly LogRow[]
  readonly lanes: readonly StoredLane[]
  readonly events: ReadonlyMap<number, EventSeen>
  readonly bulletins: readonly BulletinRow[]
  /** The causes that were told and last, as the admin API shows them. */
  readonly open: readonly string[]
  /** Whether a full object has let events go that every receiver had; one that lost others has not. */
  readonly isShortened: boolean
}

/** What was found after a history. */
export interface Evidence {
  readonly played: Played
  readonly portals: readonly PortalEvidence[]
}

/** Gathers the evidence. */
export async function gather(played: Played): Promise<Evidence> {
  const portals: PortalEvidence[] = []
  for (const portal of played.portals) {
    portals.push({
      portal,
      log: logOf(played, portal),
      lanes: lanesOf(played, portal),
      events: await readEvents(played, portal),
      bulletins: bulletinsOf(played, portal),
      open: await readOpen(played, portal),
      isShortened: isShortened(played, portal),
    })
  }
  return { played, portals }
}

/**
 * An object that was refused a write may have let events go, and may have ended before it could say so. A line says so
 * where a lane had still to get some of them.
 */
function isShortened(played: Played, portal: VirtualPortal): boolean {
  const told = played.relay.lines.filter(
    (line) => /"log_shortened"/.test(line) && line.includes(portal.memberId),
  )
  const { refusals } = diskOf(played, portal)
  return refusals > 0 && told.every((line) => line.includes('"expired":0,'))
}

async function readOpen(played: Played, { memberId }: VirtualPortal): Promise<readonly string[]> {
  const { body } = await played.during(played.relay.admin(`/portals/${memberId}`))
  // Sound: the view of the admin API has this form.
  const { openBulletins = [] } = body as {
    readonly openBulletins?: readonly { readonly type: string; readonly about: string | null }[]
  }
  return openBulletins.map(({ type, about }) => `${type} ${about ?? ''}`.trimEnd())
}

async function readEvents(
  played: Played,
  { memberId }: VirtualPortal,
): Promise<ReadonlyMap<number, EventSeen>> {
  const found = new Map<number, EventSeen>()
  let before: number | null = null
  do {
    const page: string = before === null ? '' : `&before=${before}`
    const path = `/portals/${memberId}/events?limit=200${page}`
    const { body } = await played.during(played.relay.admin(path))
    // Sound: the pages of the admin API have this form.
    const shown = body as {
      readonly events?: readonly EventSeen[]
      readonly before?: number | null
    }
    for (const event of shown.events ?? []) found.set(event.sequence, event)
    before = shown.before ?? null
  } while (before !== null)
  return found
}
