/** The edge in front of one installed portal: the context of the edge's tests. */
import { expect } from 'vitest'
import type { IncomingRequest } from '../../src/bitrix24/wire/request.ts'
import type { PortalLookup } from '../../src/edge/portal-client.ts'
import { watchLog } from './edge.ts'
import {
  anEventOf,
  anIntake,
  countedReceipts,
  kvFollowed,
  type IntakeChanges,
  type IntakeProbe,
} from './an-intake.ts'
import { PortalLab, type Changes } from './relay-scenario.ts'

/** One installed portal, and the time of the edge. */
export class InstalledPortal {
  readonly lab = new PortalLab()
  /** The edge's time in unix milliseconds; a test moves it. */
  now = Date.now()

  /** Installs a portal, and waits until the edge can know it. */
  static async create(): Promise<InstalledPortal> {
    watchLog()
    const portal = new InstalledPortal()
    await portal.lab.install()
    await kvFollowed(portal.lab)
    return portal
  }

  /** Ends the test; no request may have gone anywhere unexpected. */
  async close(): Promise<void> {
    expect(this.lab.network.unclaimed).toEqual([])
    await this.lab.close()
  }

  /** An intake with this clock and with readable receipts, in front of the given objects. */
  intake(portals: PortalLookup, changes: IntakeChanges = {}): IntakeProbe {
    return anIntake({ portals, now: () => this.now, newReceipt: countedReceipts(), ...changes })
  }

  /** An event of the portal; `id` keeps it from being a duplicate. */
  event(id: number, changes: Changes = {}): IncomingRequest {
    return anEventOf(this.lab, id, changes)
  }

  /** The log of the portal, in order. */
  async logged(): Promise<{ sequence: unknown; receipt: unknown }[]> {
    const rows = (await this.lab.tables())['log'] ?? []
    return rows.map(({ sequence, receipt }) => ({ sequence, receipt }))
  }
}
