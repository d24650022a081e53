/** The lanes and the log of a portal, as its disk holds them. */
import type { RelayEvent } from '../../src/core/log/event.ts'
import type { SqlRow } from '../../src/storage/database.ts'
import type { VirtualPortal } from './cast/portal.ts'
import type { Disk } from './machine/disk.ts'
import type { VirtualRelay } from './cast/relay.ts'

/** A lane as it is stored. */
export interface StoredLane {
  readonly destination: string
  readonly cursor: number
  readonly status: 'active' | 'disabled' | 'paused' | 'removed'
  readonly disabledReason: string | null
  readonly nextAttemptAt: number | null
  readonly notBefore: number
  readonly epochs: readonly { readonly from: number }[]
}

/** A row of the log as it is stored. */
export interface LogRow {
  readonly sequence: number
  readonly receivedAt: number
  readonly event: RelayEvent
  readonly enrichment: string | null
}

/** A bulletin as it is stored. */
export interface BulletinRow {
  readonly n: number
  readonly type: string
  readonly about: string | null
  /** By the clock of the object, in unix milliseconds. */
  readonly at: number
  readonly data: { readonly from?: string }
  readonly to: readonly string[]
  readonly fates: Readonly<Record<string, { readonly state: string }>>
}

/** Whoever has the objects of all portals. */
interface Machine {
  readonly relay: Pick<VirtualRelay, 'portals'>
}

/** The disk of a portal's object. */
export function diskOf({ relay }: Machine, { memberId }: Pick<VirtualPortal, 'memberId'>): Disk {
  return relay.portals.object(memberId).disk
}

/** The lanes of a portal. */
export function lanesOf(machine: Machine, portal: VirtualPortal): readonly StoredLane[] {
  const disk = diskOf(machine, portal)
  if (!disk.hasTable('lanes')) return []
  const text = disk.rows('SELECT lanes FROM lanes')[0]?.['lanes']
  // Sound: the column holds what the object wrote.
  return typeof text === 'string' ? (JSON.parse(text) as { lanes: StoredLane[] }).lanes : []
}

/** The bulletins of a portal, oldest first. */
export function bulletinsOf(machine: Machine, portal: VirtualPortal): readonly BulletinRow[] {
  const disk = diskOf(machine, portal)
  if (!disk.hasTable('bulletins')) return []
  return disk.rows('SELECT n, bulletin FROM bulletins ORDER BY n').map((row) => ({
    n: Number(row['n']),
    // Sound: the relay wrote it.
    ...(JSON.parse(String(row['bulletin'])) as Omit<BulletinRow, 'n'>),
  }))
}

/** The last sequence in a portal's log; 0 when it is empty. */
export function headOf(machine: Machine, portal: VirtualPortal): number {
  const rows = rowsOfLog(machine, portal, 'max(sequence) AS head')
  return Math.max(0, ...rows.map((row) => Number(row['head'] ?? 0)))
}

/** The log of a portal, in the order of its sequences. */
export function logOf(machine: Machine, portal: VirtualPortal): readonly LogRow[] {
  return rowsOfLog(machine, portal, 'sequence, received_at, event, enrichment')
    .map((row) => ({
      sequence: Number(row['sequence']),
      receivedAt: Number(row['received_at']),
      // Sound: the relay wrote it.
      event: JSON.parse(String(row['event'])) as RelayEvent,
      enrichment: typeof row['enrichment'] === 'string' ? row['enrichment'] : null,
    }))
    .toSorted((one, other) => one.sequence - other.sequence)
}

/** The rows of all segments of a portal's log. */
function rowsOfLog(machine: Machine, portal: VirtualPortal, columns: string): readonly SqlRow[] {
  const disk = diskOf(machine, portal)
  if (!disk.hasTable('segments')) return []
  return disk.rows('SELECT id FROM segments').flatMap(({ id }) => {
    const log = id === 1 ? 'log' : `log_${id}`
    return disk.rows(`SELECT ${columns} FROM ${log}`)
  })
}
