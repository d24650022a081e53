/** A history: what happens to portals, their relay and its receivers, step by step. One seed is one history. */
import * as fc from 'fast-check'
import { PORTAL_MODES } from './cast/portal.ts'
import { RECEIVER_MODES, RECEIVERS } from './cast/receiver.ts'
import { SETTINGS, type Setting } from './deployments.ts'
import { STORAGE_PARTS, type StoragePart } from './machine/disk.ts'
import { KV_MODES } from './machine/kv.ts'
import type { CallFault } from './machine/hosted-object.ts'
import type { History, Moment, Step } from './step.ts'

/**
 * Steps that break a rule today; beside each the smallest story that shows it, and in brackets the section of the
 * issue that names the cause. No history has these steps: each is a pause instead. Whoever mends a cause removes
 * its line, and the simulator guards the mended code from then on.
 */
export const NOT_YET: ReadonlySet<string> = new Set([])

const PORTALS_OF_A_CALM_HISTORY = 1

const rate = (percent: number) => fc.integer({ min: 0, max: 99 }).map((at) => at >= 100 - percent)
const aPortal = fc.nat(2)
const aWho = fc.constantFrom(...RECEIVERS)

const aFault: fc.Arbitrary<CallFault> = fc.oneof(
  fc.constantFrom('lost_before' as const, 'lost_after' as const, 'hangs' as const),
  fc.nat(4000).map((slowMs) => ({ slowMs })),
)

const anEdit = fc.record({
  kind: fc.constant('edit' as const),
  portal: aPortal,
  field: fc.nat(3),
  isLost: rate(15),
  isDoubled: rate(10),
  delayMs: fc.oneof(fc.constant(0), fc.nat(3000), fc.nat(90_000)),
  isRobot: rate(20),
})

const aBurst = fc.record({
  kind: fc.constant('burst' as const),
  portal: aPortal,
  count: fc.integer({ min: 2, max: 30 }),
})

const aReceiver = fc.record({
  kind: fc.constant('receiver' as const),
  who: aWho,
  mode: fc.constantFrom(...RECEIVER_MODES),
})

const anOperation = fc.record({
  kind: fc.constantFrom('pause' as const, 'resume' as const, 'park' as const, 'replay' as const),
  portal: aPortal,
  who: aWho,
})

const aRange = fc.record({
  kind: fc.constant('replay_range' as const),
  portal: aPortal,
  who: aWho,
  from: fc.nat(20),
  length: fc.nat(10),
})

const aDeployment: fc.Arbitrary<Step> = fc.oneof(
  // Sound: Object.keys gives the names of the settings.
  ...(Object.keys(SETTINGS) as Setting[]).map((setting) =>
    fc.record({
      kind: fc.constant('deploy' as const),
      setting: fc.constant(setting),
      value: fc.constantFrom(...SETTINGS[setting]),
      isVisited: fc.boolean(),
    }),
  ),
)

/** Each kind of step with its weight. */
const STEPS: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Step>])[] = [
  [24, anEdit],
  [4, aBurst],
  [2, fc.record({ kind: fc.constant('add' as const), portal: aPortal })],
  [1, fc.record({ kind: fc.constant('delete' as const), portal: aPortal, field: fc.nat(3) })],
  [6, aReceiver],
  [
    3,
    fc.record({
      kind: fc.constant('servers' as const),
      portal: aPortal,
      mode: fc.constantFrom(...PORTAL_MODES),
    }),
  ],
  [2, fc.record({ kind: fc.constant('kv' as const), mode: fc.constantFrom(...KV_MODES) })],
  [1, fc.constant({ kind: 'kv_emptied' as const })],
  [4, fc.record({ kind: fc.constant('crash' as const), portal: aPortal, afterMs: fc.nat(3000) })],
  [
    4,
    fc.record({
      kind: fc.constant('crash_at_write' as const),
      portal: aPortal,
      count: fc.integer({ min: 1, max: 30 }),
    }),
  ],
  [
    6,
    fc.record({
      kind: fc.constant('refuse_write' as const),
      portal: aPortal,
      // Sound: Object.keys gives the names of the parts.
      part: fc.constantFrom(...(Object.keys(STORAGE_PARTS) as StoragePart[])),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  ],
  [
    3,
    fc.record({
      kind: fc.constant('ambush' as const),
      portal: aPortal,
      edits: fc.integer({ min: 1, max: 3 }),
      // Sound: Object.keys gives the names of the parts.
      part: fc.constantFrom(...(Object.keys(STORAGE_PARTS) as StoragePart[])),
      count: fc.integer({ min: 1, max: 3 }),
      afterMs: fc.oneof(fc.nat(150), fc.nat(3500)),
    }),
  ],
  [
    2,
    fc.record({
      kind: fc.constant('newcomer' as const),
      portal: aPortal,
      edits: fc.integer({ min: 1, max: 4 }),
      afterMs: fc.nat(200),
      thenMs: fc.oneof(fc.nat(100), fc.nat(3000)),
    }),
  ],
  [1, fc.constant({ kind: 'crash_others' as const })],
  [2, fc.record({ kind: fc.constant('disk' as const), portal: aPortal, isFull: fc.boolean() })],
  [
    5,
    fc.record({
      kind: fc.constant('call' as const),
      of: fc.constantFrom(
        'portal' as const,
        'portal' as const,
        'pacer' as const,
        'directory' as const,
      ),
      fault: aFault,
      // Two in a row make the edge take the spill; more of them let the drain fail as well.
      count: fc.integer({ min: 1, max: 5 }),
    }),
  ],
  [2, fc.nat(60_000).map((delayMs) => ({ kind: 'alarms' as const, delayMs }))],
  [1, fc.constant({ kind: 'alarms_lost' as const })],
  [1, fc.record({ kind: fc.constant('alarm_twice' as const), portal: aPortal })],
  [
    1,
    fc
      .constantFrom(-3_600_000, -2000, 0, 2000, 18_000_000)
      .map((skewMs) => ({ kind: 'clock' as const, skewMs })),
  ],
  [4, anOperation],
  [1, aRange],
  [1, fc.record({ kind: fc.constant('reconcile' as const), portal: aPortal })],
  [4, aDeployment],
  [
    2,
    fc
      .constantFrom('drain' as const, 'daily' as const)
      .map((trigger) => ({ kind: 'cron' as const, trigger })),
  ],
  [1, fc.record({ kind: fc.constant('uninstall' as const), portal: aPortal, clean: rate(50) })],
  [1, fc.record({ kind: fc.constant('install' as const), portal: aPortal, isNew: rate(40) })],
]

/** The names under which `NOT_YET` may list a step: its kind, or its kind with what it does. */
export function namesOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'receiver':
      return [step.kind, `receiver ${step.mode}`, `receiver ${step.mode} ${step.who}`]
    case 'servers':
      return [step.kind, `servers ${step.mode}`]
    case 'kv':
      return [step.kind, `kv ${step.mode}`]
    case 'disk':
      return [step.kind, `disk ${step.isFull ? 'full' : 'free'}`]
    case 'refuse_write':
    case 'ambush':
      return [step.kind, `refuse_write ${step.part}`]
    case 'call':
      return [
        step.kind,
        `call ${step.of}`,
        `call ${step.of} ${typeof step.fault === 'string' ? step.fault : 'slow'}`,
      ]
    case 'clock':
      return [step.kind, `clock ${step.skewMs}`]
    case 'deploy':
      return [
        step.kind,
        `deploy ${step.setting}`,
        `deploy ${step.setting} ${step.value}`,
        ...(step.isVisited ? [] : ['deploy unvisited']),
      ]
    case 'uninstall':
      return [step.kind, step.clean ? 'uninstall clean' : 'uninstall kept']
    default:
      return [step.kind]
  }
}

/** Whether a step waits until a cause is mended. */
function isForLater(step: Step): boolean {
  return namesOf(step).some((name) => NOT_YET.has(name))
}

function momentsOf(
  steps: typeof STEPS,
  { maxLength }: { readonly maxLength: number },
): fc.Arbitrary<readonly Moment[]> {
  const weighted = steps.map(([weight, arbitrary]) => ({ weight, arbitrary }))
  // A step that is for later becomes a pause, so that a seed stays the same history when `NOT_YET` shrinks.
  const aStep = fc.oneof(...weighted).map((step) => (isForLater(step) ? WAIT : step))
  const aMoment = fc.record({
    step: aStep,
    thenMs: fc.oneof(
      fc.constant(0),
      fc.nat(1000),
      fc.nat(20_000),
      fc.nat(600_000),
      fc.nat(7_200_000),
    ),
  })
  return fc.array(aMoment, { minLength: 1, maxLength, size: 'max' })
}

const WAIT: Step = { kind: 'wait' }
const aConnection = fc.constantFrom('application' as const, 'webhook' as const)

/** A history in which anything may go wrong. */
const aWildHistory: fc.Arbitrary<History> = fc.record({
  isCalm: fc.constant(false),
  portals: fc.oneof(
    { weight: 3, arbitrary: fc.array(aConnection, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(aConnection, { minLength: 2, maxLength: 3 }) },
  ),
  slowReceivers: fc.constant(0),
  moments: momentsOf(STEPS, { maxLength: 50 }),
})

/** In a calm history machines and platform work, and only receivers misbehave: so their fairness can be judged. */
const CALM_STEPS: typeof STEPS = [
  [6, anEdit],
  [3, aBurst],
  [4, aReceiver],
  [2, anOperation],
]

const aCalmHistory: fc.Arbitrary<History> = fc.record({
  isCalm: fc.constant(true),
  portals: fc.array(aConnection, {
    minLength: PORTALS_OF_A_CALM_HISTORY,
    maxLength: PORTALS_OF_A_CALM_HISTORY,
  }),
  slowReceivers: fc.nat(6),
  moments: momentsOf(CALM_STEPS, { maxLength: 25 }),
})

/** Every history that there is. */
export const aHistory: fc.Arbitrary<History> = fc.oneof(
  { weight: 9, arbitrary: aWildHistory },
  { weight: 1, arbitrary: aCalmHistory },
)

/** The one history of a seed. */
export function historyOf(seed: number): History {
  const [history] = fc.sample(fc.noBias(aHistory), { seed, numRuns: 1 })
  if (history === undefined) throw new Error(`Seed ${seed} makes no history`)
  return history
}
