/** The steps of a history. Times are milliseconds; `portal` is the number of a portal, counted around. */
import type { PortalMode } from './cast/portal.ts'
import type { ReceiverMode, ReceiverName } from './cast/receiver.ts'
import type { Setting } from './deployments.ts'
import type { StoragePart } from './machine/disk.ts'
import type { CallFault } from './machine/hosted-object.ts'
import type { KvMode } from './machine/kv.ts'

interface Edit {
  readonly kind: 'edit'
  readonly portal: number
  readonly field: number
  readonly isLost: boolean
  readonly isDoubled: boolean
  readonly delayMs: number
  readonly isRobot: boolean
}

interface Operation {
  readonly kind: 'pause' | 'resume' | 'park' | 'replay'
  readonly portal: number
  readonly who: ReceiverName
}

interface ReplayOfRange {
  readonly kind: 'replay_range'
  readonly portal: number
  readonly who: ReceiverName
  readonly from: number
  readonly length: number
}

interface Deploy {
  readonly kind: 'deploy'
  readonly setting: Setting
  readonly value: string
  /** Whether the operator looks at the portals afterwards, which wakes their objects. */
  readonly isVisited: boolean
}

/** One step. */
export type Step =
  | { readonly kind: 'wait' }
  | Edit
  | { readonly kind: 'burst'; readonly portal: number; readonly count: number }
  | { readonly kind: 'add'; readonly portal: number }
  | { readonly kind: 'delete'; readonly portal: number; readonly field: number }
  | { readonly kind: 'receiver'; readonly who: ReceiverName; readonly mode: ReceiverMode }
  | { readonly kind: 'servers'; readonly portal: number; readonly mode: PortalMode }
  | { readonly kind: 'kv'; readonly mode: KvMode }
  | { readonly kind: 'kv_emptied' }
  | { readonly kind: 'crash'; readonly portal: number; readonly afterMs: number }
  | {
      readonly kind: 'crash_at_write'
      readonly portal: number
      readonly count: number
    }
  | {
      readonly kind: 'refuse_write'
      readonly portal: number
      readonly part: StoragePart
      readonly count: number
    }
  | {
      /** Fields are edited, a write of that is refused, and the object ends soon: three faults that belong together. */
      readonly kind: 'ambush'
      readonly portal: number
      readonly edits: number
      readonly part: StoragePart
      readonly count: number
      readonly afterMs: number
    }
  | {
      /** Fields of a slow portal are edited, `late` is deployed meanwhile, and the operator lets it have all events. */
      readonly kind: 'newcomer'
      readonly portal: number
      readonly edits: number
      readonly afterMs: number
      readonly thenMs: number
    }
  | { readonly kind: 'crash_others' }
  | { readonly kind: 'disk'; readonly portal: number; readonly isFull: boolean }
  | {
      readonly kind: 'call'
      readonly of: 'portal' | 'pacer' | 'directory'
      readonly fault: CallFault
      /** So many calls in a row meet it. */
      readonly count: number
    }
  | { readonly kind: 'alarms'; readonly delayMs: number }
  | { readonly kind: 'alarms_lost' }
  | { readonly kind: 'alarm_twice'; readonly portal: number }
  | { readonly kind: 'clock'; readonly skewMs: number }
  | Operation
  | ReplayOfRange
  | { readonly kind: 'reconcile'; readonly portal: number }
  | Deploy
  | { readonly kind: 'cron'; readonly trigger: 'drain' | 'daily' }
  | { readonly kind: 'uninstall'; readonly portal: number; readonly clean: boolean }
  | { readonly kind: 'install'; readonly portal: number; readonly isNew: boolean }

/** One kind of step. */
export type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>

/** A step, and the time that passes after it. */
export interface Moment {
  readonly step: Step
  readonly thenMs: number
}

/** The way in which a portal is connected. */
export type Connection = 'application' | 'webhook'

/** Everything that makes one history what it is. */
export interface History {
  /** Whether machines and platform work throughout. */
  readonly isCalm: boolean
  readonly portals: readonly Connection[]
  /** How many further receivers there are, each of which is slow. */
  readonly slowReceivers: number
  readonly moments: readonly Moment[]
}
