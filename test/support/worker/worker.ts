/**
 * The Worker under test: the real one, but the settings of a portal's object pass through `overrides.adapt`,
 * so that a test can bring its own clock, network or destinations. It applies to objects that are
 * constructed afterwards, as a deployment does.
 */
import { createPortalSettings } from '../../../src/app.ts'
import type { Env } from '../../../src/config/config.ts'
import worker from '../../../src/index.ts'
import { Pacer as RealPacer } from '../../../src/objects/pacer.ts'
import { PortalObject } from '../../../src/portal/portal.ts'
import { watchBackground } from './background.ts'
import { adaptSettings, overrides, started } from './overrides.ts'

export { Directory } from '../../../src/objects/directory.ts'

/** The real object with adapted settings. */
export class Portal extends PortalObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(started(ctx), env, adaptSettings(createPortalSettings(env)))
    watchBackground(ctx)
  }
}

/** The real object with the test's clock. */
export class Pacer extends RealPacer {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, () => overrides.now())
  }
}

export default worker
