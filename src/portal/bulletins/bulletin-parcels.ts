/** The parcels of bulletins: everything that a receiver is told about one. */
import { bulletinId } from '../../core/bulletins/bulletin.ts'
import { domainOf } from '../../core/access/domains.ts'
import type { AttemptEntries } from '../../core/lanes/plan-digest.ts'
import type { SendContext } from '../../core/lanes/walk-ports.ts'
import type { LogEntry } from '../../core/log/event.ts'
import type { Delivery, Parcel } from '../../destinations/receiver.ts'
import type { Parcels } from '../lanes/sending/parcels.ts'
import type { PortalState } from '../state/portal-state.ts'

/** The dependencies of the parcels. */
export interface BulletinParcelsDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install'>
  readonly parcels: Pick<Parcels, 'dashboard'>
}

/** Makes the parcels of one portal's bulletins. */
export class BulletinParcels {
  readonly #deps: BulletinParcelsDeps

  constructor(deps: BulletinParcelsDeps) {
    this.#deps = deps
  }

  /** The content of one message about one bulletin. */
  create([entry]: AttemptEntries, context: SendContext): Parcel {
    const dashboard = this.#deps.parcels.dashboard()
    return { deliveries: [this.delivery(entry, context)], dashboard }
  }

  /** Everything that a receiver is told about one bulletin. It stands outside of the portal's sequence. */
  delivery(entry: LogEntry, { replayed }: SendContext): Delivery {
    const { memberId, state } = this.#deps
    const { sequence, origin, receivedAt, event, enrichment } = entry
    const install = state.install()
    return {
      id: bulletinId(memberId, sequence),
      memberId,
      domain: domainOf(install) ?? install.endedDomain,
      sequence: null,
      previousSequence: null,
      origin,
      receivedAt,
      event,
      enrichment,
      link: null,
      replayed,
      systemUserId: null,
    }
  }
}
