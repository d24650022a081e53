/**
 * The recovery of a portal whose row `install` was damaged outside of this program. The row is set aside, and
 * the install is restored from its copy in KV, or begins anew where KV holds none. Until KV has answered nobody
 * knows whom to believe and to which domain the stored events belong. So the object does not begin before: the
 * edge spills the events that come meanwhile, those of the log wait, and an alarm tries again.
 */
import * as v from 'valibot'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import {
  createLostInstall,
  joinCopy,
  parseTraces,
  restoreInstall,
  type InstallTraces,
} from '../../../core/access/installs/recovery.ts'
import { NO_INSTALL, type InstallState } from '../../../core/access/installs/install.ts'
import { describeError } from '../../../core/safety/redact.ts'
import type { Database } from '../../../storage/database.ts'
import type { InstallStore, KvInstall } from '../../../storage/install-store.ts'
import type { AlarmKeeper } from '../../alarm.ts'
import { LaneBookRows } from '../../lanes/book/book-rows.ts'
import type { LogStore } from '../../log/log-store.ts'
import type { PortalParts } from '../../parts.ts'
import type { World } from '../../world.ts'
import { InstallSchema } from '../../state/install-schemas.ts'
import type { PortalState } from '../../state/portal-state.ts'
import { endBy, type EndParts } from './uninstall.ts'

/** The time for which the object waits until it asks KV again, in milliseconds. */
export const RECOVERY_RETRY_MS = MINUTE_MS

/** The parts that a recovery concerns. */
interface RecoveryParts {
  readonly memberId: string
  readonly db: Pick<Database, 'all' | 'sync'>
  readonly state: Pick<PortalState, 'damagedInstall' | 'recover'>
  readonly log: Pick<LogStore, 'lastSequence'>
  readonly installStore: Pick<InstallStore, 'load'>
  readonly alarm: Pick<AlarmKeeper, 'moveTo'>
  readonly world: Pick<World, 'now' | 'logLine'>
}

/**
 * Recovers the install where its row is damaged; does nothing otherwise.
 *
 * @throws when KV does not answer. An alarm stands then, which begins the object again.
 */
export async function recoverInstall(parts: RecoveryParts): Promise<void> {
  const { memberId, state, world } = parts
  const damaged = state.damagedInstall()
  if (damaged === null) return
  const record = await loadRecord(parts)
  const copied = record === null ? null : copyIn(record)
  const traces = parseTraces(damaged)
  const terms = { traces, lastSequence: loadLastSequence(parts, traces), now: world.now() }
  const install = copied === null ? createLostInstall(terms) : restoreInstall(copied, terms)
  state.recover(install)
  world.logLine('warn', 'install_recovered', {
    memberId,
    from: copied === null ? 'nothing' : 'kv',
  })
}

async function loadRecord(parts: RecoveryParts): Promise<KvInstall | null> {
  const { memberId, installStore, alarm, db, world } = parts
  try {
    return await installStore.load(memberId)
  } catch (error) {
    world.logLine('error', 'install_not_recovered', { memberId, error: describeError(error) })
    await alarm.moveTo(world.now() + RECOVERY_RETRY_MS)
    // The object ends with this failure. A write that is not durable yet would be lost with it.
    await db.sync()
    throw new Error('Cannot begin as the install is damaged and KV does not answer', {
      cause: error,
    })
  }
}

function copyIn({ copy, robotHash, ...record }: KvInstall): InstallState | null {
  if (typeof copy !== 'object') return null
  const mirror = { ...record, hashes: record.hashes.filter(({ hash }) => hash !== robotHash) }
  const { generation, lastSequence } = NO_INSTALL
  const install = v.safeParse(InstallSchema, { ...copy, generation, lastSequence })
  return install.success ? joinCopy(mirror, install.output) : null
}

/**
 * The last sequence that the portal may have used. The log tells it, or, when it is empty, a lane that stands at
 * its end. Where neither does, nobody knows it. The unix seconds are greater, since no portal has had an
 * event each second of its life.
 */
function loadLastSequence({ db, log, world }: RecoveryParts, traces: InstallTraces): number {
  const lanes = new LaneBookRows(db).load()?.lanes ?? []
  const logged = log.lastSequence()
  const told = Math.max(logged, traces.lastSequence ?? 0, ...lanes.map(({ cursor }) => cursor))
  const isKnown = logged > 0 || lanes.length > 0
  return isKnown ? told : Math.max(told, Math.floor(world.now() / SECOND_MS))
}

/** The parts that the portal's word about a restored install concerns. */
type ConfirmParts = EndParts & Pick<PortalParts, 'presenceCheck'>

/**
 * Asks the portal whether the application of a restored install is still there: KV may not have heard of the
 * uninstall. A portal that gives no word is asked again with the next start and the next daily visit.
 */
export async function confirmRecovery(parts: ConfirmParts): Promise<void> {
  const { state, presenceCheck, world } = parts
  const asked = state.install().recovery
  if (asked === null || asked.isConfirmed) return
  const presence = await presenceCheck.ask()
  // An installation, or an uninstall, came during the question.
  if (presence === 'unknown' || state.install().recovery !== asked) return
  if (presence === 'gone') {
    const ts = Math.floor(world.now() / SECOND_MS)
    endBy(parts, { ts, clean: false, confirmed: true })
    return
  }
  state.changeInstall((install) => ({ ...install, recovery: { ...asked, isConfirmed: true } }))
}
