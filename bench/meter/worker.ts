/**
 * The Worker that counts: a request for `/<loop>` plays this loop with its events and without, and answers the
 * difference. It runs in bare workerd, so that rows are counted by the runtime itself.
 */
import { DurableObject } from 'cloudflare:workers'
import { subtractCounts, type LoopCounts } from '../cost/counts.ts'
import { LOOPS, type LoopName } from '../cost/loops.ts'
import { playLoop } from './play-loop.ts'

export { Directory, Pacer, Portal } from '../../src/index.ts'

/** An object that lends its storage to the portal's object of one run. */
export class Meter extends DurableObject {
  /** Plays a loop, or the same time without its events. */
  play(name: LoopName, way: 'sending' | 'resting'): Promise<LoopCounts> {
    return playLoop(this.ctx, LOOPS[name], way)
  }
}

export default {
  async fetch(request, env) {
    // Sound: the caller takes the names from the same table.
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1)) as LoopName
    try {
      // One after the other: the globals of an isolate belong to one virtual time.
      const resting = await env.METERS.getByName(`${name} resting`).play(name, 'resting')
      const sending = await env.METERS.getByName(name).play(name, 'sending')
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
