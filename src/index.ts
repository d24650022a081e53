/** The Worker's entry: the app, its scheduled work, and the Durable Object classes. */
import { createApp, createCron, createPortalSettings } from './app.ts'
import type { Env } from './config/config.ts'
import { runCron } from './edge/cron.ts'
import { PortalObject } from './portal/portal.ts'
import { inSpan } from './tracing.ts'

export { Directory } from './objects/directory.ts'
export { Pacer } from './objects/pacer.ts'

/** The Durable Object of one portal, with the settings of this deployment. */
export class Portal extends PortalObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, createPortalSettings(env, inSpan))
  }
}

const app = createApp(inSpan)

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
  scheduled: (controller, env) => runCron(controller.cron, createCron(env)),
} satisfies ExportedHandler<Env>
