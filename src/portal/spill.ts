/**
 * What is written to the spill, and how it finds its way back into the logs. Requests with tokens are
 * sealed; events hold none. Drained by the cron trigger only, in the order of receipt per portal.
 */
import type { InstallRequest } from '../bitrix24/request.ts'
import { describeError } from '../core/redact.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { LogFields } from '../log.ts'
import type { Sealer } from '../storage/seal.ts'
import type { SpillRecord, SpillStore } from '../storage/spill-store.ts'
import type { AppendRequest } from './appender.ts'
import type { PortalClient, PortalLookup } from './client.ts'
import type { UninstallCall } from './portal.ts'

/** A request that could not reach its portal. */
export type Spilled =
  | { readonly kind: 'append'; readonly request: AppendRequest }
  | { readonly kind: 'install'; readonly request: InstallRequest }
  | { readonly kind: 'uninstall'; readonly call: UninstallCall }

const SEALED_PREFIX = 'sealed:'

/** The stored form; a lifecycle request without a key to seal it cannot be stored. */
export async function encodeSpilled(
  spilled: Spilled,
  memberId: string,
  sealer: Sealer,
): Promise<Result<string, 'no_key'>> {
  const text = JSON.stringify(spilled)
  if (spilled.kind === 'append') return ok(text)
  const sealed = await sealer.seal(text, { memberId, field: 'spill' })
  return sealed.ok ? ok(`${SEALED_PREFIX}${sealed.value}`) : sealed
}

/** Reads the stored form back; `unreadable` when its key is gone or it is not ours. */
export async function decodeSpilled(
  value: string,
  memberId: string,
  sealer: Sealer,
): Promise<Result<Spilled, 'unreadable'>> {
  let text = value
  if (value.startsWith(SEALED_PREFIX)) {
    const sealed = value.slice(SEALED_PREFIX.length)
    const opened = await sealer.open(sealed, { memberId, field: 'spill' })
    if (!opened.ok) return err('unreadable')
    text = opened.value
  }
  try {
    // Sound: only `encodeSpilled` writes these values.
    return ok(JSON.parse(text) as Spilled)
  } catch {
    return err('unreadable')
  }
}

/** What draining needs. */
export interface DrainDeps {
  readonly spills: SpillStore
  readonly sealer: Sealer
  readonly portals: PortalLookup
  readonly log: (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void
}

/** Drains everything that can be drained; a portal that fails is left for the next run, in order. */
export async function drainSpill(deps: DrainDeps): Promise<{ drained: number; left: number }> {
  const failed = new Set<string>()
  let drained = 0
  let left = 0
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<SpillStore['list']>> = await deps.spills.list(cursor)
    for (const record of page.records) {
      if (!failed.has(record.memberId) && (await drainRecord(deps, record))) drained += 1
      else {
        failed.add(record.memberId)
        left += 1
      }
    }
    cursor = page.cursor
  } while (cursor !== null)
  if (drained + left > 0) deps.log('info', 'spill_drained', { drained, left })
  return { drained, left }
}

async function drainRecord(deps: DrainDeps, record: SpillRecord): Promise<boolean> {
  const { memberId } = record
  try {
    const value = await deps.spills.load(record)
    if (value === null) return true
    const decoded = await decodeSpilled(value, memberId, deps.sealer)
    if (!decoded.ok) {
      deps.log('error', 'spill_unreadable', { memberId, receipt: record.receipt })
      return false
    }
    const isTaken = await replaySpilled(deps.portals(memberId), decoded.value)
    if (!isTaken) deps.log('warn', 'spill_refused', { memberId, receipt: record.receipt })
    await deps.spills.remove(record)
    return true
  } catch (error) {
    deps.log('warn', 'spill_kept', { memberId, error: describeError(error) })
    return false
  }
}

/** False when the portal's own word is no: it was uninstalled meanwhile, or the install is refused. */
async function replaySpilled(portal: PortalClient, spilled: Spilled): Promise<boolean> {
  switch (spilled.kind) {
    case 'append': {
      const answer = await portal.append({ ...spilled.request, drained: true })
      return answer.kind === 'stored'
    }
    case 'install': {
      const answer = await portal.install(spilled.request)
      return answer.kind !== 'refused'
    }
    case 'uninstall': {
      const answer = await portal.uninstall(spilled.call)
      return answer.kind === 'accepted'
    }
  }
}
