/** What each step of a history does. A step only begins something; its consequences come as time passes. */
import type { FieldAction } from '../../src/core/log/event.ts'
import type { VirtualPortal } from './cast/portal.ts'
import { changesOf, definitionOf } from './field.ts'
import { lanesOf } from './lanes.ts'
import type { Played } from './play.ts'
import type { Step, StepOf } from './step.ts'

/** How the event of a change travels. */
type Travel = Pick<StepOf<'edit'>, 'isLost' | 'isDoubled' | 'isRobot'>

const PLAIN: Travel = { isLost: false, isDoubled: false, isRobot: false }
const BURST_GAP_MS = 120
const DOUBLED_AFTER_MS = 700
const LAST_SEQUENCE = 10_000

/** Does a step. */
export function does(played: Played, step: Step): void {
  switch (step.kind) {
    case 'edit':
    case 'burst':
    case 'add':
    case 'delete':
      return edits(played, step)
    case 'crash':
    case 'crash_at_write':
    case 'refuse_write':
    case 'ambush':
    case 'crash_others':
    case 'disk':
    case 'call':
    case 'alarms':
    case 'alarms_lost':
    case 'alarm_twice':
    case 'clock':
    case 'kv':
    case 'kv_emptied':
      return breaks(played, step)
    case 'pause':
    case 'resume':
    case 'park':
    case 'replay':
    case 'replay_range':
    case 'reconcile':
    case 'deploy':
    case 'newcomer':
    case 'cron':
      return operates(played, step)
    case 'receiver':
      if (step.who === 'late') played.ops.becomes(step.mode)
      return played.receiver(step.who).becomes(step.mode)
    case 'servers':
      played.portal(step.portal).mode = step.mode
      return
    case 'uninstall':
    case 'install':
      return installs(played, step)
    case 'wait':
  }
}

/** Somebody changes fields of a portal. */
function edits(played: Played, step: StepOf<'edit' | 'burst' | 'add' | 'delete'>): void {
  const portal = played.portal(step.portal)
  switch (step.kind) {
    case 'edit':
      played.time.after(step.delayMs, () => editsField(played, portal, step))
      return
    case 'burst':
      for (let count = 0; count < step.count; count += 1) {
        // A robot edits the same fields as the person, so that one read explains the events of both.
        const one = { field: count % 3, ...PLAIN, isRobot: count % 4 === 3 }
        // Three at a time, so that several events share one commit.
        const afterMs = Math.floor(count / 3) * BURST_GAP_MS
        played.time.after(afterMs, () => editsField(played, portal, one))
      }
      return
    case 'add': {
      const id = (played.nextField += 1)
      portal.fields.set(id, definitionOf(id))
      return sends(played, portal, { id, action: 'added', travel: PLAIN })
    }
    case 'delete': {
      const id = [...portal.fields.keys()][step.field]
      if (id === undefined) return
      portal.fields.delete(id)
      return sends(played, portal, { id, action: 'deleted', travel: PLAIN })
    }
  }
}

function editsField(
  played: Played,
  portal: VirtualPortal,
  { field, ...travel }: Travel & { readonly field: number },
): void {
  const ids = [...portal.fields.keys()]
  const id = ids[field % Math.max(1, ids.length)]
  const known = id === undefined ? undefined : portal.fields.get(id)
  if (id === undefined || known === undefined) return
  portal.fields.set(id, { ...known, ...changesOf((played.edits += 1)) })
  sends(played, portal, { id, action: 'updated', travel })
}

function sends(
  { time }: Played,
  portal: VirtualPortal,
  change: { readonly id: number; readonly action: FieldAction; readonly travel: Travel },
): void {
  const { id, action, travel } = change
  if (travel.isLost) return
  const event = { ts: portal.nextTs(), userId: travel.isRobot ? null : 1 }
  void portal.sends(id, action, event)
  if (travel.isDoubled) {
    time.after(DOUBLED_AFTER_MS, () => void portal.sends(id, action, event))
  }
}

type Breakage =
  | 'crash'
  | 'crash_at_write'
  | 'refuse_write'
  | 'ambush'
  | 'crash_others'
  | 'disk'
  | 'call'
  | 'alarms'
  | 'alarms_lost'
  | 'alarm_twice'
  | 'clock'
  | 'kv'
  | 'kv_emptied'

/** Something of the machine breaks, or is whole again. */
function breaks(played: Played, step: StepOf<Breakage>): void {
  const { relay, time } = played
  switch (step.kind) {
    case 'crash_others':
      for (const object of [...relay.pacers.all(), ...relay.directory.all()]) object.crash()
      return
    case 'call':
      for (let count = 0; count < step.count; count += 1) {
        relay.callFaults[step.of].push(step.fault)
      }
      return
    case 'alarms':
      relay.alarmDelayMs = step.delayMs
      relay.losesAlarms = false
      return
    case 'alarms_lost':
      relay.losesAlarms = true
      return
    case 'clock':
      return setClock(played, step.skewMs)
    case 'kv':
      relay.kv.mode = step.mode
      return
    case 'kv_emptied':
      return relay.kv.loses('install:')
    default:
  }
  const object = played.objectOf(played.portal(step.portal))
  const { faults } = object.disk
  switch (step.kind) {
    case 'crash':
      time.after(step.afterMs, () => object.crash())
      return
    case 'crash_at_write':
      faults.endsAtWrite = step.count
      return
    case 'refuse_write':
      faults.refuses = step
      return
    case 'ambush':
      faults.refuses = step
      edits(played, { kind: 'burst', portal: step.portal, count: step.edits })
      time.after(step.afterMs, () => object.crash())
      return
    case 'disk':
      faults.isFull = step.isFull
      return
    case 'alarm_twice':
      void object.fireAlarm()
  }
}

/** The clocks of all machines jump, also those by which alarms fire. */
export function setClock({ relay, time }: Played, skewMs: number): void {
  time.skewMs = skewMs
  for (const object of relay.portals.all()) object.replanAlarm()
}

type Operation =
  | 'pause'
  | 'resume'
  | 'park'
  | 'replay'
  | 'replay_range'
  | 'reconcile'
  | 'deploy'
  | 'newcomer'
  | 'cron'

/** The operator does something, or the platform does it for the operator. */
function operates(played: Played, step: StepOf<Operation>): void {
  const { relay } = played
  switch (step.kind) {
    case 'deploy':
      return deploysOne(played, step)
    case 'newcomer':
      return addsLate(played, step)
    case 'cron':
      void relay.cron(step.trigger)
      return
    case 'reconcile':
      return played.operates(played.portal(step.portal), '/reconcile')
    default:
  }
  const portal = played.portal(step.portal)
  const lane = `/lanes/${step.who}`
  switch (step.kind) {
    case 'pause':
    case 'resume':
      return played.operates(portal, `${lane}/${step.kind}`)
    case 'park': {
      const front = lanesOf(played, portal).find(({ destination }) => destination === step.who)
      return played.operates(portal, `${lane}/park`, { sequence: (front?.cursor ?? 0) + 1 })
    }
    case 'replay':
      return played.operates(portal, `${lane}/replay`, { parked: true })
    case 'replay_range': {
      const from = step.from + 1
      return played.replays(portal, step.who, { from, to: from + step.length })
    }
  }
}

function deploysOne(
  played: Played,
  { setting, value, isVisited }: Pick<StepOf<'deploy'>, 'setting' | 'value' | 'isVisited'>,
): void {
  const { relay, settings, portals } = played
  played.deploys({ ...settings, [setting]: value })
  if (!isVisited) return
  for (const { memberId } of portals) void relay.admin(`/portals/${memberId}`)
}

/** The portal is slow to tell what has changed, so the events wait while the destination is deployed and gets them again. */
function addsLate(
  played: Played,
  { portal: number, edits: count, afterMs, thenMs }: StepOf<'newcomer'>,
): void {
  const { time } = played
  const portal = played.portal(number)
  const { mode } = portal
  portal.mode = 'slow'
  edits(played, { kind: 'burst', portal: number, count })
  time.after(afterMs, () => {
    deploysOne(played, { setting: 'late', value: 'there', isVisited: true })
    const everything = { from: 1, to: LAST_SEQUENCE }
    time.after(thenMs, () => {
      played.replays(portal, 'late', everything)
      if (portal.mode === 'slow') portal.mode = mode
    })
  })
}

/** The portal's administrator installs or uninstalls the application. */
function installs(played: Played, step: StepOf<'uninstall' | 'install'>): void {
  const portal = played.portal(step.portal)
  if (portal.connection === 'webhook') return
  if (step.kind === 'uninstall') {
    void portal.uninstall(step).catch(() => undefined)
    return
  }
  if (step.isNew) portal.renewsToken()
  void portal.installs().catch(() => undefined)
}
