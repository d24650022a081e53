/**
 * The Worker that counts: it is sent a loop as JSON, plays it with its events and without, and answers the
 * difference. It runs in bare workerd, so that rows are counted by the runtime itself.
 */
import { DurableObject } from 'cloudflare:workers'
import { subtractCounts, type LoopCounts } from '../cost/counts.ts'
import type { Loop } from '../cost/loops.ts'
import { playLoop } from './play-loop.ts'

export { Directory, Pacer, Portal } from '../../src/index.ts'

/** An object that lends its storage to the portal's object of one run. */
export class Meter extends DurableObject {
  /** Plays a loop, or the same time without its events. */
  play(loop: Loop, way: 'sending' | 'resting'): Promise<LoopCounts> {
    return playLoop(this.ctx, loop, way)
  }
}

export default {
  async fetch(request, env) {
    try {
      const loop = await request.json<Loop>()
      // One after the other: the globals of an isolate belong to one virtual time.
      const resting = await env.METERS.get(env.METERS.newUniqueId()).play(loop, 'resting')
      const sending = await env.METERS.get(env.METERS.newUniqueId()).play(loop, 'sending')
      const counts: LoopCounts = {
        told: subtractCounts(sending.told, resting.told),
        kept: subtractCounts(sending.kept, resting.kept),
      }
      return Response.json(counts)
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 })
    }
  },
} satisfies ExportedHandler<{ readonly METERS: DurableObjectNamespace<Meter> }>
