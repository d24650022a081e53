/**
 * The end of every history. First everything works again, and nobody does anything: whatever waits has to go on
 * by itself. Then the operator resumes every lane, the application is installed once more, the crons run, and
 * time passes until nothing is left to do.
 */
import { RIGHT } from './deployments.ts'
import type { Played } from './play.ts'
import {
  isEverythingSettled,
  oversleeps,
  staysBehind,
  standsWithoutAlarm,
} from './rules/liveness.ts'
import { does, setClock } from './steps.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** The longest wait between two attempts is 36 minutes; a safety alarm may come 5 minutes late. */
const BY_ITSELF_MS = 45 * MINUTE_MS
/** An alarm for work stands within 15 minutes, and a minute later it counts as lost. */
const LOST_ALARM_SHOWS_MS = 17 * MINUTE_MS
/** Lanes that a history has left behind may have waited for a probe of the next day. */
const MOST_HOURS = 30

/** Heals everything. */
export async function heal(played: Played): Promise<void> {
  const { relay, time, portals } = played
  played.note('everything works again')
  healMachines(played)
  if (portals.some((portal) => oversleeps(played, portal))) {
    // The daily visit mends an alarm once it is overdue.
    await time.passes(LOST_ALARM_SHOWS_MS)
    await played.during(relay.cron('daily'))
  }
  await time.passes(BY_ITSELF_MS)
  standsWithoutAlarm(played)
  for (const portal of portals) await staysBehind(played, portal)
  await healPortals(played)
  await compare(played)
}

/** Machines, servers and the configuration are right again. */
function healMachines(played: Played): void {
  const { relay, portals, receivers, ops } = played
  ops.becomes('works')
  for (const receiver of receivers) {
    receiver.becomes(receiver.name.startsWith('slow') ? 'slow' : 'works')
  }
  for (const portal of portals) {
    portal.mode = 'works'
    const { faults } = played.objectOf(portal).disk
    Object.assign(faults, { isFull: false, endsAtWrite: null, refuses: null })
  }
  relay.kv.mode = 'works'
  for (const faults of Object.values(relay.callFaults)) faults.length = 0
  relay.alarmDelayMs = 0
  relay.losesAlarms = false
  setClock(played, 0)
  // The machines of a calm history never ended, so whatever is late is late for another reason.
  if (played.history.isCalm) return
  // Records may be sealed under each key that there ever was.
  played.deploys({ ...RIGHT, keys: 'k1,k2' })
}

async function healPortals(played: Played): Promise<void> {
  const { relay, time, portals, receivers, ops } = played
  played.note('the operator resumes every lane, and the crons run')
  for (const portal of portals) {
    if (portal.connection === 'application') await played.during(portal.installs())
    for (const { name } of [...receivers, ops]) played.operates(portal, `/lanes/${name}/resume`)
  }
  for (const ms of [1000, 5 * MINUTE_MS, 10 * MINUTE_MS]) {
    await played.during(relay.cron('drain'))
    await time.passes(ms)
  }
  await played.during(relay.cron('daily'))
  for (let hour = 0; hour < MOST_HOURS; hour += 1) {
    if (portals.every((portal) => isEverythingSettled(played, portal))) break
    await time.passes(HOUR_MS)
    await played.during(relay.cron('drain'))
  }
}

/** Compares every portal twice, and lets the last changes be told. */
async function compare(played: Played): Promise<void> {
  for (const { number: portal } of played.portals) {
    // A portal without an application is known by its events only.
    does(played, { kind: 'add', portal })
  }
  await played.time.passes(MINUTE_MS)
  for (let count = 0; count < 2; count += 1) {
    for (const portal of played.portals) played.operates(portal, '/reconcile')
    await played.time.passes(10 * MINUTE_MS)
  }
  await played.time.passes(HOUR_MS)
}
