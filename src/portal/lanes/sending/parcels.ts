/** The parcels of one portal: everything that a receiver is told about stored events. */
import { fieldLink } from '../../../bitrix24/fields/field-link.ts'
import type { Names } from '../../../core/events/names.ts'
import { subjectOf } from '../../../core/events/subject-of.ts'
import type { AttemptEntries } from '../../../core/lanes/plan-digest.ts'
import type { SendContext } from '../../../core/lanes/walk-ports.ts'
import { deliveryId } from '../../../core/log/delivery-id.ts'
import type { LogEntry } from '../../../core/log/event.ts'
import type { Delivery, Parcel } from '../../../destinations/receiver.ts'
import type { PortalDomains } from '../../installs/domains.ts'
import type { PortalConfig } from '../../settings.ts'
import type { PortalState } from '../../state/portal-state.ts'

/** The dependencies of the parcels. */
export interface ParcelsDeps {
  readonly memberId: string
  readonly config: Pick<PortalConfig, 'fieldLinks' | 'publicUrl'>
  readonly state: Pick<PortalState, 'install'>
  readonly domains: Pick<PortalDomains, 'present' | 'at'>
}

const NO_NAMES: Names = new Map()

/** Makes the parcels of one portal. */
export class Parcels {
  readonly #deps: ParcelsDeps

  constructor(deps: ParcelsDeps) {
    this.#deps = deps
  }

  /**
   * The content of one message about one event, or about several as a digest. Each event of a digest names the one
   * before it, as it would in a message of its own: a digest leaves out no event that the destination was meant to
   * get.
   */
  create(
    entries: AttemptEntries,
    { previousSequence, replayed }: SendContext,
    names: Names = NO_NAMES,
  ): Parcel {
    const [first, ...others] = entries
    const named = names.size === 0 ? {} : { names }
    return {
      deliveries: [
        { ...this.delivery(first, { previousSequence, replayed }), ...named },
        ...others.map((entry, index) => ({
          ...this.delivery(entry, { previousSequence: entries[index]?.sequence ?? null, replayed }),
          ...named,
        })),
      ],
      dashboard: this.dashboard(),
    }
  }

  /** Everything that a receiver is told about one event. */
  delivery(entry: LogEntry, { previousSequence, replayed }: SendContext): Delivery {
    const { memberId, state, domains } = this.#deps
    const { sequence, origin, receivedAt, event, enrichment } = entry
    return {
      id: deliveryId(memberId, sequence),
      memberId,
      domain: domains.at(sequence),
      sequence,
      previousSequence,
      origin,
      receivedAt,
      event,
      enrichment,
      link: this.#link(entry),
      replayed,
      systemUserId: state.install().application?.systemUserId ?? null,
    }
  }

  /** The page of the event's subject in the portal; null for a subject that is gone. */
  #link({ event }: LogEntry): string | null {
    const { config, domains } = this.#deps
    const { field } = event
    const domain = domains.present()
    if (field === null) return subjectOf(event, domain)?.link ?? null
    if (field.action === 'deleted' || domain === null) return null
    return fieldLink({ ...field, domain }, config.fieldLinks)
  }

  /**
   * The address of this portal's page on the dashboard. The relay knows its own origin from the configuration, else
   * from the portal's install, which names the address that Bitrix24 calls. Where neither tells it, there is no
   * address (null).
   */
  dashboard(): string | null {
    const { memberId, config, state } = this.#deps
    const { handlerUrl } = state.install()
    const origin = config.publicUrl ?? (handlerUrl === null ? null : new URL(handlerUrl).origin)
    return origin === null ? null : `${origin}/admin/portals/${encodeURIComponent(memberId)}`
  }
}
