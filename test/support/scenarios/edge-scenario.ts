/** The edge in front of one installed portal: the context of the edge's tests. */
import type { IncomingRequest } from '../../../src/bitrix24/wire/request.ts'
import type { PortalLookup } from '../../../src/edge/portal-client.ts'
import { drainSpill } from '../../../src/edge/spill/drain.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { memberIdsOf } from '../identity.ts'
import { watchKv, type WatchedKv } from '../storage/kv.ts'
import { watchLog } from '../worker/edge.ts'
import {
  anEventOf,
  anIntake,
  countedReceipts,
  DISTRUSTING,
  realPortalList,
  realPortals,
  UNREACHABLE,
  type IntakeChanges,
  type WatchedIntake,
} from '../builders/an-intake.ts'
import type { Changes } from './relay-portal.ts'
import { RelayScenario } from './relay-scenario.ts'

/** One installed portal, and the time of the edge. */
export class EdgeScenario extends RelayScenario {
  /** The edge's time in unix milliseconds; a test moves it. */
  now = Date.now()
  /** The real namespace of KV; a test sees what is read of it. */
  readonly kv: WatchedKv = watchKv()

  /** An edge in front of an installed portal. */
  static async create(): Promise<EdgeScenario> {
    const scenario = EdgeScenario.beforeInstall()
    await scenario.install()
    return scenario
  }

  /** An edge that nobody is known to yet. */
  static beforeInstall(): EdgeScenario {
    watchLog()
    return new EdgeScenario()
  }

  /** Installs the portal, and waits until the edge can know it. */
  async install(): Promise<void> {
    await this.portal.installs()
    await this.kvFollows()
  }

  /** An intake with this clock and with readable receipts, in front of the given objects. */
  intake(clientOf: PortalLookup, changes: IntakeChanges = {}): WatchedIntake {
    return anIntake({
      clientOf,
      now: () => this.now,
      newReceipt: countedReceipts(),
      ...changes,
    })
  }

  /** An intake in front of the real objects, over the watched namespace. */
  watchedIntake(changes: IntakeChanges = {}): WatchedIntake {
    const installStore = new InstallStore(this.kv.kv)
    const newReceipt = () => crypto.randomUUID()
    return this.intake(realPortals, { installStore, newReceipt, ...changes })
  }

  /** An event of the portal; `id` keeps it from being a duplicate. */
  event(id: number, changes: Changes = {}): IncomingRequest {
    return anEventOf(this, id, changes)
  }

  /** An event of the portal whose wrong token is its own, by its `id`. */
  forged(id: number, changes: Changes = {}): IncomingRequest {
    return this.event(id, { 'auth[application_token]': `wrong-token-${id}`, ...changes })
  }

  /** The directory lists so many other portals, and forgets this one. */
  async lists(count: number): Promise<void> {
    await realPortalList().notePortal(this.memberId, false)
    await realPortalList().notePortals(memberIdsOf(count))
  }

  /** Sends events for which no object answers, a second apart: they are spilled, and their receipts count on. */
  async spills(...ids: readonly number[]): Promise<void> {
    const intake = this.intake(UNREACHABLE)
    for (const id of ids) {
      const { kind } = await intake.take(this.event(id))
      if (kind !== 'spilled') throw new Error(`Cannot spill the event: it is ${kind}`)
      this.now += 1000
    }
  }

  /** Spills events, and drains them into an object that does not believe them. */
  async spillsInVain(...ids: readonly number[]): Promise<void> {
    await this.spills(...ids)
    await drainSpill(this.intake(DISTRUSTING).cron)
  }

  /** The log of the portal, in order. */
  async logged(): Promise<{ sequence: unknown; receipt: unknown }[]> {
    const rows = (await this.tables())['log'] ?? []
    return rows.map(({ sequence, receipt }) => ({ sequence, receipt }))
  }
}
