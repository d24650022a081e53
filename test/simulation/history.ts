/** A history: what happens to a portal, its relay and its receivers, step by step. One seed is one history. */
import * as fc from 'fast-check'
import type { CallFault } from './machine/object-host.ts'
import type { KvMode } from './machine/kv.ts'
import { PORTAL_MODES, type PortalMode } from './cast/portal.ts'
import { RECEIVER_MODES, type ReceiverMode } from './cast/receiver.ts'

/** The receivers of every history: two for machines, two for people. */
export const RECEIVERS = ['erp', 'audit', 'crm', 'team'] as const

/** One receiver of a history. */
export type ReceiverName = (typeof RECEIVERS)[number]

/** The deployments between which an operator moves. */
export const DEPLOYMENTS = [
  'base',
  'filtered',
  'renamed_filter',
  'without_erp',
  'broken_erp',
  'unreadable',
  'wrong_token',
  'new_key',
] as const

/** One deployment. */
export type Deployment = (typeof DEPLOYMENTS)[number]

/** One step. Times are milliseconds. */
export type Step =
  | {
      readonly kind: 'edit'
      readonly field: number
      readonly value: number
      readonly isLost: boolean
      readonly isDoubled: boolean
      readonly delayMs: number
      readonly isRobot: boolean
    }
  | { readonly kind: 'burst'; readonly count: number }
  | { readonly kind: 'add' }
  | { readonly kind: 'delete'; readonly field: number }
  | { readonly kind: 'receiver'; readonly who: ReceiverName; readonly mode: ReceiverMode }
  | { readonly kind: 'portal'; readonly mode: PortalMode }
  | { readonly kind: 'kv'; readonly mode: KvMode }
  | { readonly kind: 'crash'; readonly afterMs: number }
  | { readonly kind: 'crash_at_write'; readonly count: number }
  | { readonly kind: 'crash_others' }
  | { readonly kind: 'disk'; readonly isFull: boolean }
  | { readonly kind: 'call'; readonly fault: CallFault }
  | { readonly kind: 'alarms'; readonly delayMs: number | null }
  | { readonly kind: 'alarm_twice' }
  | { readonly kind: 'clock'; readonly skewMs: number }
  | { readonly kind: 'pause' | 'resume' | 'park' | 'replay'; readonly who: ReceiverName }
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'deploy'; readonly to: Deployment }
  | { readonly kind: 'cron'; readonly trigger: 'drain' | 'daily' }
  | { readonly kind: 'uninstall'; readonly clean: boolean }
  | { readonly kind: 'install' }

/** A step, and the time that passes after it. */
export interface Moment {
  readonly step: Step
  readonly thenMs: number
}

/** Everything that makes one history what it is. */
export interface History {
  readonly connection: 'application' | 'webhook'
  readonly moments: readonly Moment[]
}

const aReceiver = fc.constantFrom(...RECEIVERS)
const rate = (percent: number) => fc.integer({ min: 0, max: 99 }).map((at) => at < percent)

const anEdit: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('edit' as const),
  field: fc.nat(3),
  value: fc.nat(4),
  isLost: rate(15),
  isDoubled: rate(10),
  delayMs: fc.oneof(fc.constant(0), fc.nat(3000), fc.nat(90_000)),
  isRobot: rate(20),
})

const aFault: fc.Arbitrary<CallFault> = fc.oneof(
  fc.constantFrom('lost_before' as const, 'lost_after' as const, 'hangs' as const),
  fc.nat(4000).map((slowMs) => ({ slowMs })),
)

const KV_MODES: readonly KvMode[] = ['works', 'slow', 'silent', 'fails', 'stale', 'empty']

function weighted(weight: number, arbitrary: fc.Arbitrary<Step>) {
  return { weight, arbitrary }
}

const aStep: fc.Arbitrary<Step> = fc.oneof(
  weighted(24, anEdit),
  weighted(
    4,
    fc.integer({ min: 2, max: 30 }).map((count) => ({ kind: 'burst' as const, count })),
  ),
  weighted(2, fc.constant({ kind: 'add' as const })),
  weighted(
    1,
    fc.nat(3).map((field) => ({ kind: 'delete' as const, field })),
  ),
  weighted(
    6,
    fc.record({
      kind: fc.constant('receiver' as const),
      who: aReceiver,
      mode: fc.constantFrom(...RECEIVER_MODES),
    }),
  ),
  weighted(
    3,
    fc.constantFrom(...PORTAL_MODES).map((mode) => ({ kind: 'portal' as const, mode })),
  ),
  weighted(
    2,
    fc.constantFrom(...KV_MODES).map((mode) => ({ kind: 'kv' as const, mode })),
  ),
  weighted(
    4,
    fc.nat(3000).map((afterMs) => ({ kind: 'crash' as const, afterMs })),
  ),
  weighted(
    4,
    fc.integer({ min: 1, max: 30 }).map((count) => ({ kind: 'crash_at_write' as const, count })),
  ),
  weighted(1, fc.constant({ kind: 'crash_others' as const })),
  weighted(
    2,
    fc.boolean().map((isFull) => ({ kind: 'disk' as const, isFull })),
  ),
  weighted(
    4,
    aFault.map((fault) => ({ kind: 'call' as const, fault })),
  ),
  weighted(
    2,
    fc
      .option(fc.nat(60_000), { freq: 4, nil: null })
      .map((delayMs) => ({ kind: 'alarms' as const, delayMs })),
  ),
  weighted(1, fc.constant({ kind: 'alarm_twice' as const })),
  weighted(
    1,
    fc
      .constantFrom(-3_600_000, -2000, 0, 2000, 18_000_000)
      .map((skewMs) => ({ kind: 'clock' as const, skewMs })),
  ),
  weighted(
    4,
    fc.record({
      kind: fc.constantFrom(
        'pause' as const,
        'resume' as const,
        'park' as const,
        'replay' as const,
      ),
      who: aReceiver,
    }),
  ),
  weighted(1, fc.constant({ kind: 'reconcile' as const })),
  weighted(
    3,
    fc.constantFrom(...DEPLOYMENTS).map((to) => ({ kind: 'deploy' as const, to })),
  ),
  weighted(
    2,
    fc
      .constantFrom('drain' as const, 'daily' as const)
      .map((trigger) => ({ kind: 'cron' as const, trigger })),
  ),
  weighted(
    1,
    fc.boolean().map((clean) => ({ kind: 'uninstall' as const, clean })),
  ),
  weighted(1, fc.constant({ kind: 'install' as const })),
)

const aMoment: fc.Arbitrary<Moment> = fc.record({
  step: aStep,
  thenMs: fc.oneof(fc.constant(0), fc.nat(1000), fc.nat(20_000), fc.nat(600_000), {
    weight: 1,
    arbitrary: fc.nat(7_200_000),
  }),
})

/** Every history that there is. */
export const aHistory: fc.Arbitrary<History> = fc.record({
  connection: fc.constantFrom('application' as const, 'webhook' as const),
  moments: fc.array(aMoment, { minLength: 1, maxLength: 50, size: 'max' }),
})

/** A history as a person reads it. */
export function tell({ connection, moments }: History): string {
  const lines = moments.map(({ step, thenMs }, index) => {
    const { kind, ...rest } = step
    const said = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    return `${String(index + 1).padStart(3)}. ${[kind, ...said].join(', ')}; then ${thenMs} ms`
  })
  return [`A portal that is connected by ${connection}:`, ...lines].join('\n')
}
