/** The edge in front of one installed portal: the context of the edge's tests. */
import type { IncomingRequest } from '../../../src/bitrix24/wire/request.ts'
import type { PortalLookup } from '../../../src/edge/portal-client.ts'
import { watchLog } from '../worker/edge.ts'
import {
  anEventOf,
  anIntake,
  countedReceipts,
  type IntakeChanges,
  type WatchedIntake,
} from '../builders/an-intake.ts'
import type { Changes } from './relay-portal.ts'
import { RelayScenario } from './relay-scenario.ts'

/** One installed portal, and the time of the edge. */
export class EdgeScenario extends RelayScenario {
  /** The edge's time in unix milliseconds; a test moves it. */
  now = Date.now()

  /** Installs a portal, and waits until the edge can know it. */
  static async create(): Promise<EdgeScenario> {
    watchLog()
    const scenario = new EdgeScenario()
    await scenario.portal.installs()
    await scenario.kvFollows()
    return scenario
  }

  /** An intake with this clock and with readable receipts, in front of the given objects. */
  intake(portals: PortalLookup, changes: IntakeChanges = {}): WatchedIntake {
    return anIntake({ portals, now: () => this.now, newReceipt: countedReceipts(), ...changes })
  }

  /** An event of the portal; `id` keeps it from being a duplicate. */
  event(id: number, changes: Changes = {}): IncomingRequest {
    return anEventOf(this, id, changes)
  }

  /** The log of the portal, in order. */
  async logged(): Promise<{ sequence: unknown; receipt: unknown }[]> {
    const rows = (await this.tables())['log'] ?? []
    return rows.map(({ sequence, receipt }) => ({ sequence, receipt }))
  }
}
