/**
 * What is written to the spill, and how it finds its way back into the logs. Requests with tokens are
 * sealed; events hold none. Drained by the cron trigger only, in the order of receipt per portal.
 */
import * as v from 'valibot'
import type { InstallRequest } from '../bitrix24/wire/request.ts'
import { describeError } from '../core/safety/redact.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { LogFields } from '../log.ts'
import type { Sealer } from '../storage/seal.ts'
import type { SpillRecord, SpillStore } from '../storage/spill-store.ts'
import type { AppendRequest } from '../portal/log/appender.ts'
import type { PortalClient, PortalLookup } from './portal-client.ts'
import type { UninstallCall } from '../portal/uninstall.ts'

/** A request that could not reach its portal. */
export type Spilled =
  | { readonly kind: 'append'; readonly request: AppendRequest }
  | { readonly kind: 'install'; readonly request: InstallRequest }
  | { readonly kind: 'uninstall'; readonly call: UninstallCall }

const SEALED_PREFIX = 'sealed:'

const SpilledSchema = v.variant('kind', [
  v.looseObject({ kind: v.literal('append'), request: v.looseObject({ receipt: v.string() }) }),
  v.looseObject({ kind: v.literal('install'), request: v.looseObject({}) }),
  v.looseObject({ kind: v.literal('uninstall'), call: v.looseObject({}) }),
])

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
    const parsed = v.safeParse(SpilledSchema, JSON.parse(text))
    // Sound: `encodeSpilled` writes these values; the schema tells those of another version apart.
    return parsed.success ? ok(parsed.output as unknown as Spilled) : err('unreadable')
  } catch {
    // Not JSON.
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

/**
 * Drains everything that can be drained, of one portal or of all. A portal that fails is left for the
 * next run, in order; a record that cannot be read is left alone, since the events behind it are
 * readable and must not wait for it.
 */
export async function drainSpill(
  deps: DrainDeps,
  memberId: string | null = null,
): Promise<{ drained: number; left: number }> {
  const failed = new Set<string>()
  let drained = 0
  let left = 0
  for await (const records of deps.spills.pages(memberId)) {
    for (const record of records) {
      const outcome = failed.has(record.memberId) ? 'failed' : await drainRecord(deps, record)
      if (outcome === 'failed') failed.add(record.memberId)
      if (outcome === 'drained') drained += 1
      else left += 1
    }
  }
  if (drained + left > 0) deps.log('info', 'spill_drained', { drained, left })
  return { drained, left }
}

async function drainRecord(
  deps: DrainDeps,
  record: SpillRecord,
): Promise<'drained' | 'unreadable' | 'failed'> {
  const { memberId, receipt } = record
  try {
    const value = await deps.spills.load(record)
    if (value === null) return 'drained'
    const decoded = await decodeSpilled(value, memberId, deps.sealer)
    if (!decoded.ok) {
      deps.log('error', 'spill_unreadable', { memberId, receipt })
      return 'unreadable'
    }
    const isTaken = await replaySpilled(deps.portals(memberId), decoded.value)
    if (!isTaken) deps.log('warn', 'spill_refused', { memberId, receipt })
    await deps.spills.remove(record)
    return 'drained'
  } catch (error) {
    deps.log('warn', 'spill_kept', { memberId, error: describeError(error) })
    return 'failed'
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
