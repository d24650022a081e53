/** The Worker with grouping switched off: one commit per event. The baseline of `scripts/bench.ts`. */
import { createPortalSettings } from '../../src/app.ts'
import type { Env } from '../../src/config/config.ts'
import worker from '../../src/index.ts'
import { PortalObject } from '../../src/portal/portal.ts'

export { Directory } from '../../src/objects/directory.ts'
export { Pacer } from '../../src/objects/pacer.ts'

/** A portal's object that commits each event alone. */
export class Portal extends PortalObject {
  constructor(ctx: DurableObjectState, env: Env) {
    const settings = createPortalSettings(env)
    super(ctx, env, { ...settings, config: { ...settings.config, maxGroup: 1 } })
  }
}

export default worker
