/**
 * The daily work of a portal beside the end of old events (retention.ts): records are sealed again after a key was
 * rotated, and tokens are kept alive. Each run is bounded.
 */
import { DAY_MS } from '../../core/durations.ts'
import type { PortalParts } from '../parts.ts'
import { reseal } from '../../storage/reseal.ts'

/** The parts that hold something sealed. */
type SealedParts = Pick<PortalParts, 'memberId' | 'config' | 'state'>

/** The parts that are tidied each day. They are nine, since each keeps records of its own. */
type DailyParts = SealedParts &
  Pick<PortalParts, 'book' | 'log' | 'trust' | 'reporter' | 'missingListing' | 'mirror'>

/** Tidies the records of a portal. */
export async function tidyRecords(parts: DailyParts): Promise<void> {
  const { book, mirror, reporter, missingListing, trust, log } = parts
  book.checkpoint.saveSkipped()
  await resealAll(parts)
  await trust.dropUnconfigured()
  const isLogEmpty = log.isEmpty()
  await reporter.renew({ isLogEmpty })
  await missingListing.renew()
  await mirror.tidy({ isLogEmpty })
}

/** Renews old pairs, compares the subscriptions, and forgets fields that are long gone. */
export async function askPortal(
  parts: Pick<PortalParts, 'fields' | 'config' | 'world' | 'refresh'> & BoundParts,
): Promise<void> {
  const { fields, config, world, refresh } = parts
  fields.dropGone(world.now() - config.retentionDays * DAY_MS)
  await refresh.keepAlive()
  await alignBindings(parts)
}

/** The parts that a look at the bindings concerns. */
type BoundParts = Pick<PortalParts, 'subscriber' | 'reconciliation' | 'scheduler'>

/**
 * Compares and mends the bindings. When some were lost, events were lost as well, so the fields are compared
 * soon.
 */
export async function alignBindings({
  subscriber,
  reconciliation,
  scheduler,
}: BoundParts): Promise<void> {
  if (await subscriber.align()) reconciliation.noteEvent()
  scheduler.advance()
}

/** Seals every record again that stands under an older key. */
async function resealAll(parts: SealedParts): Promise<void> {
  const { memberId, config, state } = parts
  const { generation, application } = parts.state.install()
  if (application !== null) {
    const { tokens, systemTokens } = application
    const again = {
      tokens: tokens && (await reseal(config.sealer, tokens, { memberId, field: 'tokens' })),
      systemTokens:
        systemTokens &&
        (await reseal(config.sealer, systemTokens, { memberId, field: 'systemTokens' })),
    }
    const isChanged = again.tokens !== tokens || again.systemTokens !== systemTokens
    const now = parts.state.install()
    const isSame =
      now.generation === generation &&
      now.application?.tokens === tokens &&
      now.application?.systemTokens === systemTokens
    if (isChanged && isSame) {
      parts.state.changeInstall((install) =>
        install.application === null
          ? install
          : { ...install, application: { ...install.application, ...again }, kvDirty: true },
      )
    }
  }
  for (const [name, sealed] of state.rows.loadValues()) {
    const again = await reseal(config.sealer, sealed, { memberId, field: `value:${name}` })
    if (again !== sealed && state.rows.loadValues().get(name) === sealed)
      state.rows.saveValue(name, again)
  }
}
