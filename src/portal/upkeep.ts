/** The slow work of a portal: retention, sealing again after a rotation. Bounded in every run. */
import { RETENTION_BATCH, passFloor, planRetention } from '../core/log/retention.ts'
import type { Deliverer } from './lanes/deliverer.ts'
import type { LaneBook } from './lanes/book.ts'
import type { LogStore } from './log/log-store.ts'
import type { PortalState } from './state.ts'
import type { PortalConfig, World } from './settings.ts'
import { reseal } from './tokens/pairs.ts'

/** The most retention batches of one visit: a portal may have 100,000 events a day. */
const MAX_BATCHES = 200

/** What upkeep needs from the object around it. */
export interface UpkeepDeps {
  readonly memberId: string
  readonly config: PortalConfig
  readonly world: World
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly deliverer: Pick<Deliverer, 'filteredBy'>
  readonly state: PortalState
}

/** Drops what is older than the retention; returns how many events are gone. */
export async function dropOld(deps: UpkeepDeps): Promise<number> {
  let dropped = 0
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const count = dropBatch(deps)
    dropped += count
    if (count < RETENTION_BATCH) break
    // Between two batches the object takes events.
    await deps.world.sleep(0)
  }
  return dropped
}

function dropBatch(deps: UpkeepDeps): number {
  const { log, lanes, config, world } = deps
  const oldest = log.oldest(RETENTION_BATCH)
  const { retentionDays } = config
  const floor = planRetention(oldest, lanes.all(), { now: world.now(), retentionDays })
  if (floor === null) return 0
  const entries = log.after(0, RETENTION_BATCH).filter(({ sequence }) => sequence <= floor)
  const passed = lanes.all().map((lane) => {
    const meant = entries.filter((entry) => deps.deliverer.filteredBy(lane, entry) === null)
    const waiting = meant.filter(({ sequence }) => sequence > lane.cursor)
    const lastMeant = meant.at(-1)?.sequence ?? null
    return passFloor(lane, floor, { meant: waiting.length, lastMeant })
  })
  // Before anything is dropped: the sequence must survive an empty log.
  if (deps.state.install().lastSequence !== deps.state.head()) {
    deps.state.changeInstall((install) => ({ ...install, lastSequence: deps.state.head() }))
  }
  lanes.saveAll(passed, () => log.dropUpTo(floor))
  return entries.length
}

/** Seals everything again that stands under an older key. */
export async function resealAll(deps: UpkeepDeps): Promise<void> {
  const { memberId, config, state } = deps
  const { generation, application } = deps.state.install()
  if (application !== null) {
    const { tokens, systemTokens } = application
    const again = {
      tokens: tokens && (await reseal(config.sealer, tokens, { memberId, field: 'tokens' })),
      systemTokens:
        systemTokens &&
        (await reseal(config.sealer, systemTokens, { memberId, field: 'systemTokens' })),
    }
    const isChanged = again.tokens !== tokens || again.systemTokens !== systemTokens
    const now = deps.state.install()
    const isSame =
      now.generation === generation &&
      now.application?.tokens === tokens &&
      now.application?.systemTokens === systemTokens
    if (isChanged && isSame) {
      deps.state.changeInstall((install) =>
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
